// My list: ids in localStorage. Where that is refused (private mode), nothing is offered.
{
  const KEY = "shien.list", MOST = 200;
  const read = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
    } catch { return null; }
  };
  const write = (ids) => { try { localStorage.setItem(KEY, JSON.stringify(ids.slice(-MOST))); } catch { /* full or refused */ } };
  const address = (ids) => "/list" + (ids.length ? "?" + new URLSearchParams(ids.map((each) => ["id", each])) : "");

  const show = (button, kept) => {
    button.setAttribute("aria-pressed", String(kept));
    button.textContent = kept ? document.body.dataset.kept : document.body.dataset.add;
  };
  const count = () => {
    const ids = read() || [], link = document.querySelector('.site-nav a[href^="/list"]');
    if (!link) return;
    link.querySelector(".keep-count")?.remove();
    if (!ids.length) return;
    const badge = document.createElement("span");
    badge.className = "keep-count";
    badge.textContent = ids.length;
    link.append(badge);
  };
  onShown((root) => {
    const ids = read();
    if (ids === null) return;
    for (const slot of root.querySelectorAll("[data-keep]:empty")) {
      const button = document.createElement("button"), id = slot.dataset.keep;
      const title = slot.closest("article, li")?.querySelector("h1, h3, a")?.textContent || "";
      button.type = "button";
      show(button, ids.includes(id));
      if (title) button.title = title;
      button.addEventListener("click", () => {
        const now = read() || [], kept = now.includes(id);
        write(kept ? now.filter((each) => each !== id) : [...now, id]);
        show(button, !kept);
        count();
      });
      slot.append(button);
    }
  });
  count();

  const list = $("my-list");
  if (list && !("shown" in list.dataset)) {
    const ids = read() || [];
    if (ids.length) location.replace(address(ids));
  }
}
