import type { WorkerPort } from "./protocol.js";

/** One wasm module and the worker script that runs it. */
export interface ModuleSource {
  /** Fetches and compiles the module. */
  compile(onBytes: (read: number, total: number | undefined) => void): Promise<WebAssembly.Module>;
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

/** A module source that compiles once, for every worker and classifier that needs it. */
export function compiledOnce(source: ModuleSource): ModuleSource {
  let compiled: Promise<WebAssembly.Module> | undefined;
  return {
    spawn: source.spawn,
    compile(onBytes) {
      if (compiled === undefined) {
        compiled = source.compile(onBytes);
        compiled.catch(() => {
          compiled = undefined;
        });
      }
      return compiled;
    },
  };
}
