import { abortable } from "./abort.js";
import { Auto } from "./auto.js";
import { CallQueue } from "./calls.js";
import { AskedFor, type Companion } from "./companion.js";
import { type EngineOptions, startEngine } from "./engines.js";
import { PainwaveError } from "./errors.js";
import { FileJob, type Workers } from "./file-job.js";
import { findAdapter } from "./gpu.js";
import type { Host } from "./host.js";
import { type Input, type OpenInput, readAll, withInput } from "./inputs.js";
import { WorkerPool } from "./pool.js";
import { Predictions } from "./predictions.js";
import { JobResult } from "./result.js";
import { idColumns } from "./schema.js";
import type { WorkerSession } from "./session.js";
import type {
  BundleSource,
  Classifier,
  ClassifierInfo,
  ClassifierOptions,
  ClassifyOptions,
  Device,
  Engine,
  EvaluateOptions,
  Kind,
  NamedSource,
  Result,
  Scores,
  Source,
} from "./types.js";
import type { WasmInfo } from "./wasm.js";

const DEVICES: readonly Device[] = ["auto", "cpu", "webgpu", "ndarray"];

/** Max workers by default: more would mostly hold copies of the model. */
const MAX_WORKERS = 8;
/** How often a file is read from its beginning: a file that two workers crash on would crash every worker. */
const MAX_ATTEMPTS = 2;

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
  const start = async (signal: AbortSignal) => (await startEngine(host, { ...cpu, signal })).session;
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
    const start =
      host.burn &&
      (async (signal: AbortSignal) => startEngine(host, { ...(await optionsOf("webgpu")), signal }));
    return new Auto({ findAdapter, start });
  }
  if (asked === "cpu") return AskedFor.cpu();
  return AskedFor.start(host, { ...(await optionsOf(asked)), ...also });
}

function workerLimit(host: Host, asked: number | undefined): number {
  if (asked === undefined) return Math.max(1, Math.min(MAX_WORKERS, host.parallelism()));
  if (Number.isInteger(asked) && asked >= 1) return asked;
  throw new PainwaveError("OPTION", `\`workers\` is ${asked}, expected a whole number from 1 on`);
}

async function bytesOf(
  host: Host,
  source: BundleSource,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return host.fetchBytes(source, signal);
  return withInput(source, ({ files: [file] }) => abortable(readAll(file), signal));
}

class PooledClassifier implements Classifier {
  readonly #wasm: WasmInfo;
  readonly #asked: Device;
  readonly #workers: Omit<Workers, "reader">;
  readonly #calls = new CallQueue();
  #jobs = 0;

  constructor(workers: Omit<Workers, "reader">, wasm: WasmInfo, asked: Device) {
    this.#workers = workers;
    this.#wasm = wasm;
    this.#asked = asked;
  }

  get info(): ClassifierInfo {
    const { companion, pool } = this.#workers;
    const { engine: device, ...model } = companion.engine?.info ?? this.#wasm;
    return { asked: this.#asked, device, why: companion.why, workers: pool.limit, ...model };
  }

  classify(source: Input, options: ClassifyOptions = {}): Promise<Result> {
    return withInput(source, (open) =>
      // The bytes of a stream may come late or never, so later calls must not wait for them.
      this.#calls.inTurn((own) => this.#classify(open, options, own), {
        signal: options.signal,
        holdsTurn: open.atHand,
      }),
    );
  }

  evaluate(labels: Source | NamedSource, result: Result, options: EvaluateOptions = {}): Promise<Scores> {
    return withInput(labels, ({ files: [file] }) =>
      this.#calls.run(async (own) => {
        const { classes, schema } = this.#wasm;
        const args = {
          classes,
          idColumns: idColumns(schema),
          labelColumn: schema.label,
          labels: await readAll(file),
          fileName: file.name,
          strict: options.strict ?? false,
          ids: result.predictions.map(({ id }) => id),
          predicted: result.predictions.map(({ label }) => label),
        };
        const evaluated = this.#withReader((reader) => reader.call("evaluate", args), own, true);
        const { balanced_accuracy, weighted_f1, macro_f1, per_class, ...rest } = await evaluated;
        return {
          ...rest,
          balancedAccuracy: balanced_accuracy,
          weightedF1: weighted_f1,
          macroF1: macro_f1,
          perClass: per_class,
        };
      }, options.signal),
    );
  }

  kindsOf(
    source: Source | NamedSource,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly Kind[]> {
    return withInput(source, ({ files: [file] }) =>
      this.#calls.run(async (own) => {
        const { blob } = file.source;
        const whole = this.#workers.postsBlobs && blob !== undefined ? blob : new Blob([await readAll(file)]);
        const args = { name: file.name, blob: whole };
        return this.#withReader((reader) => reader.call("kindsOf", args), own, true);
      }, options.signal),
    );
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#workers.companion.close();
    await this.#workers.pool.close();
  }

  #classify(source: OpenInput, options: ClassifyOptions, signal: AbortSignal): Promise<Result> {
    const predictions = new Predictions(this.#wasm.classes);
    const attempt = async (reader: WorkerSession): Promise<Result> => {
      const number = this.#jobs++;
      const file = new FileJob({ ...this.#workers, reader }, number, options, signal, predictions);
      let keep = false;
      try {
        const outcome = await file.run(source);
        signal.throwIfAborted();
        keep = options.keepRecordings ?? false;
        const kept = keep ? { session: reader, job: number } : undefined;
        return new JobResult(outcome, this.#wasm, kept);
      } finally {
        if (!keep) file.release();
      }
    };
    return this.#withReader(attempt, signal, source.atHand);
  }

  /** Runs a task with the worker that reads files; one that can be repeated runs once more should the worker die. */
  async #withReader<T>(
    task: (reader: WorkerSession) => Promise<T>,
    signal: AbortSignal,
    repeatable: boolean,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const reader = await this.#workers.pool.reader();
      try {
        return await task(reader);
      } catch (error) {
        const again = repeatable && attempt < MAX_ATTEMPTS && !reader.alive && !signal.aborted;
        if (!again) throw error;
      }
    }
  }
}
