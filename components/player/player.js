/* The player as a component of Streamlit. */

import { createAddress } from "../../gradwalk/player/address.js";
import { createPlayer } from "../../gradwalk/player/player.js";
import { fontFrom } from "../../gradwalk/player/still.js";

const FONT = "gradwalk-sans.woff2"; // beside this script
const font = () => fontFrom(new URL(FONT, import.meta.url));

/** Streamlit calls this again, on the same parent, whenever the data changes. */
const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const text = new TextDecoder().decode(data);
  if (!players.has(parentElement)) players.set(parentElement, createPlayer(parentElement, createAddress(), font));
  const player = players.get(parentElement);
  player.update(JSON.parse(text), {
    unfold: (number) => setTriggerValue("unfold", number),
    draw: (number) => setTriggerValue("draw", number),
    torchviz: () => setTriggerValue("torchviz", true),
  });
  return () => {
    players.delete(parentElement);
    player.remove();
  };
}
