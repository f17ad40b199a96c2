// The line between a door and the server: asks now and then what changed, knows whether the network
// is there, sends what waits as soon as it is. Nothing has to be switched by anybody.
import { get } from "./http.js";
import { serverClock } from "./server-clock.js";

const EVERY = 10_000;
/** Without network it is tried more often: nobody should wait for it to be noticed. */
const RETRY = 3_000;
const PATIENCE = 5_000;
/** After so many changes everything is asked for again, for what no change tells. */
const WHOLE_EVERY = 90;
/** The server says that this device has nothing to do here any more. */
const ENDED = new Set([401, 403, 404]);

/**
 * `url`: the roster's address. `heard(answer, ahead)` gets what changed; `ended(code)` that it is over for
 * this device; `turned(online)` each change of the network.
 */
export function doorLine({ url, heard, ended, turned }) {
  const clock = serverClock();
  let cursor = null;
  let asked = 0;
  let timer;
  let online = true;
  let stopped = false;
  let ahead = 0;
  let sampled = false;
  let csrf = "";
  let running = null;

  function turn(now) {
    if (now === online) return;
    online = now;
    if (!online && !running) next();
    turned(online);
  }

  function next() {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => (document.hidden ? next() : again()), online ? EVERY : RETRY);
  }

  async function ask() {
    const whole = cursor === null || asked % WHOLE_EVERY === 0;
    const began = performance.now();
    const result = await get(whole ? url : `${url}?since=${cursor}`, { timeout: whole ? 4 * PATIENCE : PATIENCE });
    if (ENDED.has(result.status)) {
      stop();
      await ended(result.code);
      return;
    }
    if (result.ok && result.data?.now) {
      clock.sample(result.data.now, began, performance.now());
      sampled = true;
      asked += 1;
      csrf = result.data.csrf;
      ahead = clock.ahead();
      await heard(result.data, ahead);
      cursor = result.data.now;
    }
    turn(result.ok);
  }

  /** Ask now; whoever asks meanwhile gets the same answer. */
  function again() {
    if (stopped) return Promise.resolve();
    clearTimeout(timer);
    running ??= ask().finally(() => {
      running = null;
      next();
    });
    return running;
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
  }

  addEventListener("online", again);
  addEventListener("offline", () => turn(false));
  document.addEventListener("visibilitychange", () => document.hidden || again());
  return {
    again,
    stop,
    get online() { return online; },
    get csrf() { return csrf; },
    get stopped() { return stopped; },
    /** A request did not reach the server. */
    lost: () => turn(false),
    /** Everything is asked for the next time, for what we assumed was wrong. */
    doubt: () => { cursor = null; },
    /** The server's time; without network by what was known of this device's clock. */
    now: (known) => Math.round(sampled ? clock.now() : Date.now() - (known ?? ahead)),
  };
}
