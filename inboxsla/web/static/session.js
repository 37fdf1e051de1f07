"use strict";
// Warns two minutes before a session ends; any key or click then prolongs it. Without this file the next click asks to sign in.
(() => {
  const place = document.getElementById("session");
  if (!place) return;

  const { left, state, stay, field, ...words } = place.dataset;
  const text = place.querySelector("[data-words]"), button = place.querySelector("button"), way = place.querySelector("a");
  // Browsers count no further than 24 days, and computers sleep.
  const WARNED = 120, AGAIN = 15, LONGEST = 86_400;
  let timer = 0, warning = false, canStay = true;

  const later = (seconds, act) => { clearTimeout(timer); timer = setTimeout(act, Math.min(Math.max(seconds, 1), LONGEST) * 1000); };

  function show(said, ended) {
    place.hidden = false;
    if (text.textContent !== said) text.textContent = said;
    button.hidden = ended || !canStay;
    way.hidden = !ended && canStay;
  }

  function over() {
    warning = false;
    show(words.over, true);
  }

  // Whoever signed in again in another tab sends what they typed here with the forms of their new session.
  function renew(token) {
    place.dataset.token = token;
    for (const each of document.getElementsByName(field)) each.value = token;
  }

  function heard(told) {
    canStay = told.can_stay;
    renew(told.form_token);
    if (told.left > WARNED) {
      warning = false;
      place.hidden = true;
      return later(told.left - WARNED, ask);
    }
    warning = canStay;
    show(canStay ? words.warning : words.last, false);
    // Meanwhile somebody may go on in another tab.
    later(Math.min(told.left, AGAIN), ask);
  }

  async function request(url, options) {
    try {
      const answer = await fetch(url, { ...options, headers: { "HX-Request": "true" } });
      if (answer.status === 401) return over();
      if (answer.ok) return heard(await answer.json());
    } catch {
      // No answer says nothing about the session.
    }
    later(AGAIN, ask);
  }

  const ask = () => request(state);
  const prolong = () => {
    if (!warning) return;
    warning = false;
    request(stay, { method: "POST", body: new URLSearchParams({ [field]: place.dataset.token }) });
  };

  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, prolong, { passive: true });
  // What slept in the background may have missed it.
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !place.hidden) ask(); });
  later(Number(left) - WARNED, ask);
})();
