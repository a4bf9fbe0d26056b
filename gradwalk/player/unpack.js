/* What came packed, as it was. */

/** JSON out of gzip, once it is there. */
export function unpacked(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

/** The bytes that base64 stands for. */
export function bytesOf(text) {
  return Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
}

/** Base64 of bytes. */
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** What a server sent: one line of JSON, and behind it the bytes of what it calls packed, `{ "packed": [from, to] }`. Gives both. */
export function received(data) {
  const end = data.indexOf(10) + 1 || data.length; // a line feed; JSON has none
  const told = JSON.parse(new TextDecoder().decode(data.subarray(0, end)));
  const parts = ["graphs", "story"].filter((part) => told[part]?.packed);
  return { told, packed: parts.map((part) => [part, data.subarray(...told[part].packed.map((place) => end + place))]) };
}
