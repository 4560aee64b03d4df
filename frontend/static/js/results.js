// What a reader has opened stays open when results change in place, and what they were at keeps the focus.
{
  let opened = [], focused = "";
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("#found details[open][id]")].map((each) => each.id);
    focused = document.activeElement?.id;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) $(id)?.setAttribute("open", "");
    if (focused) $(focused)?.focus({ preventScroll: true });
  });
  // What could not be put in place is opened as the link says: there the reader is told why.
  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(failed, (event) => location.assign(event.detail.pathInfo.finalRequestPath));
}
