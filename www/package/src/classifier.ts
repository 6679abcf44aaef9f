import { Auto } from "./auto.js";
import { CallQueue } from "./calls.js";
import { AskedFor, type Companion } from "./companion.js";
import { type EngineOptions, startEngine } from "./engines.js";
import { PainwaveError } from "./errors.js";
import { FileJob, type Workplace } from "./file-job.js";
import { findAdapter } from "./gpu.js";
import type { Host } from "./host.js";
import { WorkerPool } from "./pool.js";
import { JobResult } from "./result.js";
import type { WorkerSession } from "./session.js";
import { readAll } from "./source.js";
import type {
  BundleSource,
  Classifier,
  ClassifierInfo,
  ClassifierOptions,
  ClassifyOptions,
  Device,
  Engine,
  Result,
  Scores,
  Source,
} from "./types.js";
import type { WasmInfo } from "./wasm.js";

const DEVICES: readonly Device[] = ["auto", "cpu", "webgpu", "ndarray"];

/** Most workers that are used without being asked for: more would mostly hold copies of the model. */
const MOST_WORKERS = 8;

/** Makes a classifier on the engine that was asked for, or on the CPU if that does not run here. */
export async function create(host: Host, options: ClassifierOptions): Promise<Classifier> {
  const { device: asked = "auto", precision, signal, onProgress } = options;
  signal?.throwIfAborted();
  if (!DEVICES.includes(asked)) {
    throw new PainwaveError("UNKNOWN_DEVICE", `there is no device "${asked}"`);
  }
  const limit = workerLimit(host, options.workers);
  const bundle = options.bundle === undefined ? undefined : await bytesOf(host, options.bundle, signal);
  // The small module reads files, classifies whatever no other engine does, and has the default model.
  const cpu = { engine: "cpu", bundle, precision } as const;
  const first = await startEngine(host, { ...cpu, onProgress, signal });
  const start = async () => (await startEngine(host, cpu)).session;
  const pool = new WorkerPool(limit, start, first.session);
  const other = async (engine: Engine): Promise<EngineOptions> => {
    const weights = bundle ?? (await (await pool.reader()).call("embeddedBundle", undefined));
    return { engine, bundle: weights, precision };
  };
  try {
    const companion = await companionOf(host, asked, other, { onProgress, signal });
    const { postsBlobs } = host;
    return new PooledClassifier({ pool, companion, postsBlobs }, first.info, asked);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function companionOf(
  host: Host,
  asked: Device,
  optionsOf: (engine: Engine) => Promise<EngineOptions>,
  also: Pick<EngineOptions, "onProgress" | "signal">,
): Promise<Companion> {
  if (asked === "auto") {
    const start = host.burn && (async () => startEngine(host, await optionsOf("webgpu")));
    return new Auto({ findAdapter, start, now: () => performance.now() });
  }
  if (asked === "cpu") return AskedFor.cpu();
  return AskedFor.start(host, { ...(await optionsOf(asked)), ...also });
}

function workerLimit(host: Host, asked: number | undefined): number {
  if (asked === undefined) return Math.max(1, Math.min(MOST_WORKERS, host.parallelism()));
  if (Number.isInteger(asked) && asked >= 1) return asked;
  throw new PainwaveError("OPTION", `\`workers\` is ${asked}, expected a whole number from 1 on`);
}

async function bytesOf(
  host: Host,
  source: BundleSource,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return host.fetchBytes(source, signal);
  return readAll(source, signal);
}

class PooledClassifier implements Classifier {
  readonly #wasm: WasmInfo;
  readonly #asked: Device;
  readonly #place: Omit<Workplace, "reader" | "classes">;
  readonly #calls = new CallQueue();
  #jobs = 0;

  constructor(place: Omit<Workplace, "reader" | "classes">, wasm: WasmInfo, asked: Device) {
    this.#place = place;
    this.#wasm = wasm;
    this.#asked = asked;
  }

  get info(): ClassifierInfo {
    const { why, engine } = this.#place.companion;
    const { engine: device, ...model } = engine?.info ?? this.#wasm;
    return { asked: this.#asked, device, why, workers: this.#place.pool.limit, ...model };
  }

  classify(source: Source, options: ClassifyOptions = {}): Promise<Result> {
    return this.#calls.inTurn(async (own) => {
      const reader = await this.#place.pool.reader();
      const { ended } = reader;
      const end = () => own.abort(ended.reason);
      ended.addEventListener("abort", end, { once: true });
      try {
        return await this.#run(reader, source, options, own.signal);
      } finally {
        ended.removeEventListener("abort", end);
      }
    }, options.signal);
  }

  evaluate(labels: Source, result: Result, options: { signal?: AbortSignal } = {}): Promise<Scores> {
    return this.#calls.run(async ({ signal }) => {
      const bytes = await readAll(labels, signal);
      const reader = await this.#place.pool.reader();
      const call = reader.call("evaluate", {
        classes: this.#wasm.classes,
        idColumn: this.#wasm.schema.id,
        labels: bytes,
        ids: result.predictions.map(({ id }) => id),
        predicted: result.predictions.map(({ label }) => label),
      });
      const { weighted_f1, macro_f1, per_class, ...rest } = await call;
      return { ...rest, weightedF1: weighted_f1, macroF1: macro_f1, perClass: per_class };
    }, options.signal);
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#place.companion.close();
    await this.#place.pool.close();
  }

  async #run(
    reader: WorkerSession,
    source: Source,
    options: ClassifyOptions,
    signal: AbortSignal,
  ): Promise<Result> {
    const number = this.#jobs++;
    const { classes } = this.#wasm;
    const place = { ...this.#place, reader, classes };
    const file = new FileJob(place, number, options, signal);
    let keep = false;
    try {
      const { predictions, warnings } = await file.run(source);
      signal.throwIfAborted();
      keep = options.keepRecordings ?? false;
      const kept = keep ? { session: reader, job: number } : undefined;
      return new JobResult(predictions, warnings, this.#wasm, kept);
    } finally {
      if (!keep) file.release();
    }
  }
}
