// ---- all together ------------------------------------------------------------------------
headlines();
project();
drawBase();
controls();
tables();
burnUp();
reports();
changes();
home();
map.setMaxBounds(L.latLngBounds(data.reach).pad(.2));
dots.addTo(map);
refilter();
pointing();
replay();
// Print gives no second chance: size the map for the paper and draw it at once.
function forPaper(on) {
  document.documentElement.classList.toggle("printing", on);
  if (on) for (const d of document.querySelectorAll("details")) d.open = true;
  map.invalidateSize({ animate: false, pan: false });
  home();
  if (map._renderer) { map._renderer._update(); map._renderer._redraw(); }
  dots.onPaper = on; dots.redraw();
}
window.addEventListener("beforeprint", () => forPaper(true));
window.addEventListener("afterprint", () => forPaper(false));
document.documentElement.dataset.ready = "yes";
