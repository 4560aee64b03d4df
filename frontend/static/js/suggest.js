// What the search box could mean, once typing pauses: a combobox with a list (ARIA Authoring Practices), whose options
// lead to a programme, a theme or kind, a place, or a search by a scheme's name. Enter without an option searches.
{
  const box = $("q"), list = $("suggestions");
  if (box && list) {
    const PAUSE = 150, LONGEST = 60;
    let typing = 0, active = -1;
    const options = () => [...list.children];
    // No code: several places that the lists cannot show.
    const place = () => [$("town"), $("prefecture")].map((each) => each?.value || "").find((code) => /^\d+$/.test(code)) || "";
    const search = (values) => "/search?" + new URLSearchParams(Object.entries(values).filter(([, value]) => value));

    const close = () => {
      list.hidden = true;
      active = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const point = (to) => {
      const all = options();
      active = (to + all.length) % all.length;
      all.forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
      box.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    };
    const show = (found) => {
      const [scheme, kind, where, programme] = document.body.dataset.kinds.split(",");
      // Words before the one that is completed stay in the question.
      const q = found.q, told = (name) => (q ? q + " " + name : name);
      const rows = [
        ...(found.schemes || []).map((each) => [told(each.label), scheme, search({ q: told(each.label), area: place() })]),
        ...(found.labels || []).map((each) => [told(each.label), kind, search({ q, [each.facet]: each.value, area: place() })]),
        ...(found.areas || []).slice(0, 3).map((each) => [told(each.name), where, search({ q, area: each.code })]),
        ...(found.programmes || []).map((each) => [each.title, programme, "/programmes/" + encodeURIComponent(each.id)]),
      ];
      list.replaceChildren(...rows.map(([name, kind, href], at) => {
        const row = document.createElement("li"), what = document.createElement("span"), of = document.createElement("span");
        row.id = "suggestion-" + at;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.dataset.href = href;
        what.textContent = name;
        of.textContent = kind;
        row.append(what, of);
        return row;
      }));
      if (!rows.length) return close();
      active = -1;
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      box.removeAttribute("aria-activedescendant");
      announce(rows.length + " " + document.body.dataset.found);
    };

    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", list.id);
    close();
    box.addEventListener("input", (event) => {
      clearTimeout(typing);
      if (event.isComposing && !box.value.trim()) return;
      typing = setTimeout(async () => {
        const asked = box.value.trim();
        if (!asked || asked.length > LONGEST) return close();
        const answer = await fetch("/api/suggest?q=" + encodeURIComponent(asked)).catch(() => null);
        if (!answer?.ok || asked !== box.value.trim() || document.activeElement !== box) return;
        show(await answer.json());
      }, PAUSE);
    });
    box.addEventListener("keydown", (event) => {
      // While Japanese is being converted the keys belong to the input method.
      if (list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown") point(active + 1);
      else if (event.key === "ArrowUp") point(active < 0 ? -1 : active - 1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && active >= 0) location.assign(options()[active].dataset.href);
      else return;
      event.preventDefault();
    });
    box.addEventListener("blur", close);
    // The box keeps the focus while an option is pressed: else the list would be gone before the press ends.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const row = event.target.closest("li");
      if (row) location.assign(row.dataset.href);
    });
  }
}
