"use strict";
// Light or dark as the computer is set. Without this file the pages stay light.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = (theme) => { document.documentElement.dataset.bsTheme = theme; };
  const follow = () => show(dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  addEventListener("beforeprint", () => show("light"));
  addEventListener("afterprint", follow);
  follow();
})();
