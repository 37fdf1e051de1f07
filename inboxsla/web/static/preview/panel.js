// The side panel: which card is shown, what a click asks the add-on, and what its answer does.

import { announce, el, icon, iconButton, say } from "./dom.js";
import { formInputs, isIncomplete, keepTyped } from "./inputs.js";
import { renderCard, renderError } from "./card.js";
import { here, Trouble } from "./server.js";
import { safeUrl } from "./richtext.js";

const NOTICE = 8_000;
const PATIENCE = 150;

const asksLeave = (answer) => Boolean(answer.requesting_google_scopes ?? answer.requestingGoogleScopes);

export class Panel {
  /** `place` is the panel's element; `call(url, invoked)` asks the add-on; `addresses` are {message, home}; `close` hides it. */
  constructor(place, { call, addresses, close, follow, links }) {
    Object.assign(this, { place, call, addresses, follow, links });
    this.stack = [];
    this.turn = 0;
    this.top = el("div", { class: "panel-top" });
    this.cardPlace = el("div", { class: "panel-card" });
    this.progress = el("div", { class: "progress", hidden: true }, el("span"));
    this.snack = el("div", { class: "snack", role: "status" });
    this.close = close;
    place.append(this.top, this.progress, this.cardPlace, this.snack);
    this.act = {
      run: (action, card) => this.run(action, card),
      open: (event, url) => this.follow(event, url),
      push: (card) => this.show([...this.stack, card]),
    };
    this.cardPlace.addEventListener("input", () => { this.touched = true; });
    this.drawTop();
  }

  /** Asks for the root card anew; `quietly` keeps everything as it is where nothing changed. */
  async trigger(open, { quietly = false } = {}) {
    this.opened = open;
    const url = open ? this.addresses.message : this.addresses.home;
    const turn = quietly ? this.turn : ++this.turn;
    const again = () => this.trigger(open);
    const answer = await this.ask(url, null, turn, { quietly, silently: quietly, again });
    if (!answer || turn !== this.turn) return;
    const cards = (answer.action?.navigations ?? []).map((each) => each.pushCard ?? each.updateCard).filter(Boolean);
    if (!cards.length) {
      this.fail(say(asksLeave(answer) ? "asks_leave" : "no_card"), again);
      return;
    }
    if (quietly && (this.stack.length > 1 || JSON.stringify(cards) === JSON.stringify(this.stack))) return;
    this.show(cards, { focus: false });
    this.notify(answer.action?.notification?.text);
  }

  /** Whether nobody is in the middle of anything here. */
  isAtRest() {
    return this.stack.length <= 1 && !this.busy && !this.touched;
  }

  async run(action, card) {
    if (this.busy || isIncomplete(card, action)) return;
    await this.click(action, { function: action.function, parameters: action.parameters, formInputs: formInputs(card) });
  }

  async click(action, invoked) {
    const turn = ++this.turn;
    const again = () => this.click(action, invoked);
    const answer = await this.ask(action.function, invoked, turn, { quietly: action.loadIndicator === "NONE", again });
    if (!answer || turn !== this.turn) return;
    if (asksLeave(answer)) this.fail(say("asks_leave"), again);
    else this.apply(answer.renderActions?.action ?? answer.action, again);
  }

  async ask(url, invoked, turn, { quietly, again, silently = false }) {
    if (!quietly) this.work(true);
    try {
      return await this.call(url, invoked, this.opened);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (turn === this.turn && !silently) this.fail(error.message, again);
      return null;
    } finally {
      if (turn === this.turn && !quietly) this.work(false);
    }
  }

  apply(action, again) {
    if (!action) {
      this.fail(say("no_card"), again);
      return;
    }
    let stack = [...this.stack], kept = false;
    for (const step of action.navigations ?? []) {
      if (step.pushCard) stack.push(step.pushCard);
      else if (step.updateCard) {
        stack[Math.max(stack.length - 1, 0)] = step.updateCard;
        kept = true;
      } else if (step.pop) stack.pop();
      else if (step.popToRoot) stack.length = Math.min(stack.length, 1);
      else if (step.popToCard) {
        const at = stack.findLastIndex((card) => card.name === step.popToCard);
        stack.length = at < 0 ? 1 : at + 1;
      }
    }
    if (action.navigations?.length && stack.length) this.show(stack, { keep: kept && stack.length === this.stack.length });
    this.notify(action.notification?.text);
    const url = action.link && safeUrl(action.link.url);
    if (url) window.open(here(url), "_blank", "noopener");
  }

  show(stack, { focus = true, keep = false } = {}) {
    const before = this.cardPlace.firstElementChild;
    const held = this.place.contains(document.activeElement) ? document.activeElement.closest("[data-key]")?.dataset.key ?? "" : null;
    const open = new Set([...(before?.querySelectorAll("[aria-expanded=true][data-key]") ?? [])].map((each) => each.dataset.key));
    const scrolled = before?.querySelector(".card-body")?.scrollTop ?? 0;
    const sameDepth = stack.length === this.stack.length;
    this.stack = stack;
    const card = renderCard(stack.at(-1), this.act);
    if (keep && before) keepTyped(before, card);
    this.cardPlace.replaceChildren(card);
    this.touched = false;
    this.drawTop();
    if (sameDepth) {
      for (const each of card.querySelectorAll("[aria-expanded=false][data-key]")) if (open.has(each.dataset.key)) each.click();
      card.querySelector(".card-body").scrollTop = keep || !focus ? scrolled : 0;
    }
    if (held !== null) this.focusAfter(card, held);
  }

  focusAfter(card, held) {
    const same = held && [...card.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held);
    (same || card.querySelector("h3") || this.place).focus({ preventScroll: Boolean(same) });
  }

  fail(message, again) {
    this.stack = [];
    this.cardPlace.replaceChildren(renderError(message, again));
    this.drawTop();
    announce(`${say("error_title")} ${message}`);
  }

  notify(text) {
    clearTimeout(this.fading);
    this.snack.replaceChildren(...(text ? [el("p", {}, text)] : []));
    if (!text) return;
    const fade = () => { this.fading = setTimeout(() => this.snack.replaceChildren(), NOTICE); };
    this.snack.onpointerenter = () => clearTimeout(this.fading);
    this.snack.onpointerleave = fade;
    fade();
  }

  work(on) {
    this.busy = on;
    this.place.setAttribute("aria-busy", String(on));
    clearTimeout(this.waiting);
    if (on) this.waiting = setTimeout(() => { this.progress.hidden = !this.busy; }, PATIENCE);
    else this.progress.hidden = true;
  }

  drawTop() {
    const back = this.stack.length > 1 ? iconButton("arrow-left", say("back"), () => this.show(this.stack.slice(0, -1)), { "data-key": "back" }) : null;
    const actions = this.stack.at(-1)?.cardActions ?? [];
    const entries = [
      [say("refresh"), () => this.trigger(this.opened)],
      ...actions.map((each) => [each.actionLabel, each.onClick?.action ? () => this.run(each.onClick.action, this.cardPlace.firstElementChild) : null, each.onClick?.openLink?.url]),
      ...this.links.map((each) => [each.label, each.function ? () => this.click(each, { function: each.function, formInputs: {} }) : null, each.url]),
    ];
    const list = el("ul", {}, entries.map(([label, run, url]) => el("li", {}, url
      ? el("a", { href: here(url), target: "_blank", rel: "noopener noreferrer" }, label)
      : el("button", { type: "button", on: { click: () => { menu.open = false; run?.(); } } }, label))));
    const menu = el("details", { class: "menu" }, el("summary", { class: "round", "aria-label": say("more_of_addon"), title: say("more_of_addon") }, icon("three-dots-vertical")), list);
    this.top.replaceChildren(...[back, el("img", { src: document.body.dataset.logo, alt: "", width: "18", height: "18" }), el("h2", {}, "InboxSLA"), menu,
      iconButton("x-lg", say("close_panel"), () => this.close())].filter(Boolean));
  }
}
