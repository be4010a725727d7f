// Columns of sites as the page is handed them: psnplanner/board/columns.py read backwards.
const DIGITS = Array.from({ length: 91 }, (_, k) => String.fromCharCode(35 + k)).filter((c) => !"\\<>&`{|}".includes(c)).join("");
const BASE = DIGITS.length, VALUE = new Uint8Array(128), HALF = Math.floor(BASE / 2);
[...DIGITS].forEach((c, k) => { VALUE[c.charCodeAt(0)] = k; });
function whole(text, at, width) { let v = 0; for (let k = at; k < at + width; k++) v = v * BASE + VALUE[text.charCodeAt(k)]; return v; }
function numbers({ w, low, d }) {
  const out = new Array(d.length / w), none = BASE ** w - 1;
  for (let i = 0; i < out.length; i++) { const v = whole(d, i * w, w); out[i] = v === none ? null : v + low; }
  return out;
}
function texts(column) {
  if (Array.isArray(column)) return column;
  if (column.list) return column.list;
  if (column.front !== undefined) {
    let before = "";
    return column.front.split("|").map((part) => (before = before.slice(0, VALUE[part.charCodeAt(0)]) + part.slice(1)));
  }
  return column.d.split("|").map((part) => {
    let out = "", k = 0;
    while (k < part.length) {
      const c = part[k];
      if (c === "`") { out += column.words[VALUE[part.charCodeAt(k + 1)]] + " "; k += 2; if (k === part.length) out = out.slice(0, -1); }
      else if (c === "{") { out += column.words[BASE + whole(part, k + 1, 2)] + " "; k += 3; if (k === part.length) out = out.slice(0, -1); }
      else { out += c; k++; }
    }
    return out;
  });
}
function line(text, unit) {
  const out = []; let x = 0, y = 0, k = 0;
  const step = () => { if (text[k] === "~") { const v = whole(text, k + 1, 4) - Math.floor(BASE ** 4 / 2); k += 5; return v; } return VALUE[text.charCodeAt(k++)] - HALF; };
  while (k < text.length) { x += step(); y += step(); out.push([y / unit, x / unit]); }
  return out;
}
