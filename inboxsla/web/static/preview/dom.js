// Small helpers for making elements. Nothing here knows what a card or a mail is.

const SVG = "http://www.w3.org/2000/svg";
const sprite = document.body.dataset.icons;
const words = JSON.parse(document.body.dataset.words);

/** What a person reads, in their language; `%(name)s` is filled in. An unknown key shows itself, so that it is noticed. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

/** An element; `on` holds listeners, false and null leave an attribute out, children may be text or null. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [kind, listener] of Object.entries(value)) made.addEventListener(kind, listener);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...present(children));
  return made;
}

const present = (children) => children.flat().filter((child) => child !== null && child !== undefined && child !== "");

/** What stands in `place` from now on; null is left out, as in `el`. */
export function fill(place, ...children) {
  place.replaceChildren(...present(children));
}

/** One of the sprite's pictures, 16 units wide; whoever hears the page does not hear it. */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** A round button that shows only a picture; `label` is what it is called. */
export function iconButton(name, label, click, attributes = {}) {
  return el("button", { type: "button", class: "round", "aria-label": label, title: label, on: { click }, ...attributes }, icon(name));
}

export function initials(name) {
  const parts = name.split("@")[0].split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const chosen = parts.length > 1 ? [parts[0], parts.at(-1)] : parts.slice(0, 1);
  return chosen.map((part) => [...part][0]).join("").toUpperCase() || "?";
}

/** Tells whoever hears the page. */
export function announce(text) {
  const place = document.getElementById("announce");
  place.textContent = "";
  place.textContent = text;
}
