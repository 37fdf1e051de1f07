// Text as Google's cards allow it: <b> <i> <u> <s> <font color> <a href> <br> <time>, and nothing else.
// It is read here and built from elements that are made here; it is never given to the browser as markup.

import { el } from "./dom.js";

const TAG = /<(\/?)([a-z][a-z0-9]*)(\s[^<>]*)?\/?>/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const PLAIN = { b: "b", strong: "b", i: "i", em: "i", u: "u", s: "s", strike: "s", time: "time" };
const COLOUR = /^#[0-9a-f]{3}([0-9a-f]{3})?$/i;

/** The address if it leads somewhere a card may lead, else null. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return ["https:", "http:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A fragment to append. Line breaks count, as in Google's cards. */
export function richText(text) {
  const made = document.createDocumentFragment();
  const open = [{ name: "", element: made }];
  const given = String(text ?? "");
  let at = 0;
  for (const tag of given.matchAll(TAG)) {
    open.at(-1).element.append(unescaped(given.slice(at, tag.index)));
    at = tag.index + tag[0].length;
    follow(open, tag[0], Boolean(tag[1]), tag[2].toLowerCase(), tag[3] ?? "");
  }
  open.at(-1).element.append(unescaped(given.slice(at)));
  return made;
}

function follow(open, written, closes, name, attributes) {
  if (closes) {
    const depth = open.findLastIndex((each) => each.name === name);
    if (depth > 0) open.length = depth;
    return;
  }
  const element = made(name, attributes);
  // Google drops what it does not know; here it is shown, so that we notice.
  open.at(-1).element.append(element ?? el("span", { class: "unsupported-text" }, written));
  if (element && name !== "br") open.push({ name, element });
}

function made(name, attributes) {
  if (name === "br") return el("br");
  if (PLAIN[name]) return el(PLAIN[name]);
  if (name === "font") return coloured(attribute(attributes, "color"));
  if (name !== "a") return null;
  const url = safeUrl(attribute(attributes, "href"));
  return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }) : el("span");
}

function coloured(colour) {
  const span = el("span");
  if (COLOUR.test(colour)) span.style.color = colour;
  return span;
}

function attribute(attributes, name) {
  const found = attributes.match(new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i"));
  return found ? unescaped(found[1] ?? found[2]) : "";
}

function unescaped(text) {
  return text.replace(ENTITY, (_, decimal, hex, name) => (name ? NAMED[name.toLowerCase()] : codePoint(decimal ? Number(decimal) : parseInt(hex, 16))));
}

const codePoint = (number) => (number > 0 && number <= 0x10ffff ? String.fromCodePoint(number) : "\ufffd");
