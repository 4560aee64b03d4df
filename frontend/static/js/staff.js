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
