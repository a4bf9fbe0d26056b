/* Full screen, for a projector; where a browser has none, the player fills the window until Escape. */

export const isOnScreen = (root) => root.getRootNode().fullscreenElement === root || root.classList.contains("filled");

export async function toggleScreen(root) {
  if (root.classList.contains("filled")) return fillWindow(root, false);
  if (isOnScreen(root)) return document.exitFullscreen();
  try {
    await root.requestFullscreen();
  } catch {
    fillWindow(root, true);
  }
}

function fillWindow(root, fill) {
  root.classList.toggle("filled", fill);
  if (!fill) return;
  const left = new AbortController();
  const leave = (event) => {
    if (event.key !== "Escape" && root.isConnected && isOnScreen(root)) return;
    left.abort();
    fillWindow(root, false);
  };
  document.addEventListener("keydown", leave, { signal: left.signal });
}
