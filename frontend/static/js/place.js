// The towns of the prefecture that was chosen, without a round through the page.
{
  const prefecture = $("prefecture"), town = $("town");
  if (prefecture && town) prefecture.addEventListener("change", async () => {
    const asked = prefecture.value, answer = await fetch("/places/towns?prefecture=" + encodeURIComponent(asked));
    const towns = await answer.text();
    if (answer.ok && asked === prefecture.value) town.innerHTML = towns;
  });
}
