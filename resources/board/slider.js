// ---- the time slider: the map as it stood at the end of each month ------------------------------
function replay() {
  const last = data.days.length - 1;
  if (last < 1) return;
  const slider = $("slider"), when = $("when"), play = $("play");
  $("replay").hidden = false; slider.max = last; slider.value = last;
  let timer = 0;
  const told = (k, live) => {
    when.textContent = `${short(data.days[k])}: ${number(live)} live`;
    slider.setAttribute("aria-valuetext", when.textContent);
  };
  const show = (k) => {
    const counts = new Array(data.statuses.length).fill(0);
    for (let i = 0; i < TOTAL; i++) {
      const code = data.tracks[S.track[i]][k];
      now[i] = code === "-" ? 255 : +code;
      if (code !== "-") counts[now[i]]++;
    }
    ranked();
    const live = counts[data.statuses.findIndex((s) => s.name === "live")];
    told(k, live);
    for (const span of document.querySelectorAll("#legend [data-status]")) span.textContent = number(counts[+span.dataset.status]);
    refilter();
  };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "▶"; play.setAttribute("aria-label", "Replay the roll-out"); };
  slider.oninput = () => { stop(); show(+slider.value); };
  play.onclick = () => {
    if (timer) { stop(); return; }
    if (+slider.value === last) { slider.value = 0; show(0); }
    play.textContent = "❚❚"; play.setAttribute("aria-label", "Stop");
    timer = setInterval(() => { slider.value = +slider.value + 1; show(+slider.value); if (+slider.value === last) stop(); }, 700);
  };
  window.addEventListener("beforeprint", () => { stop(); slider.value = last; show(last); });
  told(last, data.marked["live"] || 0);
}
