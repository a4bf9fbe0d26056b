/* What stands where there are no steps. */

import { html, setText } from "./dom.js";

export function createEmpty() {
  const element = html("p", { class: "empty" });

  /** What to do for some steps on this page, or where their lack is explained. */
  function say({ low, beside, ran }) {
    const first = low ? "Choose settings that fit" : beside ? "Write a program" : "Type an expression";
    const nothing = `Nothing has run yet. ${first}, and ${low ? "the" : "its"} steps appear here.`;
    setText(element, ran ? "The program has run. Why its steps are not shown stands beside it, in the notebook." : nothing);
  }

  return { element, say };
}
