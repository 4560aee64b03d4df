// Sharing: the address holds the whole question, so it is all there is to share. Printing: what the browser can do too.
onShown((root) => {
  for (const each of root.querySelectorAll(".scripted")) each.hidden = false;
  for (const button of root.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
  for (const button of root.querySelectorAll("[data-share]")) {
    button.addEventListener("click", async () => {
      try {
        if (navigator.share) await navigator.share({ title: document.title, url: location.href });
        else {
          await navigator.clipboard.writeText(location.href);
          button.textContent = document.body.dataset.copied;
          announce(document.body.dataset.copied);
        }
      } catch { /* the reader changed their mind */ }
    });
  }
});
