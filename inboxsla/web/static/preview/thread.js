// One conversation and the place to answer in it.

import { announce, el, icon, iconButton, initials, say } from "./dom.js";
import { chip } from "./threads.js";
import { post, Trouble } from "./server.js";

export class ThreadView {
  /** `persona()` is {address, name}; `changed` is called after something was sent or moved. */
  constructor(place, { persona, changed, back }) {
    Object.assign(this, { place, persona, changed, back });
    this.head = el("div", { class: "thread-head" });
    this.messages = el("div", { class: "messages" });
    this.composer = el("div", { class: "composer" });
    place.append(this.head, this.messages, this.composer);
    this.clear();
  }

  clear() {
    this.thread = null;
    this.told = "";
    this.head.replaceChildren();
    this.composer.replaceChildren();
    this.messages.replaceChildren(el("p", { class: "nothing" }, icon("inbox"), say("choose_one")));
  }

  /** Draws what is new; what somebody is writing stays. Returns whether anything was new. */
  update(thread) {
    const isOther = this.thread?.thread_id !== thread.thread_id;
    const told = JSON.stringify(thread);
    if (told === this.told) return false;
    const more = !isOther && thread.messages.length > this.thread.messages.length;
    this.thread = thread;
    this.told = told;
    this.drawHead(thread);
    const opened = new Set([...this.messages.querySelectorAll("details[open]")].map((each) => each.dataset.of));
    this.messages.replaceChildren(...thread.messages.map((each) => message(each, opened.has(each.id))));
    if (isOther) this.drawChoices();
    if (more) announce(say("new_message", { name: thread.messages.at(-1).name }));
    return true;
  }

  drawHead(thread) {
    const move = thread.in_inbox ? ["archive", say("archive"), "archive"] : ["inbox", say("to_inbox"), "restore"];
    const held = this.head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.head.replaceChildren(
      el("div", { class: "thread-title" },
        iconButton("arrow-left", say("to_list"), this.back, { "data-key": "back" }),
        el("h2", { tabindex: "-1", dir: "auto" }, thread.subject),
        iconButton(move[0], move[1], () => this.move(move[2]), { "data-key": "move" })),
      el("p", { class: "labels" }, thread.labels.map(chip)));
    if (held) this.head.querySelector(`[data-key=${held}]`)?.focus();
  }

  focus() {
    this.head.querySelector("h2")?.focus({ preventScroll: true });
  }

  drawChoices() {
    const choose = (kind) => () => this.compose(kind);
    this.composer.replaceChildren(
      el("button", { type: "button", class: "g-button outlined", on: { click: choose("answer") } }, icon("reply"), el("span", {}, say("reply_as", { name: this.persona().name }))),
      el("button", { type: "button", class: "g-button outlined", on: { click: choose("message") } }, icon("person"), el("span", { dir: "auto" }, say("write_back_as", { name: this.thread.customer }))));
  }

  compose(kind) {
    const asTeam = kind === "answer";
    const text = el("textarea", { rows: "5", dir: "auto", required: true, maxlength: "20000", "aria-label": say(asTeam ? "your_reply" : "their_message") });
    const form = el("form", { class: "letter", on: { submit: (event) => { event.preventDefault(); this.send(kind, text, form); } } },
      el("p", { class: "to" }, icon("reply"), say(asTeam ? "to_customer" : "as_customer", { name: this.thread.customer })), text, el("p", { class: "complaint", role: "alert" }),
      el("div", { class: "letter-acts" }, el("button", { class: "g-button filled" }, el("span", {}, say(asTeam ? "send_reply" : "send_message"))),
        iconButton("trash", say("discard"), () => { this.drawChoices(); this.composer.querySelector("button").focus(); })));
    const name = asTeam ? this.persona().name : this.thread.customer;
    this.composer.replaceChildren(el("span", { class: "avatar-g", "aria-hidden": "true" }, initials(name)), form);
    text.focus();
  }

  async send(kind, text, form) {
    const complaint = form.querySelector(".complaint");
    const written = text.value.trim();
    if (!written) {
      complaint.textContent = say("no_text");
      return;
    }
    form.querySelector(".filled").setAttribute("aria-disabled", "true");
    try {
      await post(`/threads/${this.thread.thread_id}/${kind}`, { text: written, persona: this.persona().address });
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      form.querySelector(".filled").removeAttribute("aria-disabled");
      complaint.textContent = error.message;
      return;
    }
    this.drawChoices();
    this.composer.querySelector("button").focus();
    announce(say("sent"));
    this.changed();
  }

  async move(where) {
    try {
      await post(`/threads/${this.thread.thread_id}/${where}`);
      announce(say(where === "archive" ? "archived" : "restored"));
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      announce(error.message);
    }
    this.changed();
  }
}

function message(each, isOpen) {
  const name = each.agent || each.name;
  return el("article", { class: each.automatic ? "message automatic" : "message" },
    el("span", { class: "avatar-g", "aria-hidden": "true" }, initials(name)),
    el("header", {},
      el("b", {}, el("bdi", {}, each.name)), each.address ? el("bdi", { class: "address" }, each.address) : null,
      each.agent ? el("span", { class: "address" }, say("sent_by", { name: each.agent })) : null,
      each.automatic ? el("span", { class: "address" }, say("automatic")) : null, each.draft ? el("span", { class: "address" }, say("draft")) : null,
      el("time", { datetime: each.at, title: each.exact }, each.time)),
    el("div", { class: "text", dir: "auto" }, each.text),
    each.quoted ? el("details", { "data-of": each.id, open: isOpen }, el("summary", { "aria-label": say("quoted"), title: say("quoted") }, "…"), el("div", { class: "text quoted", dir: "auto" }, each.quoted)) : null);
}
