// Everything here only shortens what the pages do without it, except the list, which lives in the browser alone.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);

  // The towns of the prefecture that was chosen, without a round through the page.
  const prefecture = $("prefecture"), town = $("town");
  if (prefecture && town) prefecture.addEventListener("change", async () => {
    const asked = prefecture.value, answer = await fetch("/places/towns?prefecture=" + encodeURIComponent(asked));
    const towns = await answer.text();
    if (answer.ok && asked === prefecture.value) town.innerHTML = towns;
  });

  // What the search box could mean, once typing pauses.
  const box = $("q"), suggestions = $("suggestions");
  let typing = 0;
  if (box && suggestions) box.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(async () => {
      const asked = box.value.trim();
      if (asked.length < 1 || asked.length > 60) return suggestions.replaceChildren();
      const answer = await fetch("/api/suggest?q=" + encodeURIComponent(asked)).catch(() => null);
      if (!answer?.ok || asked !== box.value.trim()) return;
      const found = await answer.json();
      const names = [...(found.schemes || []).map((each) => each.label), ...(found.labels || []).map((each) => each.label), ...(found.programmes || []).map((each) => each.title)];
      suggestions.replaceChildren(...[...new Set(names.filter(Boolean))].map((name) => new Option(name, name)));
    }, 200);
  });

  // My list: ids in localStorage. Where that is refused (private mode), nothing is offered.
  const KEY = "shien.list", MOST = 200;
  const read = () => {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
    } catch { return null; }
  };
  const write = (ids) => { try { localStorage.setItem(KEY, JSON.stringify(ids.slice(-MOST))); } catch { /* full or refused */ } };
  const address = (ids) => "/list" + (ids.length ? "?" + new URLSearchParams(ids.map((each) => ["id", each])) : "");

  function show(button, kept) {
    button.setAttribute("aria-pressed", String(kept));
    button.textContent = kept ? "リストにあります" : "リストに入れる";
  }
  function count() {
    const ids = read() || [], link = document.querySelector('.site-nav a[href^="/list"]');
    if (!link) return;
    link.querySelector(".keep-count")?.remove();
    if (!ids.length) return;
    const badge = document.createElement("span");
    badge.className = "keep-count";
    badge.textContent = ids.length;
    link.append(badge);
  }
  function offer(root) {
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
  }
  const list = $("my-list");
  if (list && !("shown" in list.dataset)) {
    const ids = read() || [];
    if (ids.length) location.replace(address(ids));
  }
  // Sharing: the address holds the whole question, so it is all there is to share.
  const announce = (text) => { $("announce").textContent = text; };
  function shareable(root) {
    for (const button of root.querySelectorAll("[data-share]")) {
      button.parentElement.hidden = false;
      button.addEventListener("click", async () => {
        try {
          if (navigator.share) await navigator.share({ title: document.title, url: location.href });
          else {
            await navigator.clipboard.writeText(location.href);
            button.textContent = "アドレスをコピーしました";
            announce("アドレスをコピーしました");
          }
        } catch { /* the reader changed their mind */ }
      });
    }
  }

  offer(document);
  shareable(document);
  count();

  // What a reader has opened stays open when results change in place.
  let opened = [], focused = "";
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("#found details[open][id]")].map((each) => each.id);
    focused = document.activeElement?.id;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) $(id)?.setAttribute("open", "");
    if (focused) $(focused)?.focus({ preventScroll: true });
    offer(document);
    shareable($("found"));
  });
})();
