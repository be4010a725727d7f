// The board's page. Everything shown is put in with textContent, never as markup.
const data = JSON.parse(document.getElementById("board-data").textContent);
const F = data.figures, S = data.sites, map = map_board;
// Texts are unpacked when first asked for: the map is drawn without them.
for (const name of ["reference", "name", "postcode"]) {
  const packed = S[name]; let found = null;
  Object.defineProperty(S, name, { get: () => found || (found = texts(packed)) });
}
for (const name of ["partner", "kind", "phase", "status", "pattern", "live_on", "track", "latitude", "longitude"]) S[name] = numbers(S[name]);
const TOTAL = S.partner.length;
const $ = (id) => document.getElementById(id);
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

// Tables of sites come as indices: put back the objects they stand for.
class Row {
  get site() { return S.reference[this.at]; }
  get name() { return S.name[this.at]; }
  get partner() { return data.partners[S.partner[this.at]]; }
  get status() { return data.statuses[S.status[this.at]].name; }
}
function rowsOf({ of, keys, rows }) {
  const out = rows.map((row) => {
    const made = new Row();
    keys.forEach((k, j) => { made[k] = k === "at" || typeof row[j] !== "number" || /days|pence/.test(k) ? row[j] : data.words[row[j]]; });
    return made;
  });
  out.of = of;
  return out;
}
for (const name of ["waiting", "blocked", "late", "wayleaves_lapsing"]) F[name] = rowsOf(F[name]);
for (const name of ["delays", "circuits", "ceased"]) F.ledger[name] = rowsOf(F.ledger[name]);

// ---- words -------------------------------------------------------------------------------
const number = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");
const money = (pence) => "£" + number(pence / 100);
const uk = (iso) => { if (!iso) return ""; const [y, m, d] = iso.split("-").map(Number); return `${d} ${MONTHS[m - 1]} ${y}`; };
const short = (iso) => { if (!iso) return ""; const [y, m, d] = iso.split("-").map(Number); return `${d} ${MONTHS[m - 1].slice(0, 3)} ${y}`; };
const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + "s"}`;
const odds = (p) => (p < .005 ? "< 1 %" : p > .995 ? "> 99 %" : `${Math.round(100 * p)} %`);
const capital = (s) => s.charAt(0).toUpperCase() + s.slice(1);
const cut = (s, n) => (s.length > n ? s.slice(0, n - 1) + "…" : s);
const colourOf = Object.fromEntries(data.statuses.map((s) => [s.name, s.colour]));

function el(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  // A number and its per cent sign stay on one line.
  if (text !== undefined && text !== null) node.textContent = String(text).replace(/(\d) %/g, "$1\u00a0%");
  return node;
}
function dot(status) { const d = el("i", "dot"); d.style.background = colourOf[status] || "#5f6b73"; return d; }
function chip(status) { const c = el("span", "chip"); c.append(dot(status), capital(status)); return c; }
function meter(part, whole, label, over) {
  const m = el("div", "meter" + (over ? " over" : "")), i = el("i"), b = el("b");
  b.style.width = (whole ? Math.min(100, 100 * part / whole) : 0) + "%";
  i.append(b); m.append(i, el("em", "", label)); return m;
}

// ---- tables ------------------------------------------------------------------------------
// A column is [heading, class, value(row)]; a value is text or a node.
function table(into, columns, rows, empty, first) {
  if (!rows.length) { into.append(el("p", "muted", empty)); return; }
  const t = el("table", "fold"), head = el("tr"), body = el("tbody");
  for (const [name, cls] of columns) head.append(el("th", cls, name));
  const thead = el("thead"); thead.append(head); t.append(thead, body);
  const add = (some) => { for (const row of some) {
    const tr = el("tr");
    for (const [name, cls, value] of columns) {
      const v = value(row), td = el("td", cls);
      td.dataset.head = name;
      if (v instanceof Node) td.append(v); else td.append(el("span", String(v).length > 120 || /\S{22}/.test(v) ? "clamp" : "", v));
      if (v === "") td.classList.add("empty");
      if (/^(–|£?0)$/.test(td.textContent)) td.classList.add("nought");
      tr.append(td);
    }
    body.append(tr);
  } };
  const limit = Math.min(first || rows.length, narrow() && rows.length > 9 ? 6 : rows.length);
  add(rows.slice(0, limit));
  const box = el("div", "scroll"); box.append(t); into.append(box);
  if (rows.of > rows.length) into.append(el("p", "muted", `The ${number(rows.length)} most urgent of ${number(rows.of)}.`));
  if (rows.length > limit) {
    const more = el("button", "more", `Show all ${number(rows.length)}`);
    more.type = "button";
    const paper = el("p", "muted paper", `The first ${number(limit)} of ${number(rows.length)}; the page on screen has them all.`);
    more.onclick = () => { add(rows.slice(limit)); more.remove(); paper.remove(); };
    into.append(more, paper);
  }
}
function siteLink(row) {
  const box = el("span"), b = el("button", "", cut(row.name || row.site, 90));
  b.type = "button"; b.dir = "auto";
  b.onclick = () => { choose(row.at, true); $("frame").scrollIntoView({ block: narrow() ? "start" : "center" }); };
  box.append(b);
  if (row.name && row.site) box.append(" ", el("small", "", cut(row.site, 40)));
  return box;
}
const narrow = () => matchMedia("(max-width: 760px)").matches;
const days = (n) => (n === null ? "" : plural(n, "day"));

// ---- headlines ---------------------------------------------------------------------------
function headlines() {
  const forWhom = { internal: "Internal snapshot", board: "Board snapshot", public: "Public snapshot" }[data.audience];
  $("eyebrow").textContent = `${forWhom} · drawn for ${uk(F.status_on)}` + (data.title !== F.programme && F.programme ? ` · ${cut(F.programme, 120)}` : "");
  $("title").textContent = cut(data.title, 300);
  $("illustrative").hidden = !F.illustrative;
  if (F.go_live_on) {
    const n = F.days_to_go_live;
    $("golive").append(el("b", "", n >= 0 ? plural(n, "day") : plural(-n, "day") + " past"), `${n >= 0 ? "to " : ""}go-live, ${uk(F.go_live_on)}`);
  }
  // A tile leads to the table of what it counts: a section, or the sites of one status.
  const tile = (label, value, foot, bad, to) => {
    const status = data.statuses.findIndex((s) => s.name === to), leads = to && data.sections[status < 0 ? to : "map"] !== undefined;
    const t = el(leads ? "a" : "div", "tile" + (bad ? " bad" : ""));
    if (leads) t.href = status < 0 ? `#h-${to}` : "#h-map";
    if (leads && status >= 0) t.onclick = (e) => { e.preventDefault(); behind("status", status); };
    t.append(el("p", "", label), el("b", "", value), el("p", "", foot)); $("tiles").append(t);
  };
  const started = F.sites - F.live - F.by_status.planned - F.by_status.blocked;
  tile("Live", number(F.live), `of ${plural(F.sites, "site")}, ${F.live_percent} %`, false, "live");
  const A = F.against_baseline, C = F.forecast;
  if (A) tile("Against the baseline", A.behind > 0 ? `${number(A.behind)} behind` : A.behind < 0 ? `${number(-A.behind)} ahead` : "on plan", `${number(A.due)} were to be live by now`, A.behind > 0, "burnup");
  if (C && C.probability !== null && C.probability !== undefined) tile("All live by go-live", odds(C.probability), C.likely_on ? `likely by ${short(C.likely_on)}` : "likely", C.probability < .5);
  tile("On the way", number(started), `${number(F.by_status.planned)} not begun`);
  tile("Waiting", number(F.waiting.of), F.waiting.length ? `${F.waiting.of === 1 ? "stage" : "stages"}, the longest ${days(Math.max(...F.waiting.map((w) => w.working_days || 0)))}` : "nothing waits", false, "waiting");
  tile("Blocked", number(F.by_status.blocked), F.by_status.blocked === 1 ? "site" : "sites", F.by_status.blocked > 0, "blocked");
  tile("Late", number(F.late.of), "past their phase’s window", F.late.of > 0, "late");
  if (F.savings.forecast_pence_a_year) tile("Saving a year", money(F.savings.realised_pence_a_year), `of ${money(F.savings.forecast_pence_a_year)} when all old circuits cease`, false, "savings");
  const words = [];
  for (const s of data.statuses) {
    const n = data.marked[s.name];
    if (!n) continue;
    const part = el("i"); part.style.flex = n; part.style.background = s.colour; part.title = `${capital(s.name)}: ${number(n)}`;
    $("bar").append(part); words.push(`${s.name} ${n}`);
  }
  $("bar").setAttribute("aria-label", "Sites by status: " + words.join(", "));
}

// ---- shapes ------------------------------------------------------------------------------
const CORNERS = { triangle: [3, 0, 1.22], square: [4, .25, 1.2], diamond: [4, 0, 1.22], pentagon: [5, 0, 1.12] };
function trace(c, shape, x, y, r) {
  c.beginPath();
  if (shape === "cross") {
    const a = r * 1.12, b = r * .42;
    for (const [px, py] of [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]]) c.lineTo(x + px, y + py);
  } else if (CORNERS[shape]) {
    const [n, turn, grow] = CORNERS[shape];
    for (let k = 0; k < n; k++) { const a = 2 * Math.PI * ((k + turn * 2) / n) - Math.PI / 2; c.lineTo(x + r * grow * Math.cos(a), y + r * grow * Math.sin(a)); }
  } else c.arc(x, y, r, 0, 7);
  c.closePath();
}
// Thousands of small pictures are put together faster in memory than over a graphics card.
const SOFT = { willReadFrequently: true };
const sprites = new Map();
// The sprites of one size by status and kind; a site's is found by number, without a word made.
function spritesOf(r, ratio) {
  const id = `${r} ${ratio}`, kinds = data.kinds.map((k) => k.shape);
  if (!sprites.has(id)) sprites.set(id, []);
  const made = sprites.get(id);
  return (status, kind) => {
    const k = status * kinds.length + kind;
    return made[k] || (made[k] = sprite(status, kinds[kind], data.statuses[status].name === "blocked" ? r + 1 : r, ratio));
  };
}
const shapes = new Map();
function sprite(status, shape, r, ratio) {
  const id = `${status} ${shape} ${r} ${ratio}`;
  let made = shapes.get(id);
  if (!made) {
    const side = Math.ceil((r * 2.6 + 4) * ratio);
    made = document.createElement("canvas"); made.width = made.height = side;
    const c = made.getContext("2d", SOFT); c.scale(ratio, ratio);
    const mid = side / ratio / 2, s = data.statuses[status];
    trace(c, shape, mid, mid, r);
    c.fillStyle = s.colour; c.fill();
    c.lineWidth = s.name === "blocked" ? 1.4 : .9; c.strokeStyle = s.name === "blocked" ? "#2b0010" : "rgba(20,36,46,.62)"; c.stroke();
    shapes.set(id, made);
  }
  return made;
}

// ---- the map -----------------------------------------------------------------------------
const world = { x: new Float64Array(TOTAL), y: new Float64Array(TOTAL), placed: new Uint8Array(TOTAL) };
const shown = new Uint8Array(TOTAL).fill(1);
const latOf = (i) => S.latitude[i] / data.scale, lonOf = (i) => S.longitude[i] / data.scale;
let chosen = -1;
// The status each site is drawn in: of the day the slider stands on; 255 is not there yet.
const now = Uint8Array.from(S.status);
const byRank = [];
const ranked = () => byRank.sort((a, b) => now[a] - now[b]);
function project() {
  for (let i = 0; i < TOTAL; i++) {
    if (S.latitude[i] === null) continue;
    const p = map.project([latOf(i), lonOf(i)], 0);
    world.x[i] = p.x; world.y[i] = p.y; world.placed[i] = 1; byRank.push(i);
  }
  ranked();
}

const Dots = L.Layer.extend({
  onAdd(m) {
    this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", m.getPane("overlayPane"));
    this._canvas.id = "sites"; this._canvas.style.pointerEvents = "none";
    this.redraw();
  },
  getEvents() { return { moveend: this.redraw, viewreset: this.redraw, resize: this.redraw, zoom: this._follow, zoomanim: this._animate }; },
  _place(corner, zoom) { L.DomUtil.setTransform(this._canvas, corner, map.getZoomScale(zoom, this._zoom)); },
  _animate(e) { this._place(map._latLngToNewLayerPoint(this._corner, e.zoom, e.center), e.zoom); },
  _follow() { this._place(map.latLngToLayerPoint(this._corner), map.getZoom()); },
  // Browsers print a see-through canvas as a white one: on paper this one holds the base as well.
  _paint(c, corner, w, h) {
    c.fillStyle = data.base.colours.sea; c.fillRect(0, 0, w, h);
    const below = map._renderer && map._renderer._container;
    if (!below) return;
    const at = L.DomUtil.getPosition(below).subtract(corner);
    c.drawImage(below, at.x, at.y, parseFloat(below.style.width), parseFloat(below.style.height));
  },
  redraw() {
    const ratio = Math.min(window.devicePixelRatio || 1, 3), size = map.getSize(), pad = size.multiplyBy(.15).round();
    const corner = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round();
    this._corner = map.layerPointToLatLng(corner); this._zoom = map.getZoom();
    const w = size.x + 2 * pad.x, h = size.y + 2 * pad.y, canvas = this._canvas;
    canvas.width = w * ratio; canvas.height = h * ratio; canvas.style.width = w + "px"; canvas.style.height = h + "px";
    L.DomUtil.setPosition(canvas, corner);
    const c = canvas.getContext("2d", SOFT);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (this.onPaper) this._paint(c, corner, w, h);
    const origin = map.getPixelOrigin().add(corner), grow = map.getZoomScale(this._zoom, 0);
    const r = radius(), find = spritesOf(r, ratio), spots = [], kept = uncovered(spots, grow, origin, w, h);
    for (let k = kept.length - 1; k >= 0; k--) {
      const [x, y, i] = kept[k], s = find(now[i], S.kind[i]), side = s.width / ratio;
      c.drawImage(s, Math.round((x - side / 2) * ratio) / ratio, Math.round((y - side / 2) * ratio) / ratio, side, side);
    }
    canvas.dataset.drawn = spots.length;
    labels(c, w, h, (lat, lon) => { const p = map.project([lat, lon], this._zoom); return [p.x - origin.x, p.y - origin.y]; }, spots);
    if (chosen >= 0 && world.placed[chosen]) {
      const x = world.x[chosen] * grow - origin.x, y = world.y[chosen] * grow - origin.y;
      c.beginPath(); c.arc(x, y, r + 7, 0, 7); c.lineWidth = 3; c.strokeStyle = "#14242e"; c.stroke();
      c.lineWidth = 1.2; c.strokeStyle = "#fff"; c.stroke();
    }
  },
});
// The sites in view, the topmost first; `spots` gets all of them. Of many within two pixels
// only the topmost can be seen, so that the others need no drawing.
function uncovered(spots, grow, origin, w, h) {
  const across = Math.ceil((w + 40) / 2), taken = TOTAL > 3000 ? new Uint8Array(across * Math.ceil((h + 40) / 2 + 1)) : null, kept = [];
  for (let n = byRank.length - 1; n >= 0; n--) {
    const i = byRank[n];
    if (!shown[i] || now[i] === 255) continue;
    const x = world.x[i] * grow - origin.x, y = world.y[i] * grow - origin.y;
    if (x < -20 || y < -20 || x > w + 20 || y > h + 20) continue;
    const spot = [x, y, i];
    spots.push(spot);
    if (taken) { const at = ((y + 20) >> 1) * across + ((x + 20) >> 1); if (taken[at]) continue; taken[at] = 1; }
    kept.push(spot);
  }
  return kept;
}
function radius() {
  const crowd = TOTAL > 3000 ? .75 : 1;
  return Math.round(Math.max(2.2, Math.min(9, 3.6 + (map.getZoom() - 9) * 1.15) * crowd) * 4) / 4;
}
// What names must keep clear of, summed over small squares of the view: sites weigh 1, those
// blocked or late 25, and a step along an outline .4.
const CELL = 8, HEAVY = 25, late = new Set(F.late.map((row) => row.at));
function crowdOf(w, h, spots, lines) {
  const across = Math.ceil(w / CELL), down = Math.ceil(h / CELL), sums = new Float32Array(across * down);
  const add = (x, y, weight) => { const a = Math.floor(x / CELL), d = Math.floor(y / CELL); if (a >= 0 && d >= 0 && a < across && d < down) sums[d * across + a] += weight; };
  for (const [x, y, i] of spots) add(x, y, late.has(i) || data.statuses[now[i]].name === "blocked" ? HEAVY : 1);
  for (const line of lines) for (const [x, y] of line) add(x, y, .4);
  return (x0, y0, x1, y1) => {
    let sum = 0;
    for (let d = Math.max(0, Math.floor(y0 / CELL)), dn = Math.min(down - 1, Math.floor(y1 / CELL)); d <= dn; d++)
      for (let a = Math.max(0, Math.floor(x0 / CELL)), an = Math.min(across - 1, Math.floor(x1 / CELL)); a <= an; a++) sum += sums[d * across + a];
    return sum;
  };
}
// The points of an outline that are in the frame, no further apart than a square.
function trail(ring, at, frame) {
  const out = [], inside = (x, y) => x > frame[0] && x < frame[2] && y > frame[1] && y < frame[3];
  let last = null;
  for (const [lat, lon] of ring) {
    const [x, y] = at(lat, lon), n = last ? Math.min(400, Math.ceil(Math.hypot(x - last[0], y - last[1]) / CELL)) : 1;
    for (let k = 1; k <= n; k++) {
      const p = last ? [last[0] + (x - last[0]) * k / n, last[1] + (y - last[1]) * k / n] : [x, y];
      if (inside(...p)) out.push(p);
    }
    last = [x, y];
  }
  return out;
}
// Where a name may stand about a point, and what that costs; above is where one looks first.
const SIDES = [[0, -1, 0], [1, -1, .4], [-1, -1, .4], [1, 0, .8], [-1, 0, .8], [1, 1, 1.2], [-1, 1, 1.2], [0, 1, 1.4]];
// Names are placed in order of importance at the place that costs least; one with none is left out.
function labels(c, w, h, at, spots) {
  const size = map.getSize(), left = (w - size.x) / 2, top = (h - size.y) / 2, frame = [left, top, left + size.x, top + size.y], zoom = map.getZoom();
  const taken = [], trails = data.phases.map((p) => (phaseShown(p) ? p.rings.map((ring) => trail(ring, at, frame)) : []));
  const cost = crowdOf(w, h, spots, trails.flat());
  const settle = (half, tall, tried, limit) => {
    let best = null, least = limit;
    for (const [px, py, extra] of tried) {
      // A name whose place is in view is kept whole within the frame.
      const x = Math.max(frame[0] + half + 3, Math.min(frame[2] - half - 3, px)), y = Math.max(frame[1] + tall + 3, Math.min(frame[3] - tall - 3, py));
      if (extra >= least || taken.some((t) => x - half < t[2] && x + half > t[0] && y - tall < t[3] && y + tall > t[1])) continue;
      const sum = extra + cost(x - half - 3, y - tall - 3, x + half + 3, y + tall + 3);
      if (sum < least) { least = sum; best = [x, y]; }
    }
    if (best) taken.push([best[0] - half, best[1] - tall, best[0] + half, best[1] + tall]);
    return best;
  };
  const font = (size, weight) => { c.font = `${weight} ${size}px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif`; };
  const draw = (lines, [x, y], size, colour, halo, opacity) => {
    c.lineWidth = halo; c.strokeStyle = `rgba(255,255,255,${opacity})`; c.fillStyle = colour;
    lines.forEach((text, k) => { const ty = y + (k - (lines.length - 1) / 2) * size * 1.15; c.strokeText(text, x, ty); c.fillText(text, x, ty); });
  };
  c.textAlign = "center"; c.textBaseline = "middle"; c.lineJoin = "round";
  // Zoom and scale keep their corners.
  taken.push([frame[0], frame[1], frame[0] + 50, frame[1] + 80], [frame[0], frame[3] - 52, frame[0] + 120, frame[3]]);
  data.phases.forEach((p, k) => {
    if (p.label === null || !p.short || !phaseShown(p)) return;
    const ring = trails[k][p.label].length ? trails[k][p.label] : trails[k].find((t) => t.length);
    if (!ring) return;
    const big = narrow() ? 11 : 12;
    font(big, 700);
    const lines = wrapped(p.short, 24), half = Math.max(...lines.map((t) => c.measureText(t).width)) / 2 + 2, tall = lines.length * 7;
    const ys = ring.map((q) => q[1]), highest = Math.min(...ys), high = Math.max(1, Math.max(...ys) - highest);
    const others = trails.flatMap((t, j) => (j === k ? [] : t)), edges = crowdOf(w, h, [], others), tried = [];
    for (let n = 0, step = Math.ceil(ring.length / 60); n < ring.length; n += step) {
      for (const [dx, dy, extra] of SIDES) {
        const x = ring[n][0] + dx * (half + 4), y = ring[n][1] + dy * (tall + 4);
        // At another phase's edge a name would be taken for that phase's.
        tried.push([x, y, extra + (ring[n][1] - highest) / high + edges(x - half - 14, y - tall - 14, x + half + 14, y + tall + 14) * .6]);
      }
    }
    const place = settle(half, tall, tried, Infinity);
    if (place) draw(lines, place, big, p.colour, 3.5, .9);
  });
  for (const [name, lat, lon, rank] of data.base.towns) {
    if (zoom < [0, 0, 8.5, 9.75, 10.5][rank]) continue;
    const [x, y] = at(lat, lon);
    if (x < frame[0] || x > frame[2] || y < frame[1] || y > frame[3]) continue;
    const big = [0, 13.5, 12.5, 12, 11.5][rank];
    font(big, rank === 1 ? 600 : 500);
    const half = c.measureText(name).width / 2 + 3, tall = big * .62, tried = [[x, y, 0]];
    for (const out of [0, .8, 1.6, 2.4]) for (const [dx, dy, extra] of SIDES) tried.push([x + dx * (dy ? half * .6 : half + out * tall), y + dy * tall * (1 + out), 1 + extra / 4 + out]);
    let place = settle(half, tall, tried, 6);
    if (place) { draw([name], place, big, data.base.colours.town, 2.5, .85); continue; }
    // A large town is named whatever lies there, with a halo thin enough to leave sites visible.
    if (rank === 1 || (rank === 2 && zoom >= 9)) place = settle(half, tall, [0, -.7, .7, -1.4, 1.4].flatMap((up) => [0, -.5, .5].map((aside) => [x + aside * half, y + up * 2 * tall, 4 * Math.abs(up)])), Infinity);
    if (place) draw([name], place, big, "#14242e", 2, .75);
  }
}
function wrapped(text, most) {
  const lines = [];
  for (const word of text.split(" ")) { if (lines.length && lines.at(-1).length + 1 + word.length <= most) lines[lines.length - 1] += " " + word; else lines.push(word); }
  return lines;
}
const dots = new Dots(), outlines = [];
const phaseShown = (p) => !filter.phase || filter.phase === String(data.phases.indexOf(p));
function drawBase() {
  const B = data.base, k = B.colours;
  $("frame").style.setProperty("--sea", k.sea);
  const still = { interactive: false };
  const many = (lines) => lines.map((text) => line(text, B.unit)), area = (lines) => many(lines).map((ring) => [ring]);
  L.polygon(area(B.land), { ...still, stroke: true, weight: 1, color: k.coast, fillColor: k.land, fillOpacity: 1 }).addTo(map);
  L.polyline(many(B.rivers), { ...still, weight: 1.4, color: k.river }).addTo(map);
  L.polygon(area(B.water), { ...still, stroke: false, fillColor: k.water, fillOpacity: 1 }).addTo(map);
  for (const p of data.phases) {
    p.rings = p.rings.map((ring) => line(ring, data.scale));
    if (p.rings.length) outlines.push([p, L.polygon(p.rings, { ...still, weight: 1.8, color: p.colour, opacity: .85, fillColor: p.colour, fillOpacity: .055 }).addTo(map)]);
  }
}
function home() {
  // Buttons and wheel go by whole steps; the first view is as near as the sites allow.
  const snap = map.options.zoomSnap;
  map.options.zoomSnap = .02;
  map.fitBounds(data.bounds, { padding: narrow() ? [10, 14] : [20, 20], animate: false });
  map.options.zoomSnap = snap;
}
function nearest(point, reach) {
  const origin = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0])), grow = map.getZoomScale(map.getZoom(), 0);
  let best = -1, least = reach * reach;
  for (const i of byRank) {
    if (!shown[i] || now[i] === 255) continue;
    const dx = world.x[i] * grow - origin.x - point.x, dy = world.y[i] * grow - origin.y - point.y, d = dx * dx + dy * dy;
    if (d <= least) { least = d; best = i; }
  }
  return best;
}
function pointing() {
  const tip = el("div", "tip"); tip.hidden = true; tip.dir = "auto"; $("frame").append(tip);
  map.on("click", (e) => choose(nearest(e.containerPoint, radius() + (matchMedia("(pointer: coarse)").matches ? 16 : 6)), false));
  map.on("mousemove", (e) => {
    const i = nearest(e.containerPoint, radius() + 4);
    map.getContainer().style.cursor = i < 0 ? "" : "pointer";
    tip.hidden = i < 0;
    if (i >= 0) { tip.textContent = cut(S.name[i] || S.reference[i], 80); const wide = map.getSize().x; tip.style.left = Math.min(e.containerPoint.x + 14, wide - 270) + "px"; tip.style.top = e.containerPoint.y + 14 + "px"; }
  });
  map.on("mouseout movestart", () => { tip.hidden = true; });
}

// ---- filters and search ------------------------------------------------------------------
const filter = { partner: "", phase: "", kind: "", off: new Set() };
function refilter() {
  let n = 0;
  for (let i = 0; i < TOTAL; i++) {
    const ok = (filter.partner === "" || S.partner[i] === +filter.partner) && (filter.phase === "" || S.phase[i] === +filter.phase)
      && (filter.kind === "" || S.kind[i] === +filter.kind) && !filter.off.has(now[i]) && now[i] !== 255;
    shown[i] = ok ? 1 : 0; n += ok;
  }
  const all = n === TOTAL;
  $("count").textContent = all ? plural(TOTAL, "site") : `${number(n)} of ${plural(TOTAL, "site")}`;
  $("clear").hidden = filter.partner === "" && filter.phase === "" && filter.kind === "" && !filter.off.size;
  relist(n);
  for (const [p, shape] of outlines) phaseShown(p) ? shape.addTo(map) : shape.remove();
  if (dots._map) dots.redraw();
}
function controls() {
  const fill = (id, all, names, field) => {
    const select = $(id); select.append(new Option(all, ""));
    names.forEach((name, k) => select.append(new Option(cut(name, 60), k)));
    select.hidden = names.length < 2;
    select.onchange = () => { filter[field] = select.value; refilter(); };
  };
  fill("partner", "All partners", data.partners.map((p) => p || "No partner"), "partner");
  fill("phase", "All phases", data.phases.map((p) => p.name || "No phase"), "phase");
  fill("kind", "All kinds", data.kinds.map((k) => k.name || "Kind not given"), "kind");
  data.statuses.forEach((s, k) => {
    const b = el("button"); b.type = "button"; b.setAttribute("aria-pressed", "true");
    const count = el("span", "", number(data.marked[s.name] || 0)); count.dataset.status = k;
    b.append(dot(s.name), capital(s.name), " ", count);
    b.onclick = () => { filter.off.has(k) ? filter.off.delete(k) : filter.off.add(k); b.setAttribute("aria-pressed", String(!filter.off.has(k))); refilter(); };
    $("legend").append(b);
  });
  $("clear").onclick = () => {
    for (const id of ["partner", "phase", "kind"]) { $(id).value = ""; filter[id] = ""; }
    filter.off.clear(); for (const b of $("legend").children) b.setAttribute("aria-pressed", "true");
    refilter(); home();
  };
  const kindsOf = new Map();
  data.kinds.forEach((k) => kindsOf.set(k.shape, [...(kindsOf.get(k.shape) || []), k.name || "kind not given"]));
  for (const [shape, names] of kindsOf) {
    const box = el("span"), c = document.createElement("canvas"); c.width = c.height = 45;
    const pen = c.getContext("2d"); trace(pen, shape, 22, 22, 15); pen.fillStyle = "#566570"; pen.fill();
    box.append(c, cut(names.join(", "), 90)); $("shapes").append(box);
  }
  const search = $("search"), found = $("found");
  let words = null;
  search.oninput = () => {
    words = words || S.name.map((n, i) => `${n} ${S.reference[i]} ${S.postcode[i]} ${S.postcode[i].replace(" ", "")}`.toLowerCase());
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.replaceChildren(); found.hidden = !wanted.length;
    if (!wanted.length) return;
    let n = 0;
    for (let i = 0; i < TOTAL && n < 8; i++) {
      if (!wanted.every((w) => words[i].includes(w))) continue;
      const item = el("li"), b = el("button", "", cut(S.name[i] || S.reference[i], 80)); b.type = "button"; b.dir = "auto"; n++;
      b.append(" ", el("small", "", `${cut(S.reference[i], 40)} ${S.postcode[i]}`));
      b.onclick = () => { found.hidden = true; choose(i, true); };
      item.append(b); found.append(item);
    }
    if (!n) found.append(el("li", "muted", "No site by that name, reference or postcode"));
  };
  search.onkeydown = (e) => { if (e.key === "Enter") found.querySelector("button")?.click(); if (e.key === "Escape") found.hidden = true; };
  document.addEventListener("click", (e) => { if (!e.target.closest(".search")) found.hidden = true; });
}

// ---- a site's card -----------------------------------------------------------------------
const STATE = { d: ["done", ""], w: ["waiting", "waiting"], p: ["progress", "in progress"], b: ["blocked", "blocked"], n: ["todo", ""], x: ["none", "not needed"] };
let stops = null;
function stopsOf(i) {
  if (!stops) {
    stops = new Map();
    for (const [verb, rows] of [["is blocked, with", F.blocked], ["waits on", F.waiting]]) {
      for (const row of rows) stops.set(row.at, [...(stops.get(row.at) || []), [verb, row]]);
    }
  }
  return stops.get(i) || [];
}
function choose(i, move) {
  const card = $("card"), before = card.hidden;
  chosen = i === undefined ? -1 : i;
  card.hidden = chosen < 0;
  if (chosen >= 0) fillCard(card, chosen);
  if (before !== card.hidden) map.invalidateSize({ pan: false, animate: false });
  if (chosen >= 0 && move && world.placed[chosen]) {
    // A site that was asked for by name is shown whatever the filters say.
    shown[chosen] = 1;
    map.setView([latOf(chosen), lonOf(chosen)], Math.max(map.getZoom(), 12), { animate: false });
  }
  if (chosen >= 0 && !move && narrow()) card.scrollIntoView({ block: "nearest" });
  dots.redraw();
}
function fillCard(card, i) {
  card.replaceChildren(); card.scrollTop = 0;
  const close = el("button", "close", "×"); close.type = "button"; close.setAttribute("aria-label", "Close"); close.onclick = () => choose(-1);
  const title = el("h3", "", cut(S.name[i] || S.reference[i], 300)); title.dir = "auto";
  card.append(close, title, el("p", "muted", [cut(S.reference[i], 60), S.postcode[i]].filter(Boolean).join(" · ")));
  const list = el("dl"), pair = (name, value) => { if (value === "" || value === null) return; const dd = el("dd"); dd.append(value); list.append(el("dt", "", name), dd); };
  const phase = data.phases[S.phase[i]];
  pair("Status", chip(data.statuses[S.status[i]].name));
  pair("Partner", cut(data.partners[S.partner[i]], 120)); pair("Kind", cut(data.kinds[S.kind[i]].name, 80));
  pair("Phase", phase && phase.name ? cut(phase.name, 80) + (phase.window ? `, ${phase.window}` : "") : "none yet");
  if (S.live_on[i] !== null) pair("Live since", uk(data.words[S.live_on[i]]));
  if (!world.placed[i]) pair("Position", "not known, so not on the map");
  card.append(list);
  for (const [verb, row] of stopsOf(i)) {
    const box = el("p", "notice");
    const words = `${row.stage} ${row.waiting_on ? verb + " " + row.waiting_on : verb.split(/,? (?:on|with)/)[0]}${row.since ? ` since ${uk(row.since)}, ${plural(row.working_days, "working day")}` : ""}.`;
    box.style.width = "auto"; box.append(cut(words, 300)); if (row.next_action) box.append(el("br"), cut("Next: " + row.next_action, 300)); card.append(box);
  }
  card.append(el("h3", "muted", "Stages"));
  const stages = el("ol"); stages.style.marginTop = "6px";
  [...data.patterns[S.pattern[i]]].forEach((code, k) => {
    const [cls, word] = STATE[code]; if (code === "x") return;
    stages.append(el("li", cls, data.stages[k] + (word ? `, ${word}` : "")));
  });
  card.append(stages);
}

// ---- the tables --------------------------------------------------------------------------
function tables() {
  const costs = F.savings.forecast_pence_a_year > 0;
  const name = (k) => (row) => { const s = el("span", "", cut(row[k], 120)); s.dir = "auto"; return s; };
  const bad = (n) => { const s = el("span", "", n ? number(n) : "–"); if (n) s.style.cssText = "color:var(--warn);font-weight:600"; return s; };
  const shared = [["Sites", "n", (r) => number(r.sites)], ["Live", "", (r) => meter(r.live, r.sites, `${number(r.live)} · ${r.live_percent} %`)],
    ["Blocked", "n", (r) => bad(r.blocked)], ["Late", "n", (r) => bad(r.late)]];
  table($("phases"), [
    ["Phase", "", (r) => { const s = el("span"), w = el("span", "swatch"), p = data.phases[F.by_phase.indexOf(r)]; w.style.borderColor = p && p.name ? p.colour : "transparent"; s.append(w, leading(cut(r.name || "No phase yet", 80), "phase", F.by_phase.indexOf(r))); return s; }],
    ["Window", "d", (r) => data.phases[F.by_phase.indexOf(r)].window], ...shared,
    ["Crew-days", "", (r) => (r.capacity_days ? meter(r.crew_days, r.capacity_days, `${number(r.crew_days)} of ${number(r.capacity_days)}`, r.crew_days > r.capacity_days) : number(r.crew_days))],
  ], F.by_phase, "No phases yet.");
  table($("partners"), [["Partner", "", (r) => leading(cut(r.name || "No partner", 120), "partner", data.partners.indexOf(r.name))], ...shared,
    ...(costs ? [["Costs today, a year", "n", (r) => money(r.annual_cost_pence)]] : [])], F.by_partner, "No sites yet.");
  table($("kinds"), [["Kind of building", "", (r) => leading(cut(r.name || "Not given", 120), "kind", data.kinds.findIndex((k) => k.name === r.name))], ...shared], F.by_kind, "No sites yet.");
  const named = F.waiting_on.filter((o) => o.waiting_on);
  const owners = el("div", "owners");
  for (const o of named) { const d = el("div"); d.append(el("b", "", `${cut(capital(o.waiting_on), 60)}: ${number(o.stages)}`), `${plural(o.sites, "site")}, longest ${days(o.longest_working_days)}`); owners.append(d); }
  if (named.length) $("owners").append(owners);
  const since = [["Since", "d", (r) => short(r.since)], ["Working days", "n", (r) => (r.working_days === null ? "" : number(r.working_days))]];
  const held = [["Site", "", siteLink], ["Stage", "", (r) => r.stage], ...(named.length ? [["Waits on", "", (r) => cut(capital(r.waiting_on || "nobody named"), 80)]] : []), ...since, ["Next", "", (r) => cut(r.next_action, 200)]];
  table($("waiting"), held, F.waiting, "Nothing waits on anybody.", 15);
  const notes = F.blocked.some((r) => r.note) ? [["Why", "", (r) => cut(r.note, 300)]] : [];
  table($("blocked"), [...held.slice(0, -1), ...notes, held.at(-1)], F.blocked, "Nothing is blocked.", 15);
  table($("late"), [["Site", "", siteLink], ["Partner", "", name("partner")], ["Phase", "", name("phase")], ["Due by", "d", (r) => short(r.due_on)],
    ["Working days late", "n", (r) => number(r.working_days)], ["Status", "", (r) => chip(r.status)], ["Why", "", (r) => cut(r.reason, 200)]], F.late, "No site is late.", 15);
  const lines = (into, rows) => { const dl = el("dl", "lines"); for (const [a, b] of rows) dl.append(el("dt", "", a), el("dd", "", b)); into.append(dl); };
  lines($("wayleaves"), Object.entries(F.wayleaves).filter(([k, n]) => n && k !== "not needed").map(([k, n]) => [`Wayleaves ${k}`, number(n)])
    .concat([["Gates passed by authority", number(F.overrides)]]));
  if (F.wayleaves_lapsing.length) {
    $("wayleaves").append(el("h3", "", "Wayleaves refused, lapsed or about to lapse"));
    table($("wayleaves"), [["Site", "", siteLink], ["", "", (r) => capital(r.state)], ["On", "d", (r) => short(r.on)], ["Days", "n", (r) => (r.days === null ? "" : r.days < 0 ? `${number(-r.days)} ago` : `in ${number(r.days)}`)]], F.wayleaves_lapsing, "", 10);
  }
  $("certificates").append(el("h3", "", "Compliance certificates that do not reach go-live"));
  table($("certificates"), [["Partner", "", name("partner")], ["", "", (r) => capital(r.state) + (r.valid_to ? ` ${r.state === "lapses" ? "after" : "on"} ${uk(r.valid_to)}` : "")], ["Sites", "n", (r) => number(r.sites)]],
    F.certificates, "Every partner’s certificate lasts until go-live.");
  const v = F.savings;
  if (!costs) $("savings-section").hidden = true;
  if (costs) lines($("savings"), [
    [`Realised a year, ${plural(v.circuits_ceased, "old circuit")} ceased`, money(v.realised_pence_a_year)], ["Saved so far", money(v.saved_so_far_pence)],
    [`Paid twice a year, ${plural(v.sites_live_on_old_circuit, "site")} live on both`, money(v.double_running_pence_a_year)], ["To come a year", money(v.still_to_come_pence_a_year)],
    ["Forecast a year, when all have ceased", money(v.forecast_pence_a_year)], ...(v.target_pence_a_year ? [["Target a year", money(v.target_pence_a_year)]] : []),
    ...(v.sites_without_cost ? [["Sites whose cost is not known", number(v.sites_without_cost)]] : [])]);
  if (costs) $("savings").append(el("p", "muted", v.explained));
  const foot = (text) => $("footer").append(el("p", "", text));
  if (F.unplaced) foot(`${plural(F.unplaced, "site")} without a known position ${F.unplaced === 1 ? "is" : "are"} counted but not on the map.`);
  if (data.audience !== "internal") foot("Sites marked sensitive are neither shown nor counted.");
  foot(data.base.licence + " Map drawn with Leaflet.");
}
