/* What a visitor has hidden stays hidden, also after a reload: kept by this browser, under a name. */

export function wasHidden(name, otherwise = false) {
  try {
    return (localStorage.getItem(name) ?? (otherwise ? "yes" : "no")) === "yes";
  } catch {
    return otherwise; // a browser that keeps nothing
  }
}

export function keepHidden(name, hidden) {
  try {
    localStorage.setItem(name, hidden ? "yes" : "no");
  } catch {
    return;
  }
}
