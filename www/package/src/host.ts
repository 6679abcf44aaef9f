import { abortable } from "./abort.js";
import type { WorkerPort } from "./protocol.js";

/** Called with the bytes of a download that have arrived, and how many there are, where that is known. */
export type OnBytes = (read: number, total: number | undefined) => void;

/** One wasm module and the worker script that runs it. */
export interface ModuleSource {
  /** Fetches and compiles the module. The signal stops the download. */
  compile(onBytes: OnBytes, signal: AbortSignal | undefined): Promise<WebAssembly.Module>;
  /** Starts a worker for it. */
  spawn(): WorkerPort;
}

/** What differs between browsers and Node. */
export interface Host {
  /** The small module: engine `cpu`, default bundle inside. */
  readonly lean: ModuleSource;
  /** The large one: engines `webgpu` and `ndarray`. Not every build of the package has it. */
  readonly burn: ModuleSource | undefined;
  /** Whether a worker can be given a Blob to read. */
  readonly postsBlobs: boolean;
  /** How many workers the machine can run at once. */
  parallelism(): number;
  /** Reads a bundle from an address. */
  fetchBytes(address: URL | string, signal: AbortSignal | undefined): Promise<Uint8Array>;
}

/** One download and compilation that several callers wait for. */
interface Compilation {
  readonly module: Promise<WebAssembly.Module>;
  readonly waiting: Set<OnBytes>;
  readonly stop: AbortController;
  done: boolean;
}

/**
 * A module source that compiles once, for every worker and classifier that needs it. The download is stopped when
 * everyone who waits for it has given up.
 */
export function compiledOnce(source: ModuleSource): ModuleSource {
  let current: Compilation | undefined;
  const forget = (compilation: Compilation) => {
    if (current === compilation) current = undefined;
  };
  const begin = (): Compilation => {
    const waiting = new Set<OnBytes>();
    const stop = new AbortController();
    const onBytes: OnBytes = (read, total) => {
      for (const listener of waiting) listener(read, total);
    };
    const compilation = { module: source.compile(onBytes, stop.signal), waiting, stop, done: false };
    compilation.module.then(
      () => {
        compilation.done = true;
      },
      () => forget(compilation),
    );
    return compilation;
  };
  return {
    spawn: source.spawn,
    async compile(onBytes, signal) {
      signal?.throwIfAborted();
      current ??= begin();
      const compilation = current;
      // A caller may pass the same function twice.
      const listener: OnBytes = (read, total) => onBytes(read, total);
      compilation.waiting.add(listener);
      try {
        return await abortable(compilation.module, signal);
      } finally {
        compilation.waiting.delete(listener);
        if (compilation.waiting.size === 0 && !compilation.done) {
          forget(compilation);
          compilation.stop.abort();
        }
      }
    },
  };
}
