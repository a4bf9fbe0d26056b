/* The strip that gives the picture away, as SVG, PNG or PDF, light or dark, and all steps as one HTML file. E opens and closes it. */

import { html, iconButton, setAttribute, setText } from "./dom.js";
import { createEmbed } from "./frame.js";
import { drawnStill, pngOf, printStill, svgText } from "./still.js";

const KEPT = 60_000; // ms until a file that was handed over is forgotten

const PAGE = { name: "gradwalk-steps.html", about: "One file that steps in any browser, without a server and without a network" };

/** `stills()` are the pictures on show, `font()` gives the address of the font's data, `here()` that of what is shown, or null,
 *  `page()` the text of a page that steps alone; null while it cannot be made. */
export function createTake({ root, stills, step, font, here, page }) {
  let theme = "light";
  const button = iconButton("take", "Picture or page to take away (E)", () => toggle());
  button.classList.add("to-take"); // a phone has it too
  setAttribute(button, "aria-expanded", "false");
  const pictures = html("div", { class: "take-pictures" });
  const theming = ["light", "dark"].map((name) =>
    html("button", { type: "button", "data-theme": name, click: () => choose(name) }, name === "light" ? "Light" : "Dark"));
  const whole = html("button", { type: "button", class: "button", title: PAGE.about, click: () => handPage() }, "HTML");
  const all = html("div", { class: "take-picture", role: "group", "aria-label": "All steps" }, html("span", {}, "All steps"), whole);
  const said = html("span", { class: "take-said", role: "status" });
  const { button: embed, code } = createEmbed(here, said);
  const close = html("button", { type: "button", class: "button quiet", "aria-label": "Close", click: () => toggle() }, "✕");
  const themes = html("div", { class: "tabs", role: "group", "aria-label": "Colours of the picture" }, ...theming);
  const about = { class: "take", role: "group", "aria-label": "Picture or page to take away", hidden: true, keydown: (event) => event.key === "Escape" && toggle() };
  const element = html("div", about, pictures, themes, all, embed, close, said, code);

  /** Light or dark as the page is, until something else was chosen. */
  function choose(name) {
    theme = name;
    for (const each of theming) setAttribute(each, "aria-pressed", each.dataset.theme === name);
  }

  function toggle() {
    element.hidden = !element.hidden;
    setAttribute(button, "aria-expanded", !element.hidden);
    setText(said, "");
    code.hidden = true;
    embed.hidden = here() === null;
    if (element.hidden) return button.focus();
    choose(isDark(root()) ? "dark" : "light");
    offer();
    pictures.querySelector("button")?.focus();
  }

  /** A group of buttons for each picture on show. */
  function offer() {
    const found = stills();
    const names = found.map(({ name }) => name).join();
    if (pictures.dataset.names === names) return;
    pictures.dataset.names = names;
    pictures.replaceChildren(...found.map(({ name }, number) => {
      const give = (form) => html("button", { type: "button", class: "button", click: () => hand(number, form) }, form);
      return html("div", { class: "take-picture", role: "group", "aria-label": name }, html("span", {}, name), ...["SVG", "PNG", "PDF"].map(give));
    }));
    if (!found.length) pictures.replaceChildren("There is no picture at this step.");
  }

  async function hand(number, form) {
    setText(said, "");
    const still = stills()[number];
    const name = `gradwalk-${still.numbers ? "" : "grad_fn-"}step-${step()}.${form.toLowerCase()}`;
    try {
      const drawn = drawnStill(still, root(), theme);
      if (form === "PDF") {
        setText(said, "Choose “Save as PDF” where your browser asks for a printer.");
        return printStill(drawn);
      }
      const data = await font();
      save(name, form === "PNG" ? await pngOf(drawn, data) : new Blob([svgText(drawn, data)], { type: "image/svg+xml" }));
      setText(said, `${name} is among your downloads.`);
    } catch (error) {
      setText(said, `This browser cannot make the picture: ${/** @type {Error} */ (error).message}`);
    }
  }

  async function handPage() {
    setText(said, "");
    const made = page();
    if (!made) return setText(said, "The rest of the steps is still on its way. Try again in a moment.");
    try {
      save(PAGE.name, new Blob([await made], { type: "text/html" }));
      setText(said, `${PAGE.name} is among your downloads. It steps without a server.`);
    } catch (error) {
      setText(said, `The page cannot be made: ${/** @type {Error} */ (error).message}`);
    }
  }

  function save(name, blob) {
    const address = URL.createObjectURL(blob);
    html("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), KEPT);
  }

  return { button, element, toggle, show: () => !element.hidden && offer() };
}

/** Whether the page is dark: by how bright its ground is. */
function isDark(root) {
  const [red, green, blue] = getComputedStyle(root).backgroundColor.match(/\d+/g).map(Number);
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}
