/*
 * All steps as a file: a page that stands alone, as gradwalk/player/page.py writes it, with what a player was given. The browser
 * packs it, so no server has anything to do.
 */

import { base64 } from "./unpack.js";

const RECORDING = /(<script type="application\/gzip" id="recording">)[\w+/=]*(?=<\/script>)/;

/** Such a page out of another one, `empty`, whose recording it does not have; it opens at `step`. `told` is the story as it came. */
export async function wholePageOf(empty, { graphs, told }, step) {
  const page = await empty;
  const data = { graphs: withPicture(graphs), story: told, query: "", step, opened: "", stale: false };
  const bytes = await packed(JSON.stringify(data));
  if (!RECORDING.test(page)) throw new Error("The page that it is to stand in could not be read.");
  return page.replace(RECORDING, (_, start) => start + base64(bytes));
}

/** torchviz's picture that nobody has asked for is none: there is nobody to ask. */
function withPicture(graphs) {
  if (graphs.list) return { ...graphs, list: graphs.list.map(withPicture) };
  return { ...graphs, grad_fn: graphs.grad_fn ?? null };
}

async function packed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The text of an empty page from where it is served. */
export async function pageFrom(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The server does not answer.");
  return answer.text();
}
