// ---- ratings, decisions, savings by partner, the ledger, joiners, what changed ------------------
const FACES = { green: ["#14805a", "●", "Green"], amber: ["#a05a00", "▲", "Amber"], red: ["#8b0a2b", "■", "Red"] };
function verdict() {
  for (const section of document.querySelectorAll("[data-section]")) {
    const words = data.sections[section.dataset.section];
    section.hidden = section.hidden || words === undefined;
    if (words) section.querySelector("h2").textContent = words;
  }
  const face = (r) => { const [colour, sign, word] = FACES[r.state], s = el("span", "face", `${sign} ${word}`); s.style.color = colour; return s; };
  table($("ratings"), [["Measure", "", (r) => { const s = el("span", "", r.measure); s.append(el("br"), el("small", "", r.rule)); return s; }], ["", "d", face], ["Found", "", (r) => r.found]], F.ratings, "Nothing to rate yet.");
  const asks = el("ol", "asks");
  for (const row of F.decisions) {
    const item = el("li"), why = el("span", "muted", ` ${row.why}`); item.append(el("b", "", cut(row.ask, 300) + "."), why);
    if (row.sites.length) { const more = el("details"); more.append(el("summary", "", plural(row.of, "site"))); more.addEventListener("toggle", () => { if (more.open && more.children.length === 1) { const p = el("p", "links"); row.sites.forEach((i) => p.append(siteLink({ at: i, name: S.name[i], site: S.reference[i] }), " ")); more.append(p); } }); item.append(more); }
    asks.append(item);
  }
  $("decisions").append(F.decisions.length ? asks : el("p", "muted", "Nothing is asked of the board."));
}
function reports() {
  savingsByPartner(); ledgerTables(); joinersTable();
  for (const pair of document.querySelectorAll(".pair")) { const open = [...pair.children].filter((s) => !s.hidden); pair.hidden = !open.length; pair.classList.toggle("single", open.length === 1); }
}
function savingsByPartner() {
  if (!F.savings_by_partner.length) return;
  const t = el("details"), box = el("div"); t.append(el("summary", "", "By partner, a year, and so far"), box); t.open = !narrow(); $("savings").append(t);
  table(box, [["Partner", "", (r) => cut(r.name || "No partner", 120)], ["Realised", "n", (r) => money(r.realised_pence_a_year)], ["To come", "n", (r) => money(r.still_to_come_pence_a_year)],
    ["Forecast", "n", (r) => money(r.forecast_pence_a_year)], ["Paid twice", "n", (r) => money(r.double_running_pence_a_year)], ["So far", "n", (r) => money(r.saved_so_far_pence)]], F.savings_by_partner, "");
}
function ledgerTables() {
  const G = F.ledger, into = $("ledger"), paid = G.cost_pence > 0;
  const against = G.measured_against ? `the baseline “${cut(G.measured_against, 80)}”` : "the present phases";
  const delays = G.delays.of, circuits = G.circuits.of;
  into.append(el("p", "lead", `${plural(G.working_days_lost, "working day")} lost, measured against ${against}${paid ? `; ${money(G.cost_pence)} paid so far for old circuits beside the new network` : ""}.`));
  const accounts = (rows, heading) => {
    const some = rows.filter((r) => r.working_days || r.circuits);
    if (!some.length) return;
    const box = el("div"); into.append(box);
    table(box, [[heading, "", (r) => cut(capital(r.name || "Nobody named"), 80)], ["Working days lost", "n", (r) => number(r.working_days)], ["Sites", "n", (r) => number(r.sites)],
      ["Old circuits kept", "n", (r) => number(r.circuits)], ["Past their date", "n", (r) => number(r.overdue_circuits)], ...(paid ? [["Cost so far", "n", (r) => money(r.cost_pence)]] : [])], some, "", 12);
  };
  if (delays || circuits) { const pair = el("div", "accounts"); accounts(G.by_owner, "Owner"); accounts(G.by_partner, "Partner"); into.append(pair); }
  const fold = (words, columns, rows) => { if (!rows.length) return; const t = el("details"), box = el("div"); t.append(el("summary", "", words), box); into.append(t); t.addEventListener("toggle", () => { if (t.open && !box.children.length) table(box, columns, rows, "", 25); }); if (document.documentElement.classList.contains("printing")) t.open = true; };
  fold(`Every delay: ${plural(delays, "line")}`, [["Site", "", siteLink], ["Owner", "", (r) => cut(capital(r.owner), 60)], ["Reason", "", (r) => cut(r.reason, 200)], ["Working days", "n", (r) => number(r.working_days)], ["Was to be live", "d", (r) => short(r.original_on)], ["Now", "d", (r) => short(r.revised_on)]], G.delays);
  fold(`Old circuits still paid for: ${number(circuits)}`, [["Site", "", siteLink], ["Partner", "", (r) => cut(r.partner, 80)], ["Live since", "d", (r) => short(r.live_on)], ["Cease by", "d", (r) => { const s = el("span", "", short(r.cease_by)); if (r.overdue) s.style.cssText = "color:var(--warn);font-weight:600"; return s; }], ["Days kept", "n", (r) => number(r.days)], ...(paid ? [["Cost so far", "n", (r) => money(r.cost_pence)]] : [])], G.circuits);
  fold(`Old circuits ceased: ${number(G.ceased.of)}`, [["Site", "", siteLink], ["Partner", "", (r) => cut(r.partner, 80)], ["Live since", "d", (r) => short(r.live_on)], ["Ceased on", "d", (r) => short(r.ceased_on)], ...(paid ? [["Cost stopped, a year", "n", (r) => money(r.pence_a_year)], ["Paid beside the new network", "n", (r) => money(r.cost_pence)]] : [])], G.ceased);
}
function joinersTable() {
  const rows = data.joiners, section = $("joiners").closest("section");
  if (!rows.length) { section.hidden = true; return; }
  $("joiners").append(el("p", "muted", "Distances are as the crow flies to the nearest live site or node. Access and effort are estimates until a survey: within 100 m a shared duct, beyond it a dig of a further crew-day for each 100 m."));
  table($("joiners"), [["Organisation", "", (r) => { const s = el("span", "", cut(r.name || r.reference, 90)); s.dir = "auto"; if (r.organisation) s.append(" ", el("small", "", cut(r.organisation, 60))); return s; }],
    ["Nearest", "", (r) => (r.nearest ? `${cut(r.nearest, 60)}${r.nearest_kind === "node" ? " (node)" : ""}` : "not placed")], ["Distance", "n", (r) => (r.distance_m === null ? "" : r.distance_m < 1000 ? `${number(r.distance_m)} m` : `${(r.distance_m / 1000).toFixed(1)} km`)],
    ["Likely access", "", (r) => capital(r.access)], ["Crew-days", "n", (r) => (r.effort_days === null ? "" : String(r.effort_days))], ["Node", "", (r) => cut(r.node, 60)], ...(rows.some((r) => r.ports_left !== null) ? [["Ports left", "n", (r) => (r.ports_left === null ? "" : number(r.ports_left))]] : [])], rows, "", 40);
  for (const r of rows) if (r.latitude !== null) {
    L.circleMarker([r.latitude, r.longitude], { radius: 6, weight: 2.5, color: "#6a1b9a", fillColor: "#fff", fillOpacity: .9 }).bindTooltip(() => el("span", "", cut(r.name || r.reference, 90))).addTo(map);
  }
  const k = el("span"), ring = el("i", "dot"); ring.style.cssText = "background:#fff;border:2.5px solid #6a1b9a"; k.append(ring, "may join"); $("shapes").append(k);
}
function changes() {
  const C = data.changes; if (!C) return;
  $("changes-section").hidden = false;
  $("h-map").textContent = "What became of each site";
  $("h-changes").textContent = `What changed from ${uk(C.from)} to ${uk(C.to)}`;
  const list = el("ul", "said"); for (const s of C.sentences) list.append(el("li", "", s)); $("changes").append(list);
  $("changes").append(el("p", "muted", "On the map a site that changed in more than one way has the colour of the last of them in the key, and one that was removed is not there."));
  for (const [key, heading, columns] of CHANGED) {
    const rows = C[key]; if (!rows.length) continue;
    const t = el("details"), box = el("div"); t.open = rows.length <= 12; t.append(el("summary", "", `${heading}: ${number(rows.length)}`), box); $("changes").append(t);
    table(box, [["Site", "", (r) => (r.at === null ? cut(`${r.name} ${r.site}`, 90) : siteLink(r))], ...columns], rows, "", 25);
  }
}
const PARTNER = ["Partner", "", (r) => cut(r.partner, 80)];
const CHANGED = [
  ["newly_live", "Newly live", [PARTNER, ["On", "d", (r) => short(r.on)]]],
  ["slipped", "Slipped", [PARTNER, ["Was due", "d", (r) => short(r.was_on)], ["Now", "d", (r) => short(r.now_on)], ["Working days", "n", (r) => number(r.working_days)], ["Cause", "", (r) => cut(r.cause, 200)]]],
  ["brought_forward", "Brought forward", [PARTNER, ["Was due", "d", (r) => short(r.was_on)], ["Now", "d", (r) => short(r.now_on)], ["Working days", "n", (r) => number(-r.working_days)]]],
  ["newly_blocked", "Newly blocked", [PARTNER, ["Why", "", (r) => cut(r.cause, 200)]]],
  ["unblocked", "Blocked no longer", [PARTNER]],
  ["moved_phase", "Moved to another phase", [PARTNER, ["From", "", (r) => cut(r.was, 80)], ["To", "", (r) => cut(r.now, 80)]]],
  ["live_no_longer", "Live no longer", [PARTNER]],
  ["added", "Added", [PARTNER]], ["removed", "Removed", [PARTNER]],
];
