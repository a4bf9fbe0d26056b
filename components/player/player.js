/* The player as a component of Streamlit. */

import { createAddress } from "../../gradwalk/player/address.js";
import { html } from "../../gradwalk/player/dom.js";
import { createPlayer } from "../../gradwalk/player/player.js";
import { fontFrom } from "../../gradwalk/player/still.js";
import { received, unpacked } from "../../gradwalk/player/unpack.js";
import { pageFrom } from "../../gradwalk/player/whole.js";
import { whenGone } from "../shared/leaving.js";

const FONT = "gradwalk-sans.woff2"; // beside this script
const font = () => fontFrom(new URL(FONT, import.meta.url));
const PAGE = "gradwalk-page.txt"; // beside it too; of the version that this script has
const page = () => pageFrom(new URL(`${PAGE}?${/[^/]*$/.exec(import.meta.url)[0]}`, import.meta.url));

/** The player, under a heading for who hears the page. */
function made(parentElement) {
  const heading = html("h2", { class: "unseen" }, "Steps");
  parentElement.append(heading);
  return { heading, player: createPlayer(parentElement, page, createAddress(), font), newest: null };
}

/** Streamlit calls this again, on the same parent, whenever the data changes. */
const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const { told, packed } = received(data); // a long program's parts come packed
  if (!players.has(parentElement)) players.set(parentElement, made(parentElement));
  const here = players.get(parentElement);
  here.newest = told;
  const show = () => here.player.update(told, {
    unfold: (number) => setTriggerValue("unfold", number),
    draw: (number) => setTriggerValue("draw", number),
    torchviz: () => setTriggerValue("torchviz", true),
  });
  if (!packed.length) show();
  else Promise.all(packed.map(async ([part, bytes]) => (told[part] = await unpacked(bytes)))).then(() => here.newest === told && show());
  return whenGone(parentElement, () => {
    players.delete(parentElement);
    here.newest = null;
    here.heading.remove();
    here.player.remove();
  });
}
