// Everything in these rooms only shortens what the pages do without it, except the list, which lives in the browser.
const $ = (id) => document.getElementById(id);

// Says something to who cannot see that it changed.
const announce = (text) => { $("announce").textContent = text; };

// Runs for the page, and again for the part of it that htmx puts in its place.
const onShown = (run) => {
  run(document);
  document.addEventListener("htmx:afterSwap", () => { if ($("found")) run($("found")); });
};
