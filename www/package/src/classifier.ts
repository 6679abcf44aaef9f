import { abortable } from "./abort.js";
import { WorkerBridge, WorkerSession } from "./bridge.js";
import { messageOf, PainwaveError } from "./errors.js";
import { requireDevice } from "./gpu.js";
import type { Host, ModuleSource } from "./host.js";
import type { Calls } from "./protocol.js";
import { JobResult, predictionOf } from "./result.js";
import { openSource, readAll } from "./source.js";
import type {
  BundleSource,
  Classifier,
  ClassifierInfo,
  ClassifierOptions,
  ClassifyOptions,
  Device,
  Engine,
  OnProgress,
  Prediction,
  Result,
  Scores,
  Source,
} from "./types.js";
import type { WasmInfo } from "./wasm.js";

/** Which engines are tried for a device, in this order. */
const ENGINES: Record<Device, readonly Engine[]> = {
  auto: ["cpu"],
  cpu: ["cpu"],
  webgpu: ["webgpu", "cpu"],
  ndarray: ["ndarray", "cpu"],
};

/** What a worker is asked to load. */
type Load = Calls["load"]["args"];

/** An engine that has been proven, and how to start another worker with it. */
interface Started {
  readonly session: WorkerSession;
  readonly info: WasmInfo;
  restart(): Promise<WorkerSession>;
}

/** Makes a classifier on the first engine that runs here. */
export async function create(host: Host, options: ClassifierOptions): Promise<Classifier> {
  const { device: asked = "auto", precision, signal, onProgress } = options;
  signal?.throwIfAborted();
  const engines = ENGINES[asked];
  if (engines === undefined) throw new PainwaveError("UNKNOWN_DEVICE", `there is no device "${asked}"`);
  const bundle = options.bundle === undefined ? undefined : await bytesOf(host, options.bundle, signal);
  const refused: string[] = [];
  for (const [i, engine] of engines.entries()) {
    try {
      const started = await start(host, { engine, bundle, precision }, onProgress, signal);
      return new WorkerClassifier(started, asked, why(asked, started.info.engine, refused));
    } catch (error) {
      if (signal?.aborted || i === engines.length - 1) throw error;
      refused.push(`${engine} was refused: ${messageOf(error)}`);
    }
  }
  throw new PainwaveError("UNKNOWN_DEVICE", `there is no engine for device "${asked}"`);
}

function why(asked: Device, used: Engine, refused: readonly string[]): string {
  if (refused.length > 0) return `${refused.join("; ")}; ${used} runs instead`;
  if (asked === "auto") return `auto takes ${used}: it starts at once and needs no further download`;
  return `${used} was asked for and reproduces the model's known answers`;
}

async function start(
  host: Host,
  { engine, bundle, precision }: Load,
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<Started> {
  const source = engine === "cpu" ? host.lean : host.burn;
  if (source === undefined) {
    throw new PainwaveError("ENGINE_NOT_BUILT", `this build of the package has no engine ${engine}`);
  }
  await abortable(requireDevice(engine), signal);
  let [bytesRead, bytesTotal]: [number, number | undefined] = [0, undefined];
  const report = (phase: "download" | "start") => onProgress?.({ phase, bytesRead, bytesTotal, subjects: 0 });
  const compiled = source.compile((read, total) => {
    [bytesRead, bytesTotal] = [read, total];
    if (!signal?.aborted) report("download");
  });
  const module = await abortable(compiled, signal);
  report("start");
  // The large module holds no weights: the default ones come out of the small module.
  const weights = bundle ?? (engine === "cpu" ? undefined : await embeddedBundle(host.lean, signal));
  const wanted = { engine, bundle: weights, precision };
  const { session, info } = await load(source, module, wanted, signal);
  return {
    session,
    info,
    restart: async () => (await load(source, module, wanted, undefined)).session,
  };
}

async function load(
  source: ModuleSource,
  module: WebAssembly.Module,
  wanted: Load,
  signal: AbortSignal | undefined,
): Promise<{ session: WorkerSession; info: WasmInfo }> {
  const session = spawn(source);
  try {
    await abortable(session.call("start", { module }), signal);
    const info = await abortable(session.call("load", wanted), signal);
    return { session, info };
  } catch (error) {
    session.end(new PainwaveError("CLOSED", "the engine did not start"));
    throw error;
  }
}

function spawn(source: ModuleSource): WorkerSession {
  try {
    return new WorkerSession(source.spawn());
  } catch (error) {
    const message = `the worker could not be started: ${messageOf(error)}`;
    throw new PainwaveError("WORKER_FAILED", message, {}, error);
  }
}

async function embeddedBundle(
  lean: ModuleSource,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const module = await abortable(
    lean.compile(() => undefined),
    signal,
  );
  const session = spawn(lean);
  try {
    await abortable(session.call("start", { module }), signal);
    return await abortable(session.call("embeddedBundle", undefined), signal);
  } finally {
    session.end(new PainwaveError("CLOSED", "the bundle was read"));
  }
}

async function bytesOf(
  host: Host,
  source: BundleSource,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (typeof source === "string" || source instanceof URL) return host.fetchBytes(source, signal);
  return readAll(source, signal);
}

class WorkerClassifier implements Classifier {
  readonly info: ClassifierInfo;
  readonly #wasm: WasmInfo;
  readonly #bridge: WorkerBridge;
  #jobs = 0;

  constructor(started: Started, asked: Device, why: string) {
    const { engine: device, ...model } = started.info;
    this.info = { asked, device, why, ...model };
    this.#wasm = started.info;
    this.#bridge = new WorkerBridge(started.restart, started.session);
  }

  classify(source: Source, options: ClassifyOptions = {}): Promise<Result> {
    return this.#bridge.exclusive(
      (session, signal) => this.#run(session, source, options, signal),
      options.signal,
    );
  }

  evaluate(labels: Source, result: Result, options: { signal?: AbortSignal } = {}): Promise<Scores> {
    return this.#bridge.task(async ({ signal }) => {
      const bytes = await readAll(labels, signal);
      const session = await this.#bridge.session();
      const call = session.call("evaluate", {
        classes: this.info.classes,
        idColumn: this.info.schema.id,
        labels: bytes,
        ids: result.predictions.map(({ id }) => id),
        predicted: result.predictions.map(({ label }) => label),
      });
      const { weighted_f1, macro_f1, per_class, ...rest } = await call;
      return { ...rest, weightedF1: weighted_f1, macroF1: macro_f1, perClass: per_class };
    }, options.signal);
  }

  close(): Promise<void> {
    return this.#bridge.close();
  }

  async #run(
    session: WorkerSession,
    source: Source,
    { onProgress, keepRecordings = false }: ClassifyOptions,
    signal: AbortSignal,
  ): Promise<Result> {
    const { blocks, bytesRead, bytesTotal } = openSource(source, signal);
    const job = this.#jobs++;
    await session.call("open", { job });
    let keep = false;
    try {
      const found = new Map<string, Prediction>();
      const add = (predictions: Awaited<ReturnType<typeof session.call<"feed">>>) => {
        // A later prediction with the same id replaces the earlier one.
        for (const raw of predictions) found.set(raw.id, predictionOf(raw, this.info.classes));
        if (!signal.aborted) {
          onProgress?.({ phase: "classify", bytesRead: bytesRead(), bytesTotal, subjects: found.size });
        }
      };
      for await (const chunk of blocks) {
        signal.throwIfAborted();
        add(await session.call("feed", { job, chunk }, [chunk.buffer]));
      }
      signal.throwIfAborted();
      await session.call("end", { job });
      for (;;) {
        const predictions = await session.call("next", { job });
        if (predictions.length === 0) break;
        add(predictions);
        signal.throwIfAborted();
      }
      const { order, warnings } = await session.call("summary", { job });
      const ordered = order.flatMap((id) => found.get(id) ?? []);
      signal.throwIfAborted();
      keep = keepRecordings;
      return new JobResult(ordered, warnings, this.#wasm, keep ? { session, job } : undefined);
    } finally {
      if (!keep) session.call("release", { job }).catch(() => undefined);
    }
  }
}
