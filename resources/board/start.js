// ---- all together ------------------------------------------------------------------------
// The headlines and the map first: what is below the fold is built once they can be seen.
const rest = [tables, burnUp, reports];
headlines();
verdict();
changes();
controls();
home();
map.setMaxBounds(L.latLngBounds(data.reach).pad(.2));
project();
drawBase();
refilter();
dots.addTo(map);
pointing();
replay();
function finish() {
  for (const part of rest.splice(0)) part();
  document.documentElement.dataset.ready = "yes";
}
setTimeout(finish);
// Print gives no second chance: size the map for the paper and draw it at once.
function forPaper(on) {
  finish();
  document.documentElement.classList.toggle("printing", on);
  if (on) for (const d of document.querySelectorAll("details:not(#listed)")) d.open = true;
  map.invalidateSize({ animate: false, pan: false });
  home();
  if (map._renderer) { map._renderer._update(); map._renderer._redraw(); }
  dots.onPaper = on; dots.redraw();
}
window.addEventListener("beforeprint", () => forPaper(true));
window.addEventListener("afterprint", () => forPaper(false));
