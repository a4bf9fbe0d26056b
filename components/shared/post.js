// What is typed goes to the server one entry at a time, always the latest: the next when the answer to the last is here.

const PATIENCE = 15000; // ms after which an answer counts as lost; a program may run for ten seconds

const SLOW = 300; // ms; what is answered sooner needs no sign that it is worked at

/** `send(count)` posts what is to be sent now; `slow(yes)` is told when an answer takes long enough to be waited for, and when it is here. */
export function createPost(send, slow = (_yes) => {}) {
  let [pause, lost, patient] = [0, 0, 0];
  let [waiting, late] = [false, false];
  let count = 0;

  function now() {
    clearTimeout(pause);
    pause = 0;
    late = waiting;
    if (waiting) return;
    waiting = true;
    count += 1;
    lost = setTimeout(proceed, PATIENCE);
    clearTimeout(patient);
    patient = setTimeout(() => slow(true), SLOW);
    send(count);
  }

  function proceed() {
    clearTimeout(lost);
    waiting = false;
    if (late) return now();
    rest();
  }

  function rest() {
    clearTimeout(patient);
    slow(false);
  }

  /** Without waiting for the answer to what was sent before. */
  function atOnce() {
    waiting = false;
    clearTimeout(lost);
    now();
  }

  function soon(delay) {
    clearTimeout(pause);
    pause = setTimeout(now, delay);
  }

  /** The server has answered the entry of this number; says whether that was the latest. */
  function answered(number) {
    if (number < count) return false;
    if (waiting) proceed();
    return true;
  }

  /** Another document is open: what was under way is of no interest. */
  function restart(number) {
    clearTimeout(pause);
    clearTimeout(lost);
    rest();
    [pause, waiting, late, count] = [0, false, false, number];
  }

  return { now, atOnce, soon, answered, restart, pending: () => pause !== 0 };
}
