// How much memory a page's process takes; known on Linux only.
import { readFile, writeFile } from "node:fs/promises";
import { platform } from "node:os";

/** Process ids of the pages of a Chromium. */
export async function renderers(browser) {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
}

/** Resets the peak memory of a process. */
export async function resetPeak(pid) {
  if (platform() !== "linux") return;
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}

/** Memory of a process in MiB: the resident set now, and its peak since the start or the last `resetPeak`. */
export async function memory(pid) {
  if (platform() !== "linux") return { now_mib: null, peak_mib: null };
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const mib = (key) => Number(status.match(new RegExp(`^${key}:\\s+(\\d+) kB`, "m"))[1]) / 1024;
  return { now_mib: mib("VmRSS"), peak_mib: mib("VmHWM") };
}

/**
 * Proportional set size of processes in MB, together: what is theirs alone, and their part of what they share with other
 * processes, as the browser's own code.
 */
export async function proportional(pids) {
  if (platform() !== "linux") return null;
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
      return Number(rollup.match(/^Pss:\s+(\d+) kB/m)[1]) * 1024;
    }),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0) / 1e6;
}
