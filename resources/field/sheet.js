"use strict";
// A field pack in a browser: no network, nothing sent; what is recorded stays in the browser's own
// storage until "Save my changes" writes it to a file. The file is a return as the program reads it.
const data = JSON.parse(document.getElementById("data").textContent);
const el = (id) => document.getElementById(id);
const F = data.fields;
const BIG = 16n;

// -- SHA-256 and HMAC (FIPS 180-4, RFC 2104): a page from a file has no other everywhere ----------
const K = Uint32Array.from(primes(64), (p) => frac(Math.cbrt(p)));
const H0 = primes(8).map((p) => frac(Math.sqrt(p)));
function primes(n) { const found = []; for (let i = 2; found.length < n; i++) if (found.every((p) => i % p)) found.push(i); return found; }
function frac(x) { return Math.floor((x - Math.floor(x)) * 2 ** 32) >>> 0; }
function sha256(bytes) {
  const length = bytes.length, padded = new Uint8Array(((length + 8) >> 6 << 6) + 64);
  padded.set(bytes); padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, (length << 3) >>> 0); view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  const h = Uint32Array.from(H0), w = new Uint32Array(64);
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = (w[i - 16] + (rot(a, 7) ^ rot(a, 18) ^ a >>> 3) + w[i - 7] + (rot(b, 17) ^ rot(b, 19) ^ b >>> 10)) >>> 0;
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const one = (k + (rot(e, 6) ^ rot(e, 11) ^ rot(e, 25)) + (e & f ^ ~e & g) + K[i] + w[i]) >>> 0;
      const two = ((rot(a, 2) ^ rot(a, 13) ^ rot(a, 22)) + (a & b ^ a & c ^ b & c)) >>> 0;
      k = g; g = f; f = e; e = (d + one) >>> 0; d = c; c = b; b = a; a = (one + two) >>> 0;
    }
    [a, b, c, d, e, f, g, k].forEach((v, i) => { h[i] = h[i] + v >>> 0; });
  }
  const out = new DataView(new ArrayBuffer(32));
  h.forEach((v, i) => out.setUint32(i * 4, v));
  return new Uint8Array(out.buffer);
}
function rot(x, n) { return x >>> n | x << 32 - n; }
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (b) => parseInt(b, 16));
const utf8 = (text) => new TextEncoder().encode(text);
function joined(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0; for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}
function hmac(key, bytes) {
  const pad = (x) => { const block = new Uint8Array(64).fill(x); key.forEach((b, i) => { block[i] ^= b; }); return block; };
  return hex(sha256(joined(pad(0x5c), sha256(joined(pad(0x36), bytes)))));
}
function base64(bytes) {
  let text = ""; for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

// -- What is recorded: transactions, as the journal has them ---------------------------------------
let work = { made: [], photos: {}, saved: 0 };
let db = null;
const KEY = "psn-" + data.pack;
function openStore() {
  return new Promise((done) => {
    let request;
    try { request = indexedDB.open(KEY, 1); } catch (error) { done(null); return; }
    request.onupgradeneeded = () => request.result.createObjectStore("work");
    request.onsuccess = () => done(request.result);
    request.onerror = () => done(null);
    request.onblocked = () => done(null);
  });
}
function load() {
  return new Promise((done) => {
    if (!db) { try { done(JSON.parse(localStorage.getItem(KEY))); } catch (error) { done(null); } return; }
    const request = db.transaction("work").objectStore("work").get("work");
    request.onsuccess = () => done(request.result || null);
    request.onerror = () => done(null);
  });
}
function keep() {
  return new Promise((done) => {
    if (!db) {
      try { localStorage.setItem(KEY, JSON.stringify(work)); done(true); } catch (error) { done(false); }
      return;
    }
    const write = db.transaction("work", "readwrite");
    write.objectStore("work").put(work, "work");
    write.oncomplete = () => done(true); write.onerror = write.onabort = () => done(false);
  }).then((kept) => {
    el("store").hidden = kept;
    el("store").textContent = "This browser keeps nothing when it is closed: save your changes before you leave the page.";
    return kept;
  });
}
function stamp() {
  const last = work.made.length ? BigInt(work.made.at(-1).hlc) : BigInt(data.hlc);
  const now = BigInt(Date.now()) << BIG;
  return String(now > last ? now : last + 1n);
}
async function record(label, on, events, inverse, site, kind, undoOf) {
  work.made.push({
    hlc: stamp(), dev: work.dev, n: work.made.length + 1, author: data.person, kind: kind || "edit", label, on,
    undo_of: undoOf || null, events, inverse, site,
  });
  await keep();
  show();
}
// A note that is being typed outlives the page being drawn anew, left or closed: it is a draft until
// it is recorded, by its button, by going back to the list or by saving.
let keepSoon = 0;
function draft(site, text, was) {
  work.drafts = work.drafts || {};
  if (text === was) delete work.drafts[site.id]; else work.drafts[site.id] = text;
  clearTimeout(keepSoon); keepSoon = setTimeout(keep, 300);
  showState();
}
async function recordDrafts() {
  for (const site of data.sites) {
    const text = work.drafts?.[site.id], was = current(site).note || "";
    if (text === undefined) continue;
    delete work.drafts[site.id];
    if (text !== was) await record(`Note at ${site.reference || site.name}`, today(), [[F.site, site.id, F.note, text]], [[F.site, site.id, F.note, was]], site.id);
  }
}
// Numbers beyond 2^53 are written by hand: JSON.stringify has none.
function line(t) {
  const events = t.events.map(([ent, row, fld, val]) => [ent, row, fld, val, null, null]);
  const ctx = t.n === 1 ? data.base : null;
  return `{"hlc":${t.hlc},"dev":${t.dev},"n":${t.n},` + JSON.stringify({
    author: t.author, kind: t.kind, label: t.label, on: t.on, undo_of: t.undo_of, ctx, events }).slice(1);
}
function returned() {
  const photos = Object.entries(work.photos);
  const first = {
    psnplanner: "return", format: 1, pack: data.pack, programme: data.programme, by: data.person,
    transactions: work.made.length, changes: work.made.reduce((n, t) => n + t.events.length, 0), photographs: photos.length,
  };
  const lines = [JSON.stringify(first), ...work.made.map(line)];
  for (const [digest, text] of photos) lines.push(JSON.stringify({ photograph: digest, bytes: text }));
  const body = utf8(lines.join("\n") + "\n");
  return joined(body, utf8(JSON.stringify({ proof: hmac(unhex(data.key), body) }) + "\n"));
}

// -- The sites as they are, with what was recorded here --------------------------------------------
function current(site) {
  const stages = structuredClone(site.stages), now = { note: site.note, contact: site.contact, photos: [] };
  for (const t of work.made) if (t.site === site.id) for (const [ent, row, fld, val] of t.events) {
    if (ent === F.site && row === site.id) { if (fld === F.note) now.note = val; if (fld === F.contact) now.contact = val; }
    if (ent === F.stage) {
      const key = Object.keys(data.stage_ids[site.id]).find((k) => data.stage_ids[site.id][k] === row);
      if (!key) continue;
      if (fld === -1) { delete stages[key]; continue; }
      const given = fld === 0 ? JSON.parse(val) : { [fld]: val };
      const stage = stages[key] = stages[key] || {};
      for (const [name, number] of Object.entries(F.of_stage)) if (String(number) in given) stage[name] = given[number];
    }
    if (ent === F.photograph && fld === 0) now.photos.push({ id: row, ...JSON.parse(val) });
    if (ent === F.photograph && fld === -1) now.photos = now.photos.filter((p) => p.id !== row);
  }
  return { ...now, stages };
}
function stageEvents(site, key, values) {
  const id = data.stage_ids[site.id][key], before = current(site).stages[key];
  if (!before) {
    const bundle = { [F.of_stage.site]: site.id, [F.of_stage.stage]: key };
    for (const [name, value] of Object.entries(values)) if (value !== null && value !== "") bundle[F.of_stage[name]] = value;
    const text = JSON.stringify(bundle);
    return [[[F.stage, id, 0, text]], [[F.stage, id, -1, text]]];
  }
  const events = [], inverse = [];
  for (const [name, value] of Object.entries(values)) {
    const old = before[name] ?? (typeof value === "string" && !/^\d{4}-/.test(value) ? "" : null);
    if (old !== value && !(old === "" && value === null)) { events.push([F.stage, id, F.of_stage[name], value]); inverse.push([F.stage, id, F.of_stage[name], old]); }
  }
  return [events, inverse];
}

// -- The page --------------------------------------------------------------------------------------
let open = null;
// A programme with a status date of its own lives on that day, in the field as in the office.
const today = () => { if (data.today) return data.today; const d = new Date(); return [d.getFullYear(), String(d.getMonth() + 1).padStart(2, "0"), String(d.getDate()).padStart(2, "0")].join("-"); };
const uk = (iso) => iso ? new Date(iso + "T12:00").toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }) : "";
function make(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), props || {});
  for (const child of children) if (child !== null) node.append(child);
  return node;
}
function statusOf(site) {
  const stages = current(site).stages;
  const done = data.stages.filter((s) => ["done", "not needed"].includes(stages[s.key]?.state));
  const trouble = data.stages.find((s) => stages[s.key]?.state === "blocked");
  return trouble ? "blocked" : done.length ? `${done.at(-1).name} done` : "not begun";
}
function show() {
  el("title").textContent = open ? open.name : data.programme;
  el("sub").textContent = open ? [open.reference, open.postcode].filter(Boolean).join(" · ") : `${data.sites.length} sites for ${data.person}`;
  el("back").hidden = !open; el("list").hidden = Boolean(open); el("site").hidden = !open;
  showState();
  if (open) showSite(); else { showCards(); showChanges(); drawMap(); }
}
function showState() {
  const typed = Object.keys(work.drafts || {}).length, left = work.made.length - work.saved + typed;
  el("count").textContent = work.made.length;
  el("state").textContent = !work.made.length && !typed ? "Nothing recorded yet." :
    left ? `${left} change${left === 1 ? "" : "s"} not saved to a file yet; kept on this device.` : "All changes are saved to a file: mail it back.";
  el("save").disabled = !work.made.length && !typed;
}
function showCards() {
  const words = el("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fit = data.sites.filter((s) => words.every((w) => [s.reference, s.name, s.address, s.postcode, s.kind].join(" ").toLowerCase().includes(w)));
  el("cards").replaceChildren(...fit.map((site) => make("li", null, make("button", {
    className: "card" + (work.made.some((t) => t.site === site.id) ? " touched" : ""), onclick: () => go(site) },
    make("span", { className: "status", textContent: statusOf(site) }),
    make("strong", { textContent: site.name || site.reference, dir: "auto" }),
    make("span", { textContent: [site.reference, site.address, site.postcode].filter(Boolean).join(" · "), dir: "auto" })))));
  if (!fit.length) el("cards").replaceChildren(make("li", { className: "empty", textContent: "No site fits those words." }));
}
function showChanges() {
  el("done").replaceChildren(...work.made.toReversed().map((t) => make("li", { className: "card" },
    make("strong", { textContent: t.label }),
    make("span", { textContent: new Date(Number(BigInt(t.hlc) >> BIG)).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) }))));
  el("none").hidden = work.made.length > 0;
  el("undo").hidden = !lastDone();
}
function lastDone() {
  const undone = new Set(work.made.filter((t) => t.undo_of).map((t) => t.undo_of));
  return work.made.findLast((t) => t.kind === "edit" && !undone.has(`${t.dev}.${t.n}`));
}
function go(site) { open = site; show(); scrollTo(0, 0); }
function showSite() {
  const site = open, now = current(site), parts = [];
  if (site.safety) parts.push(make("h2", { textContent: "Before you go in" }), make("p", { className: "safety", textContent: site.safety, dir: "auto" }));
  const facts = make("dl");
  for (const [name, text] of [["Address", [site.address, site.postcode].filter(Boolean).join(", ")], ["Kind", site.kind], ["Partner", site.partner],
    ["Contact", now.contact], ["Fibre access", site.access], ["Tenure", site.tenure], ["Wayleave", site.wayleave], ["Node", site.node], ["Phase", site.phase], ...site.other])
    if (text) facts.append(make("dt", { textContent: name }), make("dd", { textContent: text, dir: "auto" }));
  parts.push(make("h2", { textContent: "The building" }), facts, make("h2", { textContent: "Stages" }));
  let next = false;
  for (const stage of data.stages) {
    const is = now.stages[stage.key] || {}, over = ["done", "not needed"].includes(is.state);
    const card = make("button", { className: `card stage ${over ? "done" : is.state === "blocked" ? "blocked" : ""}`, disabled: stage.office, onclick: () => askStage(site, stage, is) },
      make("strong", { textContent: stage.name }),
      make("em", { textContent: stage.office ? is.state || "by the office" : [is.state || "not begun", uk(is.actual_on || is.waiting_since || is.started_on)].filter(Boolean).join(" ") }));
    if (!over && !next && !stage.office) { card.classList.add("next"); next = true; }
    parts.push(card);
  }
  const was = now.note || "", old = el("site").querySelector("textarea"), typing = old !== null && document.activeElement === old;
  const note = make("textarea", { value: work.drafts?.[site.id] ?? was, ariaLabel: "Note" });
  const keepNote = make("button", { className: "big", textContent: "Keep the note", disabled: note.value === was, onclick: recordDrafts });
  note.oninput = () => { draft(site, note.value, was); keepNote.disabled = note.value === was; };
  const camera = make("input", { type: "file", accept: "image/*", hidden: true, id: "camera" });
  camera.setAttribute("capture", "environment");
  camera.onchange = () => { if (camera.files[0]) addPhoto(site, camera.files[0]); camera.value = ""; };
  const pictures = make("div", { className: "photos" }, ...now.photos.map((p) => make("img", { src: `data:${p[F.of_photograph.media_type]};base64,${work.photos[p[F.of_photograph.digest]]}`, alt: p[F.of_photograph.caption] || "Photograph" })));
  parts.push(make("h2", { textContent: "Note" }), note, keepNote, make("h2", { textContent: "Photographs" }), pictures, camera,
    make("div", { className: "row" }, make("button", { className: "big", textContent: "Take a photograph", onclick: () => camera.click() }),
      make("button", { className: "big", textContent: "Sign for acceptance", onclick: () => askSignature(site) })));
  const at = typing ? [old.selectionStart, old.selectionEnd] : null;
  el("site").replaceChildren(...parts);
  if (at) { note.focus({ preventScroll: true }); note.setSelectionRange(...at); }
}
function ask(title, ...parts) {
  const form = el("ask").querySelector("form");
  form.replaceChildren(make("h2", { textContent: title }), ...parts, make("button", { className: "big", textContent: "Cancel", value: "" }));
  el("ask").showModal();
}
function askStage(site, stage, is) {
  const day = make("input", { type: "date", value: today(), max: today(), id: "day" }), note = make("textarea", { value: is.note || "", id: "note-of-stage" });
  const choose = (state, words, primary) => make("button", { className: "big" + (primary ? " primary" : ""), textContent: words, onclick: (event) => {
    event.preventDefault();
    const on = day.value || today(), values = { state, actual_on: null, waiting_on: "", waiting_since: null, next_action: "", note: note.value };
    if (state === "done") values.actual_on = on;
    if (state === "in progress") values.started_on = on;
    if (state === "waiting" || state === "blocked") Object.assign(values, { waiting_on: is.waiting_on || stage.owner, waiting_since: on, next_action: stage.next });
    const [events, inverse] = stageEvents(site, stage.key, values);
    el("ask").close();
    if (events.length) record(`${stage.name} ${state} at ${site.reference || site.name}`, on, events, inverse, site.id);
  } });
  ask(stage.name, make("label", { textContent: "On", htmlFor: "day" }), day, make("label", { textContent: "Note", htmlFor: "note-of-stage" }), note,
    choose("done", "Done", true), make("div", { className: "row" }, choose("in progress", "In progress"), choose("waiting", "Waiting")), choose("blocked", "Blocked"));
}
async function scaled(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, 1600 / Math.max(picture.width, picture.height));
  const canvas = make("canvas", { width: Math.max(1, Math.round(picture.width * share)), height: Math.max(1, Math.round(picture.height * share)) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return bytesOf(canvas, "image/jpeg", 0.82);
}
const bytesOf = (canvas, kind, quality) => new Promise((done, fail) => canvas.toBlob(async (blob) => blob ? done(new Uint8Array(await blob.arrayBuffer())) : fail(new Error("no picture")), kind, quality));
async function addPhoto(site, file) {
  let bytes;
  try { bytes = await scaled(file); } catch (error) {
    ask("That is no picture", make("p", { textContent: "It cannot be shown, so it was not kept. Take a photograph with the camera." })); return;
  }
  await keepPicture(site, bytes, "image/jpeg", "", file.name || "photograph.jpg", `Photograph of ${site.reference || site.name}`);
}
async function keepPicture(site, bytes, kind, caption, name, label) {
  const digest = hex(sha256(bytes)), id = hex(crypto.getRandomValues(new Uint8Array(16))), P = F.of_photograph;
  work.photos[digest] = base64(bytes);
  const bundle = { [P.site]: site.id, [P.digest]: digest, [P.media_type]: kind, [P.size]: bytes.length, [P.by]: data.person, [P.taken_on]: today(), [P.file_name]: name.slice(0, 120) };
  if (caption) bundle[P.caption] = caption;
  const text = JSON.stringify(bundle);
  await record(label, today(), [[F.photograph, id, 0, text]], [[F.photograph, id, -1, text]], site.id);
}
function askSignature(site) {
  const canvas = make("canvas", { className: "sign", width: 600, height: 180, ariaLabel: "Sign here" }), who = make("input", { type: "text", id: "who", placeholder: "Name of who accepts" });
  const pen = canvas.getContext("2d"); let drawn = 0, last = null;
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, 600, 180); pen.lineWidth = 3; pen.lineCap = "round"; pen.strokeStyle = "#102a43";
  const at = (e) => { const box = canvas.getBoundingClientRect(); return [(e.clientX - box.left) * 600 / box.width, (e.clientY - box.top) * 180 / box.height]; };
  canvas.onpointerdown = (e) => { canvas.setPointerCapture(e.pointerId); last = at(e); };
  canvas.onpointermove = (e) => { if (!last) return; const to = at(e); pen.beginPath(); pen.moveTo(...last); pen.lineTo(...to); pen.stroke(); last = to; drawn += 1; };
  canvas.onpointerup = () => { last = null; };
  ask("Sign for acceptance", make("label", { textContent: "Name", htmlFor: "who" }), who, make("label", { textContent: "Signature" }), canvas,
    make("button", { className: "big primary", textContent: "Accept", onclick: async (event) => {
      event.preventDefault();
      if (drawn < 3 || !who.value.trim()) { who.focus(); return; }
      const bytes = await bytesOf(canvas, "image/png");
      el("ask").close();
      await keepPicture(site, bytes, "image/png", `Accepted by ${who.value.trim()}`, "signature.png", `Acceptance signed at ${site.reference || site.name}`);
    } }));
}

// -- The map: coast, rivers and my sites -----------------------------------------------------------
let view = null;
const canvas = el("canvas"), pointers = new Map();
const px = (lon) => lon * Math.cos(53.3 * Math.PI / 180), py = (lat) => -lat;
const placed = data.sites.filter((s) => s.lat !== null);
function fit() {
  const xs = placed.map((s) => px(s.lon)), ys = placed.map((s) => py(s.lat)), w = canvas.width, h = canvas.height;
  const wide = Math.max(Math.max(...xs) - Math.min(...xs), 0.02), tall = Math.max(Math.max(...ys) - Math.min(...ys), 0.02);
  const scale = Math.min(w / wide, h / tall) * 0.8;
  view = { scale, x: w / 2 - scale * (Math.max(...xs) + Math.min(...xs)) / 2, y: h / 2 - scale * (Math.max(...ys) + Math.min(...ys)) / 2 };
}
function drawMap() {
  if (el("map").hidden || !placed.length) return;
  const ratio = devicePixelRatio || 1, width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height || !view) { canvas.width = width; canvas.height = height; fit(); }
  const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
  const path = (points, close) => { pen.beginPath(); points.forEach(([lon, lat], i) => pen[i ? "lineTo" : "moveTo"](view.x + view.scale * px(lon), view.y + view.scale * py(lat))); if (close) pen.closePath(); };
  pen.fillStyle = colour("--sea"); pen.fillRect(0, 0, width, height);
  pen.fillStyle = colour("--land"); pen.strokeStyle = colour("--line"); pen.lineWidth = ratio;
  for (const ring of data.map.land) { path(ring, true); pen.fill(); pen.stroke(); }
  pen.strokeStyle = "#7fa8c4"; for (const river of data.map.rivers) { path(river, false); pen.stroke(); }
  pen.font = `${12 * ratio}px system-ui`; pen.fillStyle = colour("--soft"); pen.textAlign = "center";
  const where = placed.map((s) => [view.x + view.scale * px(s.lon), view.y + view.scale * py(s.lat)]);
  const taken = where.map(([x, y]) => [x - 8 * ratio, y - 8 * ratio, x + 8 * ratio, y + 8 * ratio]);
  const isFree = (box) => !taken.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]);
  // A name is pushed in from the edge, and has a rim in the ground's colour.
  const write = (name, x, y, ink) => {
    const half = pen.measureText(name).width / 2, at = Math.min(Math.max(x, half + 4 * ratio), width - half - 4 * ratio);
    const box = [at - half, y - 13 * ratio, at + half, y + 4 * ratio];
    if (x < 0 || x > width || !isFree(box)) return false;
    taken.push(box);
    pen.lineWidth = 3 * ratio; pen.lineJoin = "round"; pen.strokeStyle = colour("--land"); pen.strokeText(name, at, y);
    pen.fillStyle = ink; pen.fillText(name, at, y);
    return true;
  };
  for (const site of placed) {
    const x = view.x + view.scale * px(site.lon), y = view.y + view.scale * py(site.lat), touched = work.made.some((t) => t.site === site.id);
    pen.beginPath(); pen.arc(x, y, 8 * ratio, 0, 7); pen.fillStyle = touched ? "#1b7a4b" : "#0072b2"; pen.fill();
    pen.lineWidth = 2 * ratio; pen.strokeStyle = "#fff"; pen.stroke();
  }
  placed.forEach((site, i) => {
    const whole = site.name || site.reference, name = whole.length > 26 ? whole.slice(0, 25).trimEnd() + "…" : whole;
    write(name, where[i][0], where[i][1] + 22 * ratio, colour("--ink"));
  });
  for (const [name, lat, lon] of data.map.towns) {
    const x = view.x + view.scale * px(lon), y = view.y + view.scale * py(lat);
    [0, -22, 24, -40].some((aside) => write(name, x, y + aside * ratio, colour("--soft")));
  }
}
function zoom(by, x, y) { view = { scale: view.scale * by, x: x - (x - view.x) * by, y: y - (y - view.y) * by }; drawMap(); }
canvas.onwheel = (e) => { e.preventDefault(); const r = devicePixelRatio || 1; zoom(e.deltaY < 0 ? 1.25 : 0.8, e.offsetX * r, e.offsetY * r); };
let moved = 0;
canvas.onpointerdown = (e) => { canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId, [e.offsetX, e.offsetY]); moved = 0; };
canvas.onpointermove = (e) => {
  const before = pointers.get(e.pointerId); if (!before || !view) return;
  const r = devicePixelRatio || 1, others = [...pointers].filter(([id]) => id !== e.pointerId).map(([, at]) => at);
  if (others.length) {
    const [ox, oy] = others[0], old = Math.hypot(before[0] - ox, before[1] - oy), now = Math.hypot(e.offsetX - ox, e.offsetY - oy);
    if (old > 0) zoom(now / old, ox * r, oy * r);
  } else { view.x += (e.offsetX - before[0]) * r; view.y += (e.offsetY - before[1]) * r; drawMap(); }
  moved += Math.abs(e.offsetX - before[0]) + Math.abs(e.offsetY - before[1]);
  pointers.set(e.pointerId, [e.offsetX, e.offsetY]);
};
canvas.onpointercancel = (e) => pointers.delete(e.pointerId);
canvas.onpointerup = (e) => {
  pointers.delete(e.pointerId);
  if (moved > 8) return;
  const r = devicePixelRatio || 1, far = (s) => Math.hypot(view.x + view.scale * px(s.lon) - e.offsetX * r, view.y + view.scale * py(s.lat) - e.offsetY * r);
  const nearest = placed.toSorted((a, b) => far(a) - far(b))[0];
  if (nearest && far(nearest) < 28 * r) go(nearest);
};
onresize = drawMap;

// -- Buttons ---------------------------------------------------------------------------------------
function tab(name) {
  for (const other of ["sites", "map", "changes"]) { el(other).hidden = other !== name; el("tab-" + other).setAttribute("aria-selected", other === name); }
  show();
}
for (const name of ["sites", "map", "changes"]) el("tab-" + name).onclick = () => tab(name);
el("back").onclick = async () => { await recordDrafts(); open = null; show(); };
el("search").oninput = showCards;
el("undo").onclick = () => { const t = lastDone(); if (t) record(`Undo: ${t.label}`, t.on, t.inverse.toReversed(), t.events, t.site, "undo", `${t.dev}.${t.n}`); };
el("save").onclick = async () => {
  await recordDrafts();
  const link = make("a", { href: URL.createObjectURL(new Blob([returned()], { type: "application/octet-stream" })), download: `${data.file}.psnreturn` });
  document.body.append(link); link.click(); link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  work.saved = work.made.length; await keep(); show();
};
addEventListener("pagehide", keep);
addEventListener("beforeunload", (event) => { if (!db && work.made.length > work.saved) event.preventDefault(); });
(async () => {
  db = await openStore();
  work = (await load()) || work;
  // Two phones with one sheet are two devices.
  if (!work.dev) { const r = crypto.getRandomValues(new Uint32Array(2)); work.dev = (r[0] & 0x7fff) * 2 ** 32 + r[1] || 1; }
  if (data.expires && today() > data.expires) { el("expired").hidden = false; el("expired").textContent = `This sheet was good until ${uk(data.expires)}. What you recorded can still be saved and mailed back.`; }
  el("licence").textContent = data.map.licence;
  show();
})();
