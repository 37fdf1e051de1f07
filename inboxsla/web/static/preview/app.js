// The preview: list, conversation and side panel side by side, or one after the other where there is little room.
// What is open stands in the address: #/ the list, #/t/<thread> a conversation, and /panel behind either for the panel.

import { announce, say } from "./dom.js";
import { become, callAddon, get, here, post, Trouble } from "./server.js";
import { Panel } from "./panel.js";
import { ThreadList } from "./threads.js";
import { ThreadView } from "./thread.js";
import { installWriting } from "./write.js";

const POLL = 3_000;
// What is new in a conversation may be news to InboxSLA a few seconds later: the panel is asked that often.
const ASKS = 3;
const body = document.body, at = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 767.98px)");
const personaField = at("persona");
const persona = () => ({ address: personaField.value, name: personaField.selectedOptions[0].dataset.name });
const state = { place: "inbox", thread: null, panel: false, asks: 0 };

const list = new ThreadList(at("list"), at("search"));
const view = new ThreadView(at("thread"), { persona, changed: () => refresh(), back: () => go(null) });
const panel = new Panel(at("panel"), {
  call: (url, invoked, open) => callAddon(url, { persona: persona().address, platform: narrow.matches ? "ANDROID" : "WEB", open, invoked }),
  addresses: JSON.parse(body.dataset.addresses),
  links: JSON.parse(body.dataset.links),
  close: () => closePanel(),
  follow,
});

const route = (thread, isPanel = false) => `#/${thread ? `t/${thread}` : ""}${isPanel ? `${thread ? "/" : ""}panel` : ""}`;
const go = (thread, isPanel = false) => { location.hash = route(thread, isPanel); };

/** Links of cards that lead to this page stay on it. */
function follow(event, url) {
  const wanted = new URL(here(url), location.href);
  if (wanted.origin !== location.origin || wanted.pathname !== location.pathname) return;
  event.preventDefault();
  location.hash = wanted.hash;
}

function closePanel() {
  if (narrow.matches) {
    go(state.thread);
    return;
  }
  body.dataset.panel = "closed";
  at("show-panel").focus();
}

at("show-panel").addEventListener("click", () => {
  body.dataset.panel = "open";
  if (narrow.matches) go(state.thread, true);
  at("panel").focus();
});

async function arrive() {
  const [, kind, id, last] = location.hash.split("/");
  const thread = kind === "t" && /^[0-9a-f]{1,16}$/.test(id ?? "") ? id : null;
  const wasPanel = state.panel;
  state.panel = kind === "panel" || last === "panel";
  const moved = thread !== state.thread || !body.dataset.view;
  state.thread = thread;
  state.asks = moved ? 0 : state.asks;
  body.toggleAttribute("data-open", Boolean(thread));
  body.dataset.view = state.panel ? "panel" : thread ? "thread" : "list";
  list.draw(thread);
  if (!thread) view.clear();
  setBehind();
  if (narrow.matches) arriveOnPhone(moved, wasPanel);
  if (moved) await opened(thread);
}

/** Where one thing takes the place of another, the focus goes along; a conversation takes it once it is there. */
function arriveOnPhone(moved, wasPanel) {
  scrollTo(0, 0);
  const place = state.panel ? at("panel") : wasPanel && !moved ? at("show-panel") : state.thread ? null : at("list");
  place?.focus({ preventScroll: true });
}

/** On a phone the panel lies over the conversation, which cannot be reached meanwhile. */
function setBehind() {
  const behind = narrow.matches && state.panel;
  for (const pane of [at("thread"), at("list")]) pane.inert = behind;
}
narrow.addEventListener("change", setBehind);

async function opened(thread) {
  if (!thread) {
    document.title = say("title");
    await panel.trigger(null);
    return;
  }
  const found = await load(thread);
  if (!found || thread !== state.thread) return;
  if (!narrow.matches || !state.panel) view.focus();
  post(`/threads/${thread}/read`).catch(() => {});
  document.title = `${found.subject} · ${say("title")}`;
  await panel.trigger(newest(found));
}

const newest = (thread) => ({ threadId: thread.thread_id, messageId: (thread.messages.findLast((each) => !each.draft) ?? thread.messages.at(-1)).id });

async function load(thread) {
  try {
    const found = await get(`/threads/${thread}`);
    if (thread === state.thread) view.update(found);
    lost(false);
    return found;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    lost(error.message);
    return null;
  }
}

/** One look at the list and at what is open. Where labels or messages are new, the panel is asked again, unless it is in use. */
async function look() {
  const { place, thread } = state;
  try {
    const { threads } = await get(`/threads?place=${place}`);
    const isNew = place === state.place && list.update(threads, state.thread);
    lost(false);
    if (thread !== state.thread) return;
    if (!thread) {
      if (isNew && panel.isAtRest()) await panel.trigger(null, { quietly: true });
      return;
    }
    const found = await get(`/threads/${thread}`);
    if (thread !== state.thread) return;
    if (view.update(found)) state.asks = ASKS;
    if (!state.asks || !panel.isAtRest()) return;
    state.asks -= 1;
    await panel.trigger(newest(found), { quietly: true });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    lost(error.message);
  }
}

let timer = 0, round = 0;
async function refresh() {
  const mine = ++round;
  clearTimeout(timer);
  try {
    if (!document.hidden) await look();
  } finally {
    if (mine === round) timer = setTimeout(refresh, POLL);
  }
}

function lost(message) {
  const place = at("lost");
  if (place.textContent === (message || "")) return;
  place.textContent = message || "";
  place.hidden = !message;
  if (message) announce(message);
}

for (const button of at("places").querySelectorAll("button")) {
  button.addEventListener("click", () => {
    state.place = button.dataset.place;
    for (const each of at("places").querySelectorAll("button")) each.setAttribute("aria-pressed", String(each === button));
    go(null);
    refresh();
  });
}

function looksAs() {
  at("who").textContent = personaField.selectedOptions[0].dataset.initials;
}

async function chosen() {
  try {
    await become(personaField.value);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return lost(error.message);
  }
  looksAs();
  if (view.thread && !view.composer.querySelector("form")) view.drawChoices();
  if (view.thread) panel.trigger(newest(view.thread));
  else if (body.dataset.view) panel.trigger(null);
}

looksAs();
personaField.addEventListener("change", chosen);

addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") go(list.beside(event.key === "j" ? 1 : -1));
  else if (event.key === "/") { event.preventDefault(); at("search").focus(); }
  else if (event.key === "Escape") { if (state.panel) closePanel(); else if (narrow.matches) go(null); }
});

addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

installWriting(at("write"), at("write-open"), (id) => go(id));
addEventListener("hashchange", arrive);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
refresh();
arrive();
