// Sharing: the address holds the whole question, so it is all there is to share.
onShown((root) => {
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
});
