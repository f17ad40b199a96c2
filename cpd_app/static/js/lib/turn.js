// Whose turn it is: of all open tabs one acts at a time, the others wait. Browsers have locks for
// that; old ones, and all of them over plain http, get a lease in the store instead. Its tab extends
// it while it works and gives it back when it is left; when the tab dies it soon runs out.
import { uuid } from "./outbox.js";
import * as store from "./store.js";

const STORE = "settings";
/** How long a tab that died keeps the others waiting. */
const LEASE = 6000;
const EXTEND = 2000;
/** How often a tab that waits looks whether it is its turn. */
const LOOK = 500;

const now = () => Date.now();
/** Longer than a lease can be means that the clock was set back since. */
const held = (row) => row && row.until > now() && row.until <= now() + LEASE;

/** Do `act` while no other tab does anything under this name; answers what it answers. */
export async function alone(name, act) {
  if (navigator.locks) return navigator.locks.request(name, act);
  const lease = { key: name, holder: uuid(), until: 0 };
  const mine = (row) => row?.holder === lease.holder;
  const extend = () => {
    lease.until = now() + LEASE;
    return store.change(STORE, name, (row) => (mine(row) || !held(row) ? { ...lease } : row));
  };
  for (;;) {
    const { ok, value } = await extend();
    if (!ok || mine(value)) break; // without a store there is nothing that two could send
    await new Promise((resolve) => { setTimeout(resolve, LOOK); });
  }
  const extending = setInterval(extend, EXTEND);
  const leave = () => { if (held(lease)) store.removeNow(STORE, name); };
  addEventListener("pagehide", leave);
  try {
    return await act();
  } finally {
    clearInterval(extending);
    removeEventListener("pagehide", leave);
    await store.change(STORE, name, (row) => (mine(row) ? undefined : row));
  }
}
