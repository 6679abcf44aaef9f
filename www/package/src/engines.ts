import { abortable } from "./abort.js";
import { messageOf, PainwaveError } from "./errors.js";
import { requireDevice } from "./gpu.js";
import type { Host, ModuleSource } from "./host.js";
import { WorkerSession } from "./session.js";
import type { Engine, OnProgress, Precision } from "./types.js";
import type { WasmInfo } from "./wasm.js";

/** A worker whose engine has been proven. */
export interface StartedEngine {
  readonly session: WorkerSession;
  readonly info: WasmInfo;
}

/** Which engine to start, with which model. */
export interface EngineOptions {
  readonly engine: Engine;
  /** The model; none stands for the one inside the small module. */
  readonly bundle: Uint8Array | undefined;
  readonly precision: Precision | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Starts a worker with an engine. The module is fetched and compiled, if it is not yet, while the worker starts. */
export async function startEngine(host: Host, options: EngineOptions): Promise<StartedEngine> {
  const { engine, bundle, precision, onProgress, signal } = options;
  const source = moduleOf(host, engine);
  await abortable(requireDevice(engine), signal);
  let [bytesRead, bytesTotal]: [number, number | undefined] = [0, undefined];
  const report = (phase: "download" | "start") => {
    if (!signal?.aborted) onProgress?.({ phase, bytesRead, bytesTotal, subjects: 0 });
  };
  const onBytes = (read: number, total: number | undefined) => {
    [bytesRead, bytesTotal] = [read, total];
    report("download");
  };
  const compiled = source.compile(onBytes, signal);
  // If no worker starts, this promise is never awaited, and its rejection must not count as unhandled.
  compiled.catch(() => undefined);
  const session = spawn(source);
  try {
    const module = await compiled;
    report("start");
    const started = session.call("start", { module });
    const loaded = session.call("load", { bundle, engine, precision });
    const [, info] = await abortable(Promise.all([started, loaded]), signal);
    return { session, info };
  } catch (error) {
    session.end(new PainwaveError("CLOSED", "the engine did not start"));
    throw error;
  }
}

function moduleOf(host: Host, engine: Engine): ModuleSource {
  const source = engine === "cpu" ? host.lean : host.burn;
  if (source === undefined) {
    throw new PainwaveError("ENGINE_NOT_BUILT", `this build of the package has no engine ${engine}`);
  }
  return source;
}

function spawn(source: ModuleSource): WorkerSession {
  try {
    return new WorkerSession(source.spawn());
  } catch (error) {
    const message = `the worker could not be started: ${messageOf(error)}`;
    throw new PainwaveError("WORKER_FAILED", message, {}, error);
  }
}
