// A recording that is larger than the memory, and how much of that the page takes meanwhile.
import { proportional, renderers } from "./memory.mjs";
import { LeftOut } from "./results.mjs";

/** Milliseconds between two looks at the memory. */
const INTERVAL = 250;

export const MEMORY = `Memory is the proportional set size (PSS) of the page's process, its workers and their WebAssembly included,
in MB of a million bytes, read four times a second: when everything is loaded, and at most while it runs. The stream is made by
the page itself while it is read.`;

/** Classifies a generated stream of this kind and size in Chromium. */
export async function classifyLong({ browsers, onPage }, kind, size) {
  if (!browsers.includes("chromium")) throw new LeftOut("Chromium was left out");
  return onPage("chromium", async (page, browser) => {
    const call = (export_, ...args) =>
      page.evaluate(
        async (export_, ...args) => (await import("/bench/page/long.mjs"))[export_](...args),
        export_,
        ...args,
      );
    const info = await call("open");
    const pids = await renderers(browser);
    const ready_mb = await proportional(pids);
    await call("start", kind, size);
    let peak_mb = ready_mb;
    for (;;) {
      await new Promise((done) => setTimeout(done, INTERVAL));
      const now = await proportional(pids);
      if (now !== null) peak_mb = Math.max(peak_mb, now);
      const { made, outcome, failure } = await call("progress");
      if (failure !== undefined) {
        throw new Error(`after ${made.rows} rows, with ${Math.round(peak_mb)} MB at most: ${failure}`);
      }
      if (outcome !== undefined) return { ...info, ...made, ...outcome, ready_mb, peak_mb };
    }
  });
}
