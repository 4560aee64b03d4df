// What the search box could mean, once typing pauses.
{
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
}
