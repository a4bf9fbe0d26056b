/* The player of a page that stands alone: its recording is in the page, packed, and nobody else is asked for anything. */

import { createAddress } from "./address.js";
import { createPlayer } from "./player.js";
import { bytesOf, unpacked } from "./unpack.js";

const place = document.getElementById("walk");

function stepInAddress() {
  const found = /^#(?:.*&)?step=(\d{1,6})$/.exec(location.hash);
  return found && Number(found[1]);
}

if ("DecompressionStream" in globalThis) {
  const data = await unpacked(bytesOf(document.getElementById("recording").textContent));
  const player = createPlayer(place, createAddress((parts) => `#${parts.join("&").split("&").filter((part) => /^(step|predict|groups)=/.test(part)).join("&")}`));
  place.querySelector(".wait").remove();
  player.update({ ...data, step: stepInAddress() ?? data.step });
  addEventListener("hashchange", () => player.follow(stepInAddress()));
}
