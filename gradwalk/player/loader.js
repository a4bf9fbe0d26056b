/* The first script of a page that stands alone: the player is in the page, packed, and its policy knows it by its hash. */

async function start() {
  const bytes = Uint8Array.from(atob(document.getElementById("player").textContent), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = Object.assign(document.createElement("script"), { type: "module", textContent: await new Response(plain).text() });
  document.body.append(script);
}

if ("DecompressionStream" in globalThis) start();
