/* What came packed, as it was. */

/** JSON out of gzip, once it is there; the steps of a story are one object each again. */
export async function unpacked(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return whole(await new Response(plain).json());
}

/** The bytes that base64 stands for. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
}

/** What a server sent: one line of JSON, and behind it the bytes of what it calls packed, `{ "packed": [from, to] }`. Gives both. */
export function received(data) {
  const end = data.indexOf(10) + 1 || data.length; // a line feed; JSON has none
  const told = JSON.parse(new TextDecoder().decode(data.subarray(0, end)));
  const parts = ["graphs", "story"].filter((part) => told[part]?.packed);
  return { told, packed: parts.map((part) => [part, data.subarray(...told[part].packed.map((place) => end + place))]) };
}

function whole(data) {
  for (const part of [data, data.story]) if (part?.steps?.all) part.steps = rows(part.steps);
  return data;
}

/** `columns` of `gradwalk/story/columns.py`, the other way. */
function rows({ count, all, some }) {
  const steps = Array.from({ length: count }, () => ({}));
  for (const [name, values] of Object.entries(all)) values.forEach((value, step) => (steps[step][name] = value));
  for (const [name, [places, values]] of Object.entries(some)) values.forEach((value, at) => (steps[places[at]][name] = value));
  return steps;
}
