import { CallQueue } from "./calls.js";
import { type StartedEngine, startEngine } from "./engines.js";
import { messageOf, PainwaveError } from "./errors.js";
import { type Accelerator, FileJob } from "./file-job.js";
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

/** The engine beside `cpu` that a device asks for. */
const ENGINES: Record<Device, Engine | undefined> = {
  auto: undefined,
  cpu: undefined,
  webgpu: "webgpu",
  ndarray: "ndarray",
};

/** Most workers that are used without being asked for: more would mostly hold copies of the model. */
const MOST_WORKERS = 8;

/** Portions in one call of an engine: WebGPU wants all the windows that it can get. */
const PORTIONS_AT_ONCE = { cpu: 1, ndarray: 1, webgpu: 24 } as const satisfies Record<Engine, number>;

/** What a classifier computes on, and why. */
interface Choice {
  readonly device: Engine;
  readonly why: string;
  /** The engine's worker, if it is not `cpu`. */
  readonly other: StartedEngine | undefined;
}

/** Makes a classifier on the engine that was asked for, or on the CPU if that does not run here. */
export async function create(host: Host, options: ClassifierOptions): Promise<Classifier> {
  const { device: asked = "auto", precision, signal, onProgress } = options;
  signal?.throwIfAborted();
  if (!Object.hasOwn(ENGINES, asked)) {
    throw new PainwaveError("UNKNOWN_DEVICE", `there is no device "${asked}"`);
  }
  const limit = workerLimit(host, options.workers);
  const bundle = options.bundle === undefined ? undefined : await bytesOf(host, options.bundle, signal);
  // The small module reads files, classifies whatever the other engine cannot, and has the default model.
  const cpu = { engine: "cpu", bundle, precision } as const;
  const first = await startEngine(host, { ...cpu, onProgress, signal });
  const start = async () => (await startEngine(host, cpu)).session;
  const pool = new WorkerPool(limit, start, first.session);
  try {
    const choice = await choose(host, asked, first, { bundle, precision, onProgress, signal });
    return new PooledClassifier(pool, first.info, asked, choice);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

async function choose(
  host: Host,
  asked: Device,
  first: StartedEngine,
  options: Omit<Parameters<typeof startEngine>[1], "engine">,
): Promise<Choice> {
  const engine = ENGINES[asked];
  if (engine === undefined) {
    const why =
      asked === "auto"
        ? "auto takes cpu: it starts at once and needs no further download"
        : "cpu was asked for and reproduces the model's known answers";
    return { device: "cpu", why, other: undefined };
  }
  try {
    const bundle = options.bundle ?? (await first.session.call("embeddedBundle", undefined));
    const other = await startEngine(host, { ...options, engine, bundle });
    return {
      device: engine,
      why: `${engine} was asked for and reproduces the model's known answers`,
      other,
    };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { device: "cpu", why: `${refusal(engine, error)}; cpu runs instead`, other: undefined };
  }
}

function refusal(engine: Engine, error: unknown): string {
  return `${engine} was refused: ${messageOf(error)}`;
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
  readonly #pool: WorkerPool;
  readonly #calls = new CallQueue();
  #choice: Choice;
  #jobs = 0;

  constructor(pool: WorkerPool, wasm: WasmInfo, asked: Device, choice: Choice) {
    this.#pool = pool;
    this.#wasm = wasm;
    this.#asked = asked;
    this.#choice = choice;
  }

  get info(): ClassifierInfo {
    const { device, why, other } = this.#choice;
    const { engine: _, ...model } = other?.info ?? this.#wasm;
    return { asked: this.#asked, device, why, workers: this.#pool.limit, ...model };
  }

  classify(source: Source, options: ClassifyOptions = {}): Promise<Result> {
    return this.#calls.inTurn(async (own) => {
      const reader = await this.#pool.reader();
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
      const reader = await this.#pool.reader();
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
    this.#choice.other?.session.end(new PainwaveError("CLOSED", "the classifier was closed"));
    await this.#pool.close();
  }

  async #run(
    reader: WorkerSession,
    source: Source,
    options: ClassifyOptions,
    signal: AbortSignal,
  ): Promise<Result> {
    const number = this.#jobs++;
    const { classes } = this.#wasm;
    const place = { reader, pool: this.#pool, accelerator: this.#accelerator(), classes, number };
    const file = new FileJob(place, options, signal);
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

  #accelerator(): Accelerator | undefined {
    const { device, other } = this.#choice;
    const session = other?.session;
    if (!session?.alive) return undefined;
    return {
      session,
      portions: PORTIONS_AT_ONCE[device],
      onDeath: (error) => {
        const why = `${device} failed: ${error.message}; cpu runs instead`;
        this.#choice = { device: "cpu", why, other: undefined };
      },
    };
  }
}
