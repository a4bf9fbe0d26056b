"""What a browser measures of a player: texts outside their box, boxes outside the picture, labels on each other."""

from __future__ import annotations

MEASURE = """
(root) => {
  const found = [];
  const seen = (thing) => thing.checkVisibility({ visibilityProperty: true }) && thing.getBoundingClientRect().width > 1;
  const SLACK = 1.5; // px
  const inside = (rect, room) => rect.left >= room.left - SLACK && rect.right <= room.right + SLACK
    && rect.top >= room.top - SLACK && rect.bottom <= room.bottom + SLACK;
  const meet = (one, other) => one.left + SLACK < other.right && other.left + SLACK < one.right
    && one.top + SLACK < other.bottom && other.top + SLACK < one.bottom;
  /** The letters of a text: a line is a good deal higher than they are. */
  const letters = (text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return { left, right, top: top + (bottom - top) * 0.22, bottom: bottom - (bottom - top) * 0.18 };
  };
  const say = (what, ...things) => found.push(`${what}: ${things.map((thing) => JSON.stringify(thing.textContent.trim().slice(0, 40))).join(" and ")}`);

  for (const picture of root.querySelectorAll(".view > svg")) {
    if (!seen(picture)) continue;
    const whole = picture.getBoundingClientRect();
    const boxes = [...picture.querySelectorAll(".box")].filter(seen);
    const labels = [...picture.querySelectorAll(".label text")].filter((text) => text.textContent && seen(text));
    const frames = boxes.map((box) => box.querySelector(".frame").getBoundingClientRect());
    boxes.forEach((box, number) => {
      for (const text of box.querySelectorAll("text")) {
        if (!text.textContent || !seen(text)) continue;
        const room = text.closest(".chip, .version")?.querySelector("rect").getBoundingClientRect() ?? frames[number];
        if (!inside(letters(text), room)) say("a text outside its box", text, box);
        if (!inside(letters(text), whole)) say("a text outside the picture", text);
      }
      if (!inside(frames[number], whole)) say("a box outside the picture", box);
      for (let other = 0; other < number; other += 1) if (meet(frames[number], frames[other])) say("two boxes on each other", box, boxes[other]);
    });
    const places = labels.map(letters);
    labels.forEach((label, number) => {
      if (!inside(places[number], whole)) say("a label outside the picture", label);
      boxes.forEach((box, other) => {
        if (meet(places[number], frames[other])) say("a label over a box", label, box);
      });
      for (let other = 0; other < number; other += 1) if (meet(places[number], places[other])) say("a label on a label", label, labels[other]);
    });
  }

  const scrolls = (thing) => {
    for (let each = thing; each && each !== root.parentNode; each = each.parentElement)
      if (/auto|scroll/.test(getComputedStyle(each).overflowX)) return true;
    return false;
  };
  const page = root.getBoundingClientRect();
  const pressed = [...root.querySelectorAll(".bar button, .bar select, .pictures-bar button, .pictures-bar label, .episodes button, .welcome button")].filter(seen);
  for (const button of pressed) {
    const rect = button.getBoundingClientRect();
    if (!inside(rect, page)) say("a button outside the player", button);
    if (button.scrollWidth > button.clientWidth + 1) say("words outside their button", button);
  }
  pressed.forEach((one, number) => {
    for (let other = 0; other < number; other += 1) {
      const both = [one, pressed[other]];
      if (!both[0].contains(both[1]) && meet(...both.map((each) => each.getBoundingClientRect()))) say("a button on a button", ...both);
    }
  });
  for (const thing of root.querySelectorAll(".words *, .welcome *, .legend *, .slope *, .names *, .episodes *, .phase .name, .findings *")) {
    if (!seen(thing) || !thing.textContent.trim() || thing.closest(".live, svg") || thing.matches("option")) continue;
    const rect = thing.getBoundingClientRect();
    if (!scrolls(thing) && (rect.left < page.left - SLACK || rect.right > page.right + SLACK)) say("words outside the player", thing);
    const style = getComputedStyle(thing);
    if (style.overflowX !== "visible" && !/auto|scroll/.test(style.overflowX) && thing.scrollWidth > thing.clientWidth + 1) say("words cut off", thing);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} px`);
  return [...new Set(found)];
}
"""  # noqa: E501 - JavaScript
"""A function of a player's root that gives a list of sentences."""

ROUND = f"""
async ([host, places]) => {{
  const measure = {MEASURE};
  const place = document.getElementById(host);
  const root = place.shadowRoot.querySelector(".player");
  const frame = () => new Promise(requestAnimationFrame);
  const found = [];
  for (const [width, density, step] of places) {{
    place.style.width = `${{width - 32}}px`;
    root.querySelector(`.densities [data-density=${{density}}]`).click();
    const slider = root.querySelector("input.steps");
    slider.value = Number(slider.max) - step;
    slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
    await frame();
    await frame();
    found.push(...measure(root).map((problem) => `${{density}} at ${{width}} px: ${{problem}}`));
  }}
  return found;
}}
"""
"""The same of the player in this host at each place: a page's width, a density, steps before the last one."""
