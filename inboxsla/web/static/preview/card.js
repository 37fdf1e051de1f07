// One card: header, sections, footer. `act` is {run(action, card), open(event, url), push(card)}.

import { el, icon, say } from "./dom.js";
import { richText } from "./richtext.js";
import { button, cardImage, unsupported, widget } from "./widgets.js";

// What crosses this number of widgets, and everything after it, Gmail leaves out without a word.
const MOST_WIDGETS = 100;
let numbered = 0;

/** An <article>; its heading can take the focus. */
export function renderCard(card, act) {
  const made = el("article", { class: "card-shown", "data-card": card.name ?? "" });
  const mine = { ...act, run: (action) => act.run(action, made) };
  if (card.header) made.append(header(card.header));
  const body = el("div", { class: "card-body" }, sections(card, mine));
  made.append(body);
  if (card.fixedFooter) made.append(footer(card.fixedFooter, mine));
  for (const key of Object.keys(card)) if (!KNOWN_PARTS.has(key)) body.prepend(unsupported(key));
  return made;
}

const KNOWN_PARTS = new Set(["header", "sections", "sectionDividerStyle", "cardActions", "name", "fixedFooter", "displayStyle", "peekCardHeader"]);

function header(spec) {
  return el("header", { class: "card-header" },
    spec.imageUrl ? cardImage(spec.imageUrl, spec.imageAltText, spec.imageType === "CIRCLE" ? "circle" : "") : null,
    el("div", {}, el("h3", { tabindex: "-1", dir: "auto" }, spec.title ?? ""), spec.subtitle ? el("p", { class: "subtitle", dir: "auto" }, spec.subtitle) : null));
}

function sections(card, act) {
  let left = MOST_WIDGETS;
  return (card.sections ?? []).map((spec) => {
    left -= (spec.widgets ?? []).length;
    return left < 0 ? unsupported(say("too_many")) : section(spec, act, card.sectionDividerStyle);
  });
}

function section(spec, act, divider) {
  const made = el("section", { class: divider === "NO_DIVIDER" ? "undivided" : "" });
  const shown = (spec.widgets ?? []).map((each) => widget(each, act));
  if (!spec.collapsible) {
    made.append(...(spec.header ? [heading(spec.header)] : []), ...shown);
    return made;
  }
  const always = spec.uncollapsibleWidgetsCount ?? 0;
  const rest = el("div", { id: `more-${++numbered}`, hidden: true }, shown.slice(always));
  const title = plain(spec.header);
  const toggle = el("button", { type: "button", class: "fold", "aria-expanded": "false", "aria-controls": rest.id, "data-key": `fold ${title.split("(")[0]}`, on: { click: flip } },
    el("span", {}, title || say("show_more")), icon("chevron-down"));
  function flip() {
    rest.hidden = !rest.hidden;
    toggle.setAttribute("aria-expanded", String(!rest.hidden));
  }
  made.classList.add("collapsible");
  made.append(...(always && title ? [heading(spec.header), ...shown.slice(0, always), withText(toggle, say("show_more")), rest] : [toggle, ...shown.slice(0, always), rest]));
  return made;
}

const heading = (text) => el("h4", { dir: "auto" }, plain(text));

function withText(toggle, text) {
  toggle.firstChild.textContent = text;
  return toggle;
}

// Headers of sections take the same marks as texts; a button that folds shows only their words.
function plain(text) {
  return richText(text).textContent;
}

function footer(spec, act) {
  return el("footer", { class: "card-footer" },
    spec.primaryButton ? button(spec.primaryButton, act, "filled") : null,
    spec.secondaryButton ? button(spec.secondaryButton, act, "text") : null);
}

/** Google's grey card for an add-on that did not answer, with what its log would say. */
export function renderError(message, again) {
  return el("article", { class: "card-shown error-card" },
    el("div", { class: "card-body" }, icon("exclamation-triangle"),
      el("h3", { tabindex: "-1" }, say("error_title")), el("p", {}, say("error_text")),
      el("details", {}, el("summary", {}, say("error_why")), el("p", {}, message)),
      el("button", { type: "button", class: "g-button outlined", on: { click: again } }, el("span", {}, say("try_again")))));
}
