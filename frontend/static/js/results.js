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
}
