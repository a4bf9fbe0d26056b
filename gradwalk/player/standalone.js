/* The player of a page that stands alone: its recording is in the page, packed, and nobody else is asked for anything. */

import { createAddress } from "./address.js";
import { createPlayer } from "./player.js";
import { fontOfPage } from "./still.js";
import { bytesOf, unpacked } from "./unpack.js";

const FONT = '16px "Gradwalk Sans"';
const place = document.getElementById("walk");
const before = place.cloneNode(true);

/** This page as it came, without what its scripts have added. */
function empty() {
  const page = /** @type {HTMLElement} */ (document.documentElement.cloneNode(true));
  page.querySelector("#walk").replaceWith(before.cloneNode(true));
  for (const added of page.querySelectorAll('body > script[type="module"] ~ *')) added.remove();
  return `<!doctype html>\n${page.outerHTML}\n`;
}

function stepInAddress() {
  const found = /^#(?:.*&)?step=(\d{1,6})$/.exec(location.hash);
  return found && Number(found[1]);
}

/** A page around this one, such as an editor's, may forbid fonts that have an address. Bytes have none. */
async function font() {
  try {
    await document.fonts.load(FONT);
  } catch {
    const face = new FontFace("Gradwalk Sans", bytesOf(/** @type {string} */ (fontOfPage()).split(",")[1]), { weight: "400 700" });
    document.fonts.add(await face.load());
  }
}

if ("DecompressionStream" in globalThis) {
  font();
  const data = await unpacked(bytesOf(document.getElementById("recording").textContent));
  const player = createPlayer(place, empty, createAddress((parts) => `#${parts.join("&").split("&").filter((part) => /^(step|predict|groups)=/.test(part)).join("&")}`));
  place.querySelector(".wait").remove();
  player.update({ ...data, step: stepInAddress() ?? data.step });
  addEventListener("hashchange", () => player.follow(stepInAddress()));
}
