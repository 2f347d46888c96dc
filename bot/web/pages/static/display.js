// Keeps a display current: fetches its own address again and again, replaces the content, and runs the clock by the
// server's time. After two minutes without an answer it says so, and goes on asking. Timers and nodes do not pile up:
// each request plans the next one, and what is replaced is dropped.
"use strict";
(() => {
  const POLL_MS = 15000, TIMEOUT_MS = 10000, STALE_MS = 120000, MIN_RELOAD_MS = 600000, SHIFT_PX = 4;
  const notice = document.getElementById("stale");
  const version = display().dataset.version;
  let answered, timer;

  function display() { return document.getElementById("display"); }

  // The clock of a sleeping tablet stands still and its wall clock may be set: the longer of both has passed.
  function since(mark) { return Math.max(performance.now() - mark.ticks, Date.now() - mark.wall, 0); }

  function note() {
    const { now, age, offset } = display().dataset;
    const old = Number(age); // how long ago the server itself had an answer of its database
    answered = { server: now - old, offset: Number(offset), ticks: performance.now() - old, wall: Date.now() - old };
  }

  function clock(milliseconds) {
    return new Date(milliseconds + answered.offset * 60000).toISOString().slice(11, 16);
  }

  function show() {
    const passed = since(answered), stale = passed > STALE_MS;
    document.getElementById("clock").textContent = clock(answered.server + passed);
    if (stale === notice.hidden) {
      notice.hidden = !stale;
      notice.textContent = stale ? `Out of date: no answer since ${clock(answered.server)}. The room may be free or taken.` : "";
      document.body.classList.toggle("is-stale", stale);
    }
    shift(answered.server + passed);
  }

  // A few pixels to and fro, minute by minute, so that nothing burns in.
  function shift(milliseconds) {
    const step = Math.floor(milliseconds / 60000) % 8, turn = step * Math.PI / 4;
    const [x, y] = [Math.cos(turn), Math.sin(turn)].map(each => Math.round(SHIFT_PX * each));
    display().style.setProperty("--x", `${x}px`);
    display().style.setProperty("--y", `${y}px`);
  }

  async function ask() {
    clearTimeout(timer);
    const abort = new AbortController(), limit = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const response = await fetch(location.href, { cache: "no-store", signal: abort.signal });
      if (response.ok) replace(await response.text());
    } catch { /* no answer: the notice says so in time */ }
    clearTimeout(limit);
    clearTimeout(timer);
    timer = setTimeout(ask, POLL_MS);
  }

  function replace(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("display");
    if (!fresh) return;
    if (fresh.dataset.version !== version && performance.now() > MIN_RELOAD_MS) return location.reload();
    display().replaceWith(document.adoptNode(fresh));
    note();
    show();
  }

  note();
  show();
  setInterval(show, 1000);
  timer = setTimeout(ask, POLL_MS);
  for (const event of ["online", "pageshow", "focus"]) addEventListener(event, ask);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
})();
