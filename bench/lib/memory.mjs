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
