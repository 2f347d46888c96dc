// Keeps open pages current: reloads what is marked with data-live when something has changed.
// Everything works without this script.
"use strict";
(() => {
  const parts = () => document.querySelectorAll("[data-live]");
  if (!parts().length || !window.EventSource || location.search.includes("q=")) return;
  const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");
  let seen = "", isWaiting = false;

  const reload = async () => {
    isWaiting = false;
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelectorAll("[data-live]");
    parts().forEach((part, number) => {
      if (fresh[number] && !isInUse(part)) part.replaceWith(document.adoptNode(fresh[number]));
    });
  };
  const soon = () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => reload().catch(() => {}), 300 + Math.random() * 1200);
  };

  let stream = null;
  const listen = () => {
    if (document.hidden) { stream?.close(); stream = null; return; }
    if (stream) return;
    stream = new EventSource("/live");
    stream.onmessage = (event) => {
      if (seen && event.data !== seen) soon();
      seen = event.data;
    };
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  addEventListener("pageshow", listen);
  setInterval(() => document.hidden || soon(), 60000);
})();
