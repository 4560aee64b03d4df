// What only shortens the work of staff: everything here has a button that does the same.
(() => {
  "use strict";
  // Rows are dragged into another order; the form then keeps it.
  for (const list of document.querySelectorAll("[data-order]")) {
    const form = list.closest("form");
    let dragged = null, before = "";
    const order = () => [...list.children].map((each) => each.dataset.id).join();
    for (const row of list.children) {
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.draggable = true;
      grip.title = "つかんで動かす";
      grip.setAttribute("aria-hidden", "true");
      row.prepend(grip);
      grip.addEventListener("dragstart", (event) => {
        dragged = row;
        before = order();
        row.classList.add("dragged");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", row.dataset.id);
        event.dataTransfer.setDragImage(row, 0, 0);
      });
      grip.addEventListener("dragend", () => {
        row.classList.remove("dragged");
        dragged = null;
        if (order() === before) return;
        const button = document.createElement("button");
        button.name = "do";
        button.value = "moved:" + row.dataset.id;
        button.hidden = true;
        form.append(button);
        form.requestSubmit(button);
      });
    }
    list.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const over = event.target.closest("[data-order] > li");
      if (!over || over === dragged) return;
      const box = over.getBoundingClientRect();
      list.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? over : over.nextSibling);
    });
    list.addEventListener("drop", (event) => event.preventDefault());
  }
})();
// Keys for who works through the queue. Nobody has to: each presses a button that is there, and they can be turned off.
(() => {
  "use strict";
  const KEY = "shien.keys";
  let on = true;
  try { on = localStorage.getItem(KEY) !== "off"; } catch { /* refused: they are on */ }
  const hint = () => {
    for (const each of document.querySelectorAll("[data-key]")) {
      each.querySelector("kbd")?.remove();
      if (!on) { each.removeAttribute("aria-keyshortcuts"); continue; }
      const key = document.createElement("kbd");
      key.textContent = each.dataset.key;
      key.setAttribute("aria-hidden", "true");
      each.append(key);
      each.setAttribute("aria-keyshortcuts", each.dataset.key);
    }
  };
  const section = document.querySelector(".keys"), choice = document.querySelector("[data-keys]");
  if (section) section.hidden = false;
  if (choice) {
    choice.checked = on;
    choice.addEventListener("change", () => {
      on = choice.checked;
      try { localStorage.setItem(KEY, on ? "on" : "off"); } catch { /* for this page alone */ }
      hint();
    });
  }
  hint();
  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("[data-list] > li a")];
      if (!links.length) return;
      const now = links.indexOf(document.activeElement), step = event.key === "j" ? 1 : -1;
      links[Math.max(0, Math.min(links.length - 1, now < 0 ? 0 : now + step))].focus();
      event.preventDefault();
      return;
    }
    if (event.key === "e" && document.querySelector("[data-first]")) {
      document.querySelector("[data-first]").focus();
      event.preventDefault();
      return;
    }
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
})();
