// The widgets of a card that an add-on in Gmail can show. `act` is {run(action), open(link), push(card)}: what a click does.

import { el, icon, say } from "./dom.js";
import { dateTimePicker, selectionInput, textInput } from "./inputs.js";
import { richText, safeUrl } from "./richtext.js";
import { here } from "./server.js";

// Google's own pictures by their names; ours are alike.
const KNOWN = {
  BOOKMARK: "bookmark", CLOCK: "clock", CONFIRMATION_NUMBER_ICON: "ticket-perforated", DESCRIPTION: "file-earmark-text", EMAIL: "envelope",
  INVITE: "calendar3", MULTIPLE_PEOPLE: "people", PERSON: "person", PHONE: "telephone", STAR: "star", TICKET: "ticket-perforated",
};
const KINDS = {
  decoratedText, textParagraph, buttonList, image, divider: () => el("hr", { class: "divider" }), grid, chipList,
  textInput: (spec, act) => textInput(spec, act.run), selectionInput: (spec, act) => selectionInput(spec, act.run),
  dateTimePicker: (spec, act) => dateTimePicker(spec, act.run),
};

export function widget(spec, act) {
  const kind = Object.keys(spec).find((key) => KINDS[key]);
  return kind ? KINDS[kind](spec[kind], act) : unsupported(Object.keys(spec)[0] ?? "?");
}

/** What Google would leave out without a word is shown, so that we notice. */
export function unsupported(name) {
  return el("p", { class: "widget unsupported" }, icon("exclamation-triangle"), say("unsupported", { name }));
}

function textParagraph(spec) {
  const text = el("div", { class: "widget paragraph", dir: "auto" }, richText(spec.text));
  if (spec.maxLines) text.classList.add("clamped", `lines-${Math.min(spec.maxLines, 6)}`);
  return text;
}

export function cardImage(url, alt, extra = "") {
  const src = safeUrl(here(url));
  return src ? el("img", { src, alt: alt ?? "", class: extra }) : icon("question-circle");
}

function shownIcon(spec) {
  if (spec.iconUrl) return cardImage(spec.iconUrl, spec.altText, spec.imageType === "CIRCLE" ? "circle" : "");
  if (spec.knownIcon && KNOWN[spec.knownIcon]) {
    return el("span", spec.altText ? { role: "img", "aria-label": spec.altText } : {}, icon(KNOWN[spec.knownIcon]));
  }
  return el("span", { class: "unsupported-text", title: say("unsupported", { name: spec.knownIcon ?? spec.materialIcon?.name ?? "icon" }) }, "?");
}

function decoratedText(spec, act) {
  const lines = [
    spec.topLabel ? el("div", { class: "top" }, richText(spec.topLabel)) : null,
    el("div", { class: spec.wrapText ? "value" : "value one-line", dir: "auto" }, richText(spec.text)),
    spec.bottomLabel ? el("div", { class: "bottom", dir: "auto" }, richText(spec.bottomLabel)) : null,
  ];
  const first = spec.startIcon ?? spec.icon;
  const body = [first ? el("span", { class: "start" }, shownIcon(first)) : null, el("div", { class: "lines" }, lines)];
  const clickable = spec.onClick ? clickTarget(spec.onClick, act, { class: "row-click" }, body) : null;
  const end = spec.button ? el("div", { class: "end" }, button(spec.button, act, "text"))
    : spec.endIcon ? el("div", { class: "end" }, shownIcon(spec.endIcon))
      : spec.switchControl ? el("div", { class: "end" }, switchOf(spec, act)) : null;
  return el("div", { class: "widget decorated" }, clickable ?? body, end);
}

function switchOf(spec, act) {
  const control = spec.switchControl;
  const box = el("input", {
    type: "checkbox", class: control.controlType === "CHECK_BOX" ? "tick" : "switch", role: control.controlType === "CHECK_BOX" ? null : "switch",
    value: control.value ?? "on", "data-name": control.name, "data-kind": "choice", "data-label": spec.text, "aria-label": spec.text,
    on: control.onChangeAction ? { change: () => act.run(control.onChangeAction) } : {},
  });
  box.checked = Boolean(control.selected);
  return box;
}

function buttonList(spec, act) {
  return el("div", { class: "widget buttons" }, (spec.buttons ?? []).map((each) => button(each, act)));
}

/** `look` is how Google draws it where the card does not say: outlined in a list, text in a row, filled in the footer. */
export function button(spec, act, look = "outlined") {
  const looks = { FILLED: "filled", FILLED_TONAL: "tonal", BORDERLESS: "text", OUTLINED: "outlined" };
  const shape = spec.color ? "filled" : looks[spec.type] ?? look;
  const label = spec.text || spec.altText || spec.icon?.altText || "";
  const content = [spec.icon ? shownIcon({ ...spec.icon, altText: "" }) : null, spec.text ? el("span", {}, spec.text) : null];
  const attributes = { class: `g-button ${shape}`, "data-key": `button ${label}`, "aria-label": spec.text ? null : label };
  if (spec.disabled) return el("button", { ...attributes, type: "button", disabled: true }, content);
  return clickTarget(spec.onClick ?? {}, act, attributes, content);
}

/** A link where the click opens an address, otherwise a button. */
export function clickTarget(onClick, act, attributes, content) {
  if (onClick.openLink) {
    const href = safeUrl(onClick.openLink.url);
    if (!href) return unsupported(onClick.openLink.url);
    return el("a", { ...attributes, href: here(href), target: "_blank", rel: "noopener noreferrer", on: { click: (event) => act.open(event, href) } }, content);
  }
  if (onClick.overflowMenu) return overflowMenu(onClick.overflowMenu, act, attributes, content);
  const run = onClick.action ? () => act.run(onClick.action)
    : onClick.openDynamicLinkAction ? () => act.run(onClick.openDynamicLinkAction)
      : onClick.card ? () => act.push(onClick.card) : null;
  return run ? el("button", { ...attributes, type: "button", on: { click: run } }, content) : unsupported(Object.keys(onClick)[0] ?? "onClick");
}

function overflowMenu(spec, act, attributes, content) {
  const items = (spec.items ?? []).map((item) => el("li", {}, item.disabled
    ? el("button", { type: "button", disabled: true }, item.text)
    : clickTarget(item.onClick ?? {}, act, {}, [item.text])));
  return el("details", { class: "menu" }, el("summary", { ...attributes, class: `${attributes.class} as-button` }, content), el("ul", {}, items));
}

function image(spec, act) {
  const shown = cardImage(spec.imageUrl, spec.altText, "whole");
  return el("div", { class: "widget" }, spec.onClick ? clickTarget(spec.onClick, act, { class: "row-click", "aria-label": spec.altText }, [shown]) : shown);
}

function grid(spec, act) {
  const items = (spec.items ?? []).map((item) => {
    const content = [item.image?.imageUri ? cardImage(item.image.imageUri, item.image.altText) : null,
      el("div", { class: "value" }, item.title ?? ""), item.subtitle ? el("div", { class: "bottom" }, item.subtitle) : null];
    return el("li", {}, spec.onClick ? clickTarget(spec.onClick, act, { class: "row-click" }, content) : content);
  });
  return el("div", { class: "widget" }, spec.title ? el("p", { class: "top" }, spec.title) : null, el("ul", { class: `grid columns-${Math.min(spec.columnCount ?? 2, 2)}` }, items));
}

function chipList(spec, act) {
  const chips = (spec.chips ?? []).map((chip) => {
    const content = [chip.icon ? shownIcon(chip.icon) : null, el("span", {}, chip.label ?? "")];
    return chip.onClick && !chip.disabled ? clickTarget(chip.onClick, act, { class: "chip-button" }, content) : el("span", { class: "chip-button" }, content);
  });
  return el("div", { class: "widget buttons" }, chips);
}
