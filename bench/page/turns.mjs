// Timing in turns: what else the machine does hits all sides alike.

/** Calls before any is timed: engines compile their hot loops while they run. */
const WARM_UP = { seconds: 0.6, calls: 5 };

/**
 * Times sides in turns, each for about `seconds` a turn, or for one call where these are 0. In every other round they run in the reverse order.
 *
 * @param {Record<string, () => unknown>} sides what is timed, by name
 * @returns {Promise<Record<string, number[]>>} milliseconds a call, one number a round
 */
export async function turns(sides, { rounds, seconds, warmUp = WARM_UP }) {
  const calls = {};
  for (const [name, run] of Object.entries(sides)) calls[name] = await callsATurn(run, seconds, warmUp);
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = Object.keys(sides);
    if (round % 2 === 1) order.reverse();
    for (const name of order) times[name].push(await time(sides[name], calls[name]));
  }
  return times;
}

async function callsATurn(run, seconds, warmUp) {
  const start = performance.now();
  let calls = 0;
  while (calls < warmUp.calls || performance.now() - start < warmUp.seconds * 1e3) {
    await run();
    calls += 1;
  }
  if (seconds === 0) return 1;
  return Math.max(1, Math.round((seconds * 1e3) / (await time(run, 2))));
}

/** Milliseconds a call. */
async function time(run, calls) {
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    const pending = run();
    // A side that answers at once is not made to wait for the next task.
    if (pending instanceof Promise) await pending;
  }
  return (performance.now() - start) / calls;
}
