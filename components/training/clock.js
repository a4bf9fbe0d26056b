/* The clock that moves every panel: where the reader stands in the run, and how fast that goes on. */

export const PICTURES_A_SECOND = 30;

/** `at(place)` is called when the place has changed, `changed()` when it starts or stops, `reached()` says how far one can go. */
export function createClock({ at, changed, reached, over }) {
  const clock = { place: 0, playing: false, speed: 1, every: 1 };
  let [exact, before, frame] = [0, 0, 0];

  function tick(now) {
    // A frame's time may lie before the press that began it: time never runs back here.
    const passed = Math.max(0, now - before);
    before = now;
    exact = Math.min(reached(), exact + (passed / 1000) * PICTURES_A_SECOND * clock.every * clock.speed);
    move(Math.max(clock.place, drawn(exact)));
    if (clock.playing && over() && clock.place >= reached()) return pause();
    if (clock.playing) frame = requestAnimationFrame(tick);
  }

  /** While it plays it stands where there is a picture: every panel then shows the same epoch. */
  function drawn(place) {
    return over() && place >= reached() ? reached() : Math.floor(place / clock.every) * clock.every;
  }

  function move(place) {
    const next = Math.min(Math.max(0, place), Math.max(0, reached()));
    if (next === clock.place) return;
    clock.place = next;
    at(next);
  }

  function play() {
    if (clock.playing) return;
    if (over() && clock.place >= reached()) go(0);
    [exact, before, clock.playing] = [clock.place, performance.now(), true];
    frame = requestAnimationFrame(tick);
    changed();
  }

  function pause() {
    if (!clock.playing) return;
    clock.playing = false;
    cancelAnimationFrame(frame);
    changed();
  }

  function go(place) {
    move(place);
    exact = clock.place;
  }

  return Object.assign(clock, { play, pause, go });
}
