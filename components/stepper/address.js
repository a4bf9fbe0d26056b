/* The address bar says what is shown: the document's query and the step. Written without a word to the server. */

const ADDRESS_PAUSE = 400; // ms; browsers refuse more than 100 changes in 30 s

function createAddress() {
  let wanted = null;
  let timer = 0;
  let last = -Infinity;

  function write() {
    timer = 0;
    last = performance.now();
    const address = location.pathname + wanted + location.hash;
    if (wanted !== location.search) history.replaceState(history.state, "", address);
  }

  function show(query, step) {
    const parts = [query, step > 0 ? `step=${step}` : ""].filter(Boolean);
    wanted = parts.length ? `?${parts.join("&")}` : "";
    if (!timer) timer = setTimeout(write, Math.max(0, last + ADDRESS_PAUSE - performance.now()));
  }

  /** Leaving the page: the address is another one's now. */
  const stop = () => clearTimeout(timer);

  return { show, stop };
}
