// ---- the burn-up: drawn as shapes that follow the page's width and the paper's ----------------
const NS = "http://www.w3.org/2000/svg";
function shape(tag, attributes, text) {
  const s = document.createElementNS(NS, tag);
  for (const [k, v] of Object.entries(attributes)) s.setAttribute(k, v);
  if (text !== undefined) s.textContent = text;
  return s;
}
const LINES = [["baseline", "Baseline", "#566570", "6 4", 2], ["plan", "Present plan", "#3966d7", "2 4", 2], ["likely", "Forecast", "#a05a00", "", 2], ["actual", "Live", "#14805a", "", 3]];
function burnUp() {
  const B = F.burn_up, into = $("burnup"), wide = narrow() ? 360 : 900, high = narrow() ? 250 : 300;
  if (B.days.length < 2 || !F.sites) { $("burnup").closest("section").hidden = true; return; }
  const left = 44, right = narrow() ? 12 : 138, top = 30, bottom = 34, all = LINES.flatMap(([k]) => B[k] || []).concat(F.sites);
  const most = Math.max(1, ...all.filter((v) => v !== null)), begin = Date.parse(B.days[0]), end = Date.parse(B.days.at(-1));
  const x = (iso) => left + (wide - left - right) * (Date.parse(iso) - begin) / (end - begin || 1), y = (n) => high - bottom - (high - top - bottom) * n / most;
  const svg = shape("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": "Sites live by the end of each month; the table below has the figures" });
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000].find((s) => most / s <= 5) || most;
  for (let n = 0; n <= most; n += step) {
    svg.append(shape("line", { x1: left, x2: wide - right, y1: y(n), y2: y(n), stroke: "#dce3e7" }), shape("text", { x: left - 7, y: y(n) + 4, "text-anchor": "end", class: "tick" }, number(n)));
  }
  const every = Math.ceil(B.days.length / (narrow() ? 5 : 13));
  B.days.filter((d) => d !== F.status_on || B.days.at(-1) === d).forEach((d, k) => { if (k % every === 0) svg.append(shape("text", { x: x(d), y: high - 12, "text-anchor": "middle", class: "tick" }, `${MONTHS[+d.slice(5, 7) - 1].slice(0, 3)}${k === 0 || d.slice(5, 7) === "01" || every > 2 ? " " + d.slice(2, 4) : ""}`)); });
  const mark = (iso, words, colour) => { if (!iso || Date.parse(iso) < begin || Date.parse(iso) > end) return; const late = x(iso) > wide - right - 70; svg.append(shape("line", { x1: x(iso), x2: x(iso), y1: 14, y2: high - bottom, stroke: colour, "stroke-dasharray": "3 3" }), shape("text", { x: x(iso) + (late ? -5 : 5), y: 20, class: "tick", "text-anchor": late ? "end" : "start", fill: colour }, words)); };
  mark(F.status_on, "status date", "#566570"); mark(F.go_live_on, "go-live", "#8b0a2b");
  const points = (values) => B.days.map((d, k) => [x(d), values[k]]).filter((p) => p[1] !== null);
  if (B.low && B.high) {
    const low = points(B.low), high2 = points(B.high).reverse();
    svg.append(shape("polygon", { points: [...low, ...high2].map(([a, n]) => `${a.toFixed(1)},${y(n).toFixed(1)}`).join(" "), fill: "#e8b96b", opacity: .45 }));
  }
  const names = [];
  for (const [key, words, colour, dash, weight] of LINES) {
    if (!B[key]) continue;
    const path = points(B[key]); if (!path.length) continue;
    svg.append(shape("polyline", { points: path.map(([a, n]) => `${a.toFixed(1)},${y(n).toFixed(1)}`).join(" "), fill: "none", stroke: colour, "stroke-width": weight, "stroke-dasharray": dash, "stroke-linejoin": "round" }));
    names.push([y(path.at(-1)[1]), words, colour, path.at(-1)[1], dash]);
  }
  const key = el("div", "key");
  if (narrow()) for (const [, words, colour] of names) { const k = el("span"), s = el("i"); s.style.background = colour; k.append(s, words); key.append(k); }
  else {
    names.sort((a, b) => a[0] - b[0]);
    let last = -99;
    for (const [at, words, colour, n] of names) { last = Math.max(at + 4, last + 16); svg.append(shape("text", { x: wide - right + 8, y: last, fill: colour, class: "name" }, `${words} ${number(n)}`)); }
  }
  into.append(svg, key);
  const t = el("details"); t.append(el("summary", "", "The figures behind the lines"));
  const shown = LINES.filter(([k]) => B[k]), box = el("div");
  table(box, [["By the end of", "d", (r) => short(r.day)], ...shown.map(([k, words]) => [words, "n", (r) => (r[k] === null ? "" : number(r[k]))])], B.days.map((day, k) => Object.fromEntries([["day", day], ...shown.map(([name]) => [name, B[name][k]])])), "");
  t.append(box); into.append(t);
}
