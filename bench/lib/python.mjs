// The scripts that need Python's libraries.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LeftOut } from "./results.mjs";

/** Runs a script of the benchmark, its output on screen, and gives the JSON that it writes. */
export async function runPython({ python, "no-python": reason }, script, args) {
  if (python === undefined) throw new LeftOut(reason ?? "no --python was given");
  const folder = await mkdtemp(join(tmpdir(), "painwave-bench-"));
  try {
    const out = join(folder, "out.json");
    const child = spawn(python, [script, ...args, "--out", out], { stdio: "inherit" });
    const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
    if (status !== 0) throw new Error(`${script} failed (${status})`);
    return JSON.parse(await readFile(out, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
