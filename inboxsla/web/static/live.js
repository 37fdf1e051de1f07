"use strict";
// Keeps the part of a page inside #live fresh. htmx asks; this file says what is shown already, so that the answer is
// usually "nothing new" (304), and keeps rows still while somebody points at them.
(() => {
  const region = document.getElementById("live");
  if (!region || !window.htmx) return;

  const words = region.dataset;
  const announcer = document.getElementById("announce");
  const STILL = 15_000; // a pointer that rests longer than this does not mean to click
  const BETWEEN = 60_000;
  let tag = words.tag;
  let wanted = false; // somebody asked to see held changes
  let held = false;
  let before = new Map();
  let touched = -STILL;
  let announced = -BETWEEN;
  let answered = { day: "", time: "", whole: "" };
  const news = { overdue: 0, arrived: 0 };

  const groups = (root) => new Map([...root.querySelectorAll("[data-ticket]")].map((row) =>
    [row.id, row.closest("[data-group]").dataset.group]));
  const order = (root) => [...groups(root)].map((pair) => pair.join()).join(";");
  const list = () => document.getElementById("tickets");

  // What a person opened stays open, and the pulse is written here and not by the server.
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.tagName === "DETAILS"),
    beforeNodeMorphed: (node) => node.id !== "pulse",
  });

  function pulse(text, state) {
    const place = document.getElementById("pulse");
    if (!place) return;
    place.dataset.state = state;
    place.querySelector("[data-words]").textContent = text;
  }

  function note() {
    const shown = document.querySelector("#clock time");
    if (shown) answered = { day: new Date().toDateString(), time: shown.dataset.time, whole: shown.textContent };
  }

  // Today the time is enough.
  const since = () => (answered.day === new Date().toDateString() ? answered.time : answered.whole);

  // Only the browser knows what fits: where all of a quote is shown, nothing is left to unfold.
  function fold() {
    for (const quote of region.querySelectorAll("details.quote:not([open])")) {
      const shown = quote.querySelector(".excerpt"), all = quote.querySelector("blockquote");
      const fits = shown.scrollHeight <= shown.clientHeight + 1 && shown.textContent === all.textContent;
      quote.classList.toggle("whole", fits);
    }
  }

  function busy() {
    const rows = list();
    if (!rows || performance.now() - touched > STILL) return false;
    return rows.matches(":hover") || rows.contains(document.activeElement);
  }

  function countChanges(fresh) {
    const now = groups(region), then = groups(fresh);
    const ids = new Set([...now.keys(), ...then.keys()]);
    return [...ids].filter((id) => now.get(id) !== then.get(id)).length || 1;
  }

  function hold(fresh) {
    const button = document.getElementById("show-changes");
    const count = countChanges(fresh);
    held = true;
    button.textContent = count === 1 ? words.changesOne : words.changesMany.replace("%d", count);
    button.hidden = false;
    for (const row of fresh.querySelectorAll("[data-ticket]")) {
      const shown = document.getElementById(row.id);
      if (shown) Idiomorph.morph(shown, row.cloneNode(true));
    }
  }

  function tell() {
    const parts = [];
    if (news.overdue) parts.push(news.overdue === 1 ? words.overdueOne : words.overdueMany.replace("%d", news.overdue));
    if (news.arrived) parts.push(news.arrived === 1 ? words.arrivedOne : words.arrivedMany.replace("%d", news.arrived));
    if (!parts.length || performance.now() - announced < BETWEEN) return;
    announcer.textContent = parts.join(". ");
    announced = performance.now();
    news.overdue = news.arrived = 0;
  }

  function showWhatChanged() {
    for (const [id, group] of groups(region)) {
      if (before.get(id) === group) continue;
      if (!before.has(id)) news.arrived += 1;
      else if (group === "overdue") news.overdue += 1;
      const row = document.getElementById(id);
      row.classList.add("changed");
      row.addEventListener("animationend", () => row.classList.remove("changed"), { once: true });
    }
  }

  region.addEventListener("htmx:configRequest", (event) => { event.detail.headers["If-None-Match"] = `"${tag}"`; });
  region.addEventListener("htmx:beforeRequest", (event) => { if (document.hidden) event.preventDefault(); });
  region.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.shouldSwap) return;
    const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    if (list() && !wanted && busy() && order(fresh) !== order(region)) {
      event.detail.shouldSwap = false;
      hold(fresh);
      return;
    }
    wanted = held = false;
    before = groups(region);
    tag = (event.detail.xhr.getResponseHeader("ETag") || "").replaceAll('"', "");
  });
  region.addEventListener("htmx:afterSwap", () => { showWhatChanged(); fold(); });
  region.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr.status;
    if (status === 200 || status === 304) {
      pulse(words.live, "live");
      note();
      tell();
    } else if (status === 401) pulse(words.out, "lost");
    else pulse(words.lost.replace("%s", since()), "lost");
  });

  for (const kind of ["pointermove", "keydown"]) {
    region.addEventListener(kind, () => { touched = performance.now(); }, { passive: true });
  }
  region.addEventListener("click", (event) => {
    if (event.target.id !== "show-changes") return;
    wanted = true;
    htmx.trigger(region, "refresh");
  });
  region.addEventListener("pointerleave", () => { if (held) htmx.trigger(region, "refresh"); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) htmx.trigger(region, "refresh"); });

  note();
  fold();
  addEventListener("resize", fold);
  pulse(words.live, "live");
})();
