// What a measurement was made on.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { promisify } from "node:util";

/** Processor, memory, system, and how busy it was. */
export function machine() {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split("-")[0]} ${arch()}`,
    load: loadavg()[0],
  };
}

/** The commit that is checked out, marked if files differ from it. */
export async function commit(root) {
  const git = async (...args) => (await promisify(execFile)("git", args, { cwd: root })).stdout.trim();
  try {
    const [id, changes] = [
      await git("rev-parse", "--short", "HEAD"),
      await git("status", "--porcelain", "-uno"),
    ];
    return changes === "" ? id : `${id} with changes`;
  } catch {
    return "unknown";
  }
}

/** Versions of the npm packages that a lock file names. */
export async function npmVersions(lock) {
  const { packages } = JSON.parse(await readFile(lock, "utf8"));
  const wanted = Object.keys(packages[""].devDependencies ?? {});
  return Object.fromEntries(wanted.map((name) => [name, packages[`node_modules/${name}`].version]));
}

/** Version of a crate that a Cargo.lock names. */
export async function crateVersion(lock, name) {
  const text = await readFile(lock, "utf8");
  return text.match(new RegExp(`^name = "${name}"\nversion = "([^"]+)"`, "m"))?.[1] ?? "unknown";
}
