/* In Present, what else belongs on the stage: a slider for each number that somebody on the page can set, and a drawing that stands beside the player. */

import { html, setText } from "./dom.js";
import { asks, curvesAt, leavesOf } from "./slope.js";

const MOST = 6;
const REACH = 10; // to either side of 0, or twice as far as a larger number

export function createDials() {
  const element = html("div", { class: "dials", role: "group", "aria-label": "Values", hidden: true });
  const guest = html("div", { class: "guest" });
  let [names, onStage] = ["", false];
  /** @type {{ text: HTMLElement, slider: HTMLInputElement }[]} */
  let dials = [];

  function dial({ names: [name], at: [value] }) {
    const reach = Math.abs(value) <= REACH ? REACH : 2 * Math.abs(value);
    const text = html("output");
    const slider = html("input", { type: "range", min: -reach, max: reach, step: reach / 100, "aria-label": name });
    slider.addEventListener("input", () => asks(name, { value: Number(slider.value) }));
    slider.addEventListener("pointerup", () => slider.blur()); // the clicker's next key is the player's
    element.append(html("label", {}, text, slider));
    return { text, slider };
  }

  function show(story, onScreen) {
    if (onScreen !== onStage) document.dispatchEvent(new CustomEvent("gradwalk:present", { detail: { place: onScreen ? guest : null } }));
    onStage = onScreen;
    const curves = curvesAt(story, 0);
    const all = onScreen ? leavesOf(curves).map((id) => curves[id]) : [];
    const found = all.filter((curve) => asks(curve.names[0], { steps: 0 })).slice(0, MOST);
    element.hidden = !found.length;
    const key = JSON.stringify(found.map((curve) => curve.names[0]));
    if (key !== names) {
      element.replaceChildren();
      dials = found.map(dial);
    }
    names = key;
    found.forEach(({ names: [name], texts, at }, number) => {
      setText(dials[number].text, `${name} = ${texts[0]}`);
      if (!dials[number].slider.matches(":active")) dials[number].slider.value = String(at[0]);
    });
  }

  return { element, guest, show };
}
