// The server's time, whatever this computer's clock says. Each answer that carries the server's
// time is a sample; the one that travelled fastest of the last few is believed.
const KEPT = 8;
/** Timers and clocks that differ by more were asleep, or were set. */
const SLEPT = 1_500;

/** {sample, now, ahead}; `now` and `ahead` (ms) after the first sample. */
export function serverClock() {
  let samples = [];
  const best = () => samples.reduce((one, other) => (other.trip <= one.trip ? other : one));
  const since = (sample) => ({
    wall: Date.now() - sample.wall,
    steady: performance.now() - sample.steady,
  });

  /** `at`: the server's time while `began` … `ended` (performance.now()) went by. */
  function sample(at, began, ended) {
    const [wall, steady] = [Date.now(), performance.now()];
    const last = samples.at(-1);
    const gone = last && since(last);
    if (gone && Math.abs(gone.wall - gone.steady) > SLEPT) samples = [];
    const then = at + (ended - began) / 2 + (steady - ended);
    samples = [...samples, { then, wall, steady, trip: ended - began }].slice(-KEPT);
  }

  /** The steady clock stands still while a computer sleeps; the other one may be set. */
  function now() {
    const { wall, steady } = since(best());
    return best().then + (wall - steady > SLEPT ? wall : steady);
  }

  /** How far this computer's clock is ahead of the server's. */
  const ahead = () => Date.now() - now();
  return { sample, now, ahead };
}

/** When this page was asked for and when its first byte came, for the time that it carries. */
export function arrival() {
  const [load] = performance.getEntriesByType("navigation");
  return load?.responseStart ? [load.requestStart, load.responseStart] : [0, performance.now()];
}
