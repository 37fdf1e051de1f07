// The list of conversations. What did not change is not touched, so nothing blinks and focus stays.

import { el, fill, say } from "./dom.js";

export class ThreadList {
  constructor(place, search) {
    Object.assign(this, { place, search });
    this.rows = [];
    this.shown = new Map();
    this.empty = el("p", { class: "nothing" });
    this.list = el("ul", { class: "rows" });
    place.append(this.list, this.empty);
    search.addEventListener("input", () => this.draw());
  }

  /** Whether anything is new since the last time. */
  update(rows, open) {
    const told = JSON.stringify(rows), before = this.told;
    this.rows = rows;
    this.told = told;
    this.draw(open);
    return before !== undefined && before !== told;
  }

  draw(open = this.open) {
    this.open = open;
    const wanted = this.search.value.trim().toLocaleLowerCase();
    const rows = this.rows.filter((row) => !wanted || haystack(row).includes(wanted));
    const items = rows.map((row) => this.item(row, row.id === open));
    for (const [id, known] of this.shown) if (!rows.some((row) => row.id === id)) { known.item.remove(); this.shown.delete(id); }
    items.forEach((item, at) => { if (this.list.children[at] !== item) this.list.insertBefore(item, this.list.children[at] ?? null); });
    this.empty.textContent = rows.length ? "" : say(wanted ? "nothing_found" : "nothing_here");
  }

  item(row, isOpen) {
    const told = JSON.stringify([row, isOpen]);
    const known = this.shown.get(row.id);
    if (known?.told === told) return known.item;
    const item = known?.item ?? el("li");
    const link = known?.link ?? item.appendChild(el("a", { href: `#/t/${row.id}` }));
    link.className = row.unread ? "row unread" : "row";
    link.toggleAttribute("aria-current", false);
    if (isOpen) link.setAttribute("aria-current", "true");
    fill(link,
      el("span", { class: "who" }, el("bdi", {}, row.who.join(", ")), row.count > 1 ? el("span", { class: "count" }, ` ${row.count}`) : null),
      el("time", { datetime: row.at, title: row.exact }, row.time),
      row.unread ? el("span", { class: "visually-hidden" }, say("unread")) : null,
      el("span", { class: "subject", dir: "auto" }, row.subject),
      el("span", { class: "last" }, row.labels.map(chip), el("span", { class: "snippet", dir: "auto" }, row.snippet)));
    this.shown.set(row.id, { told, item, link });
    return item;
  }

  /** The row `step` after the open one, or the first. */
  beside(step) {
    const ids = [...this.list.querySelectorAll("a")].map((link) => link.hash.split("/").at(-1));
    return ids[Math.min(Math.max(ids.indexOf(this.open) + step, 0), ids.length - 1)];
  }
}

export function chip(label) {
  const made = el("span", { class: "label" }, label.name);
  // A label has the colours it has in Gmail, whatever the theme.
  if (label.background) made.style.background = label.background;
  if (label.text) made.style.color = label.text;
  return made;
}

const haystack = (row) => [...row.who, row.subject, row.snippet, ...row.labels.map((each) => each.name)].join("\n").toLocaleLowerCase();
