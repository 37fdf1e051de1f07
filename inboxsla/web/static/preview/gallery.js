// Every state of the cards, drawn by the same hand as in the panel. Buttons look as they do, and do nothing.

import { el, say } from "./dom.js";
import { renderCard } from "./card.js";

const act = {
  run: () => {},
  open: (event) => event.preventDefault(),
  push: () => {},
};

/** The last card that an answer puts on top, and its notice. */
function seen(answer) {
  const action = answer.renderActions?.action ?? answer.action ?? {};
  const cards = (action.navigations ?? []).map((step) => step.pushCard ?? step.updateCard).filter(Boolean);
  return { card: cards.at(-1) ?? answer, notice: action.notification?.text };
}

for (const place of document.querySelectorAll("[data-answer]")) {
  try {
    const { card, notice } = seen(JSON.parse(place.dataset.answer));
    place.append(renderCard(card, act));
    if (notice) place.append(el("div", { class: "notice-shown" }, el("p", {}, notice)));
  } catch (error) {
    place.textContent = say("not_drawn", { error: String(error) });
    throw error;
  }
}
