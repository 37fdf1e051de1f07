// The dialog in which a visitor writes in as a customer.

import { post, Trouble } from "./server.js";

/** `open(threadId)` is called with the conversation that was begun. */
export function installWriting(dialog, opener, open) {
  const form = dialog.querySelector("form"), complaint = dialog.querySelector(".complaint");
  opener.addEventListener("click", () => { complaint.textContent = ""; dialog.showModal(); });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { id } = await post("/write", Object.fromEntries(new FormData(form)));
      form.elements.subject.value = form.elements.text.value = "";
      dialog.close();
      open(id);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      complaint.textContent = error.message;
    }
  });
}
