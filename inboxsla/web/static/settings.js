"use strict";
// Forms of settings: says what is not saved yet, asks before it is lost, and leads to what is wrong.
(() => {
  const form = () => document.getElementById("edit");
  let leaving = false;

  const mark = (unsaved) => {
    const here = form();
    if (!here) return;
    here.dataset.unsaved = unsaved ? "yes" : "no";
    const words = here.querySelector(".unsaved");
    if (words) words.textContent = unsaved ? here.dataset.unsavedWords : "";
  };

  document.addEventListener("input", (event) => { if (event.target.closest("#edit")) mark(true); });
  document.addEventListener("submit", (event) => { if (event.target.id === "edit") leaving = true; });
  document.addEventListener("htmx:afterSettle", (event) => { if (form()?.dataset.unsaved === "yes") mark(true); });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && form()?.dataset.unsaved === "yes") event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('.banner a[href^="#f-"]');
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
  // “This is empty.” says more with the name of its field before it.
  const nameFields = () => {
    document.querySelectorAll('#wrong a[href^="#f-"]').forEach((link) => {
      const label = document.querySelector(`label[for="${CSS.escape(link.getAttribute("href").slice(1))}"]`)?.cloneNode(true);
      label?.querySelector(".help")?.remove();
      if (label) link.prepend(`${label.textContent.trim()}: `);
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    nameFields();
    if (form()?.dataset.unsaved === "yes") mark(true);
    (document.getElementById("wrong") || document.getElementById("meanwhile"))?.focus();
  });
})();
