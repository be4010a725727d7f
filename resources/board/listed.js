// ---- the sites behind a figure: a table of those that the filters show --------------------------
const listed = { fold: $("listed"), into: $("listed").lastElementChild, count: 0 };
function relist(n) {
  if (n !== undefined) listed.count = n;
  listed.fold.firstElementChild.textContent = `Table of the ${plural(listed.count, "site")} shown`;
  if (!listed.fold.open) return;
  const rows = [];
  for (let i = 0; i < TOTAL; i++) if (shown[i]) rows.push({ at: i, name: S.name[i], site: S.reference[i] });
  const text = (of, n) => (r) => { const s = el("span", "", cut(of(r.at) || "–", n)); s.dir = "auto"; return s; };
  listed.into.replaceChildren();
  table(listed.into, [["Site", "", siteLink], ["Partner", "", text((i) => data.partners[S.partner[i]], 80)],
    ["Phase", "", text((i) => data.phases[S.phase[i]]?.name, 80)], ["Kind", "", text((i) => data.kinds[S.kind[i]].name, 60)],
    ["Status", "", (r) => chip(data.statuses[now[r.at]].name)], ["Live since", "d", (r) => (S.live_on[r.at] === null ? "" : short(data.words[S.live_on[r.at]]))]],
    rows, "No site is shown.", 25);
}
listed.fold.addEventListener("toggle", () => relist());
// Show the sites behind a figure, on the map and in the table: of one group, or of one status.
function behind(field, place) {
  $("clear").onclick();
  if (field === "status") data.statuses.forEach((s, k) => { if (k !== place) $("legend").children[k].click(); });
  else { $(field).value = place; $(field).onchange(); }
  listed.fold.open = true;
  $("h-map").scrollIntoView({ block: "start" });
}
function leading(words, field, place) {
  const b = el("button", "", words); b.type = "button"; b.dir = "auto"; b.title = "Show its sites"; b.onclick = () => behind(field, place);
  return place < 0 || data.sections.map === undefined ? el("span", "", words) : b;
}
