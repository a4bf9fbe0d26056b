/* The player as a component of Streamlit. */

import { createAddress } from "../../gradwalk/player/address.js";
import { createPlayer } from "../../gradwalk/player/player.js";
import { fontFrom } from "../../gradwalk/player/still.js";
import { received, unpacked } from "../../gradwalk/player/unpack.js";
import { whenGone } from "../shared/leaving.js";

const FONT = "gradwalk-sans.woff2"; // beside this script
const font = () => fontFrom(new URL(FONT, import.meta.url));

/** Streamlit calls this again, on the same parent, whenever the data changes. */
const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const { told, packed } = received(data); // a long program's parts come packed
  if (!players.has(parentElement)) players.set(parentElement, { player: createPlayer(parentElement, createAddress(), font), newest: null });
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
    here.player.remove();
  });
}
