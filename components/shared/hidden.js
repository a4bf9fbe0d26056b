/* What a visitor has hidden stays hidden, also after a reload: kept by this browser, under a name. */

export function wasHidden(name) {
  try {
    return localStorage.getItem(name) === "yes";
  } catch {
    return false; // a browser that keeps nothing
  }
}

export function keepHidden(name, hidden) {
  try {
    localStorage.setItem(name, hidden ? "yes" : "no");
  } catch {
    return;
  }
}
