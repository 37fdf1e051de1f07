// The form widgets of a card, and what has been filled in, in the shape Google sends it.

import { el, icon, say } from "./dom.js";
import { wallTime } from "./event.js";

let numbered = 0;
const next = () => `field-${++numbered}`;

export function textInput(spec, act) {
  const id = next(), hint = spec.hintText ? `${id}-hint` : null;
  const attributes = {
    id, class: "field", dir: "auto", "data-name": spec.name, "data-kind": "text", "data-label": spec.label ?? spec.name,
    maxlength: spec.validation?.characterLimit || null, "aria-describedby": hint, autocomplete: "off",
    on: spec.onChangeAction ? { change: () => act(spec.onChangeAction) } : {},
  };
  const several = spec.type === "MULTIPLE_LINE";
  const field = several ? el("textarea", { ...attributes, rows: "3" }) : el("input", { ...attributes, type: numeric(spec), list: suggestions(spec, id) });
  field.value = spec.value ?? "";
  return el("div", { class: "widget input" },
    el("label", { for: id }, spec.label ?? spec.name), field,
    spec.initialSuggestions?.items?.length ? el("datalist", { id: `${id}-list` }, spec.initialSuggestions.items.map((item) => el("option", { value: item.text }))) : null,
    hint ? el("p", { class: "hint", id: hint }, spec.hintText) : null);
}

const suggestions = (spec, id) => (spec.initialSuggestions?.items?.length ? `${id}-list` : null);
const numeric = (spec) => ({ EMAIL: "email", INTEGER: "number", FLOAT: "number" })[spec.validation?.inputType] ?? "text";

export function selectionInput(spec, act) {
  const change = spec.onChangeAction ? { change: () => act(spec.onChangeAction) } : {};
  if (spec.type === "DROPDOWN") return dropdown(spec, change);
  const kind = spec.type === "RADIO_BUTTON" ? "radio" : "checkbox";
  const group = next();
  const choices = (spec.items ?? []).map((item) => {
    const id = next();
    const box = el("input", {
      id, type: kind, name: group, value: item.value, "data-name": spec.name, "data-kind": "choice", "data-label": spec.label ?? item.text,
      class: spec.type === "SWITCH" ? "switch" : "tick", role: spec.type === "SWITCH" ? "switch" : null, on: change,
    });
    box.checked = Boolean(item.selected);
    const text = el("label", { for: id }, item.text, item.bottomText ? el("small", {}, item.bottomText) : null);
    return el("div", { class: `choice ${spec.type === "SWITCH" ? "at-end" : ""}` }, box, text);
  });
  if (!spec.label) return el("div", { class: "widget input" }, choices);
  return el("fieldset", { class: "widget input" }, el("legend", {}, spec.label), choices);
}

function dropdown(spec, change) {
  const id = next();
  const field = el("select", { id, class: "field", "data-name": spec.name, "data-kind": "select", "data-label": spec.label ?? spec.name, on: change },
    (spec.items ?? []).map((item) => el("option", { value: item.value, selected: Boolean(item.selected) }, item.text)));
  return el("div", { class: "widget input" }, el("label", { for: id }, spec.label ?? spec.name), el("div", { class: "pick" }, field, icon("chevron-down")));
}

export function dateTimePicker(spec, act) {
  const id = next();
  const kind = { DATE_ONLY: "date", TIME_ONLY: "time" }[spec.type] ?? "datetime-local";
  const field = el("input", {
    id, class: "field", type: kind, "data-name": spec.name, "data-kind": kind, "data-label": spec.label ?? spec.name,
    on: spec.onChangeAction ? { change: () => act(spec.onChangeAction) } : {},
  });
  if (spec.valueMsEpoch) field.value = written(Number(spec.valueMsEpoch) + Number(spec.timezoneOffsetDate ?? 0) * 60_000, kind);
  return el("div", { class: "widget input" }, el("label", { for: id }, spec.label ?? spec.name), field);
}

function written(ms, kind) {
  const iso = new Date(ms).toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 16) }[kind] ?? iso.slice(0, 16);
}

/** {name: {stringInputs: …}} of everything filled in; what is empty or unticked is not there at all. */
export function formInputs(card) {
  const found = {};
  for (const field of card.querySelectorAll("[data-name]")) {
    const { name, kind } = field.dataset;
    if (kind === "choice") {
      if (field.checked) ((found[name] ??= { stringInputs: { value: [] } }).stringInputs.value).push(field.value);
    } else if (field.value) found[name] = value(kind, field.value);
  }
  return found;
}

function value(kind, text) {
  if (kind === "datetime-local") return { dateTimeInput: { msSinceEpoch: wallTime(text), hasDate: true, hasTime: true } };
  if (kind === "date") return { dateInput: { msSinceEpoch: wallTime(text) } };
  if (kind === "time") return { timeInput: { hours: Number(text.slice(0, 2)), minutes: Number(text.slice(3, 5)) } };
  return { stringInputs: { value: [text] } };
}

/** Takes over what was typed in the card before, where a field has the same name. */
export function keepTyped(before, after) {
  const typed = new Map([...before.querySelectorAll("[data-name]:not([data-kind=choice])")].map((field) => [field.dataset.name, field.value]));
  for (const field of after.querySelectorAll("[data-name]:not([data-kind=choice])")) {
    if (typed.has(field.dataset.name)) field.value = typed.get(field.dataset.name);
  }
}

/** Marks what an action requires and nobody filled in; whether anything is missing. */
export function isIncomplete(card, action) {
  const given = formInputs(card);
  const names = action.allWidgetsAreRequired
    ? [...card.querySelectorAll("[data-name]")].map((field) => field.dataset.name)
    : action.requiredWidgets ?? [];
  const missing = [...new Set(names)].filter((name) => !given[name]);
  for (const field of card.querySelectorAll("[data-name]")) complain(field, missing.includes(field.dataset.name));
  card.querySelector("[aria-invalid=true]")?.focus();
  return missing.length > 0;
}

function complain(field, wrong) {
  const widget = field.closest(".widget");
  widget.querySelector(".complaint")?.remove();
  field.toggleAttribute("aria-invalid", false);
  if (!wrong) return;
  field.setAttribute("aria-invalid", "true");
  widget.append(el("p", { class: "complaint" }, icon("exclamation-triangle"), say("required", { label: field.dataset.label })));
}
