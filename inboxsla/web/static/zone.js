"use strict";
// Where nobody said a time zone yet, that of this computer is the likely one. It is only written into the field.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("f-zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...document.querySelectorAll("#zones option")].some((option) => option.value === here);
  if (!field || field.value !== "UTC" || !known || field.form.dataset.unsaved === "yes") return;
  field.value = here;
  field.dispatchEvent(new Event("filled", { bubbles: true }));
});
