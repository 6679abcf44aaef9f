// What bench/gpu measured on a machine with a GPU.
import { readFile } from "node:fs/promises";
import { significant, spread, table } from "../lib/markdown.mjs";
import { summary } from "../lib/statistics.mjs";

export const name = "gpu";
export const title = "On a GPU";
export const keys = [];

/** Was a run's gpu.json given? */
export function given({ gpu }) {
  return gpu !== undefined;
}

/** Takes over a run's gpu.json. */
export async function run({ gpu }) {
  const { adapter, threads, proof, forward, training } = JSON.parse(await readFile(gpu, "utf8"));
  if (proof.refusal !== null) throw new Error(proof.refusal);
  return {
    adapter,
    threads,
    logits_off_by: proof.difference,
    forward,
    training: training.map(({ seconds, ...step }) => ({
      ...step,
      ms: summary(seconds.map((time) => time * 1e3)),
    })),
  };
}

/** There are none: the other side is our own engine. */
export function ratios() {
  return {};
}

/** Tables for docs/performance.md. */
export function tables({ logits_off_by, forward, training }) {
  const engines = forward.map(({ engine, precision, threads, subjects, done, seconds }) => [
    `${engine} ${precision}`,
    String(threads),
    significant(subjects),
    significant(done),
    significant(done / seconds),
  ]);
  const steps = training.map(({ device, windows, ms }) => [device, String(windows), spread(ms)]);
  return [
    "The forward pass, on subjects of the page's sample, repeated; what could not be done in the time given was left.",
    table(["engine", "threads", "subjects", "of them done", "subjects a second"], engines),
    `The known answers are met, and no logit is off by more than ${significant(logits_off_by, 1)} from those of \`cpu\`.`,
    "A step of training the embedded model's network; on the CPU by one thread.",
    table(["device", "windows", "ms"], steps),
  ].join("\n\n");
}

/** The machine is another than that of the other parts. */
export function where({ at, adapter, threads, versions }) {
  const { name, kind, driver, interface: api } = adapter;
  return (
    `Taken over on ${at.slice(0, 10)} from ${name} (${kind}, ${api}, driver ${driver}) beside a CPU with ${threads} ` +
    `threads. Versions: painwave ${versions.painwave}, burn ${versions.burn}.`
  );
}
