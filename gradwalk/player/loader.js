/* The first script of a page that stands alone: the player is in the page, packed, and its policy knows it by its hash. */

function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

function add(kind, rest) {
  document.body.append(Object.assign(document.createElement(kind), rest));
}

async function start() {
  const [style, script] = await Promise.all([unpacked("styles"), unpacked("player")]);
  add("style", { textContent: style });
  add("script", { type: "module", textContent: script });
}

if ("DecompressionStream" in globalThis) start();
