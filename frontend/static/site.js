// Everything here only shortens what the pages do without it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);

  // The towns of the prefecture that was chosen, without a round through the page.
  const prefecture = $("prefecture"), town = $("town");
  if (prefecture && town) prefecture.addEventListener("change", async () => {
    const answer = await fetch("/places/towns?prefecture=" + encodeURIComponent(prefecture.value));
    if (answer.ok) town.innerHTML = await answer.text();
  });

  // What a reader has opened stays open when results change in place.
  let opened = [];
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("#found details[open][id]")].map((each) => each.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) $(id)?.setAttribute("open", "");
  });
})();
