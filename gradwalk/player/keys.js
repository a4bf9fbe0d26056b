/*
 * Keys: ← → Home End Space, + − 0 for the picture's size, ? for the list of keys, F for the whole screen, E for a picture to take away, B for a black one, P to predict, and Page ↑ ↓ where there are several episodes, reach the player without a click first, wherever they would otherwise do nothing.
 * A field, a slider or anything else that takes them keeps them; of several players, the one last used answers.
 */

const KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End", " ", "f", "e", "b", "p", "+", "-", "0", "?"]);
const SAME = { "=": "+", "−": "-" }; // + without Shift, and the minus of some keyboards
const SHIFTED = new Set(["+", "?"]); // where a keyboard has them above other signs
const PAGE_KEYS = new Set(["PageUp", "PageDown"]); // inside what scrolls they scroll
const TAKING_ROLES = "slider spinbutton textbox tab radio listbox option combobox menu menuitem grid tree dialog".split(" ");
const TAKING_ELEMENTS = ["input", "textarea", "select", "iframe", "video", "audio", "dialog", "[contenteditable]"];
const TAKES_KEYS = [...TAKING_ELEMENTS, ...TAKING_ROLES.map((role) => `[role=${role}]`)].join();
const SLIDES = /^(Arrow|Home|End)/; // what a slider of a value on the stage takes
const NO_NUMBER = new Set(["f", "b", "p", "?"]); // what an answer does not begin with: in its empty field these stay keys; pi may be typed as π or 1·pi
const TAKES_SPACE = "button, summary, a[href], [role=button], [role=checkbox], [role=switch]";

const listeners = new Set();
let lastUsed = null;

const onScreen = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
};

function keyPressed(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const key = SAME[event.key] ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (event.shiftKey && !SHIFTED.has(key)) return;
  if (!KEYS.has(key) && !PAGE_KEYS.has(key)) return;
  const path = event.composedPath().filter((node) => node instanceof Element);
  const inside = [...listeners].find((listener) => path.includes(listener.root));
  const listener = inside || (listeners.has(lastUsed) ? lastUsed : [...listeners].find(({ root }) => onScreen(root)));
  if (!listener) return;
  if (PAGE_KEYS.has(key) && (!listener.pages() || path.some((node) => node.matches("[data-scrolls]")))) return;
  const isEmpty = (node) => node.matches(".ask input") && !node.value;
  const own = (node) => node.matches("input[type=range].steps") || (!SLIDES.test(key) && node.matches(".dials input")) || (NO_NUMBER.has(key) && isEmpty(node));
  if (path.some((node) => node.matches(TAKES_KEYS) && !own(node))) return;
  if (key === " " && path.some((node) => node.matches(TAKES_SPACE))) return;
  if (!inside && !onScreen(listener.root)) return;
  if (key === "b" && !listener.root.matches(".on-screen")) return; // a notebook has a use for it
  event.preventDefault();
  if (path[0]?.matches("main")) /** @type {HTMLElement} */ (path[0]).blur(); // a press on the page's white gave it the focus, and now it would get a frame
  listener.press(key);
}

/** Gives a player's root the keys, by `press(key)`; `pages()` asks for Page ↑ ↓. Returns what takes them away again. */
export function listenToKeys(root, press, pages) {
  const listener = { root, press, pages };
  const used = () => (lastUsed = listener);
  root.addEventListener("pointerdown", used);
  root.addEventListener("focusin", used);
  if (!listeners.size) document.addEventListener("keydown", keyPressed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (lastUsed === listener) lastUsed = null;
    if (!listeners.size) document.removeEventListener("keydown", keyPressed);
  };
}
