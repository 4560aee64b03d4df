// The towns of the prefecture that was chosen, without a round through the page.
{
  const prefecture = $("prefecture"), town = $("town");
  if (prefecture && town) prefecture.addEventListener("change", async () => {
    const asked = prefecture.value;
    try {
      const answer = await fetch("/places/towns?prefecture=" + encodeURIComponent(asked)), towns = await answer.text();
      if (answer.ok && asked === prefecture.value) town.innerHTML = towns;
    } catch { /* away from the net: the form does without a town of another prefecture */ }
  });
}
