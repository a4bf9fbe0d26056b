/* Full screen, for a projector; where a browser has none, the player fills the window. */

async function toggleScreen(root) {
  const home = root.getRootNode();
  if (isOnScreen(root)) {
    root.classList.remove("filled");
    if (home.fullscreenElement) await document.exitFullscreen();
    return;
  }
  try {
    await root.requestFullscreen();
  } catch {
    root.classList.add("filled");
  }
}

const isOnScreen = (root) => root.getRootNode().fullscreenElement === root || root.classList.contains("filled");

/** Escape leaves a filled window as it leaves full screen. */
function leaveOnEscape(root) {
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.classList.remove("filled");
  });
}
