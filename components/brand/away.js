// Where the server is gone, Streamlit's own dialog speaks of Streamlit, of a terminal, or of the internet. This closes it, and says
// what is so beside the page, until the server answers again.
addEventListener("DOMContentLoaded", () => {
  const away = /** @type {HTMLElement} */ (document.getElementById("away"));
  const AGAIN = 2000; // ms

  async function ask() {
    const found = await fetch(`${/** @type {any} */ (window).__streamlit.BACKEND_BASE_URL}_stcore/health`).catch(() => null);
    if (found?.ok) away.hidden = true;
    else setTimeout(ask, AGAIN);
  }

  new MutationObserver(() => {
    const dialogs = [...document.querySelectorAll('body > div [role="dialog"]')];
    const dialog = dialogs.find((one) => one.querySelector("h2")?.textContent === "Connection error");
    if (!dialog) return;
    dialog.querySelector("button")?.click();
    if (away.hidden) setTimeout(ask, AGAIN);
    away.hidden = false;
  }).observe(document.body, { childList: true });
});
