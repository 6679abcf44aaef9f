import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { messageOf, PainwaveError } from "./errors.js";
import type { WorkerPort } from "./protocol.js";

/** Reads and compiles a module. The signal stops the reading. */
export async function compileFile(
  address: URL,
  signal: AbortSignal | undefined,
): Promise<WebAssembly.Module> {
  const bytes = await readFile(address, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new PainwaveError(
      "DOWNLOAD_FAILED",
      `${address} could not be read: ${messageOf(error)}`,
      {},
      error,
    );
  });
  return WebAssembly.compile(bytes).catch((error: unknown) => {
    throw new PainwaveError(
      "WASM_FAILED",
      `the WebAssembly module does not run here: ${messageOf(error)}`,
      {},
      error,
    );
  });
}

/** Starts a worker thread as a port. */
export function startWorker(address: URL): WorkerPort {
  // Node's own arguments may be for the main script only, such as --input-type.
  const worker = new Worker(address, { execArgv: [] });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onDeath) {
      worker.on("message", onReply);
      worker.on("messageerror", (error) => onDeath(messageOf(error)));
      worker.on("error", (error) => onDeath(messageOf(error)));
      worker.on("exit", (code) => onDeath(`it left with exit code ${code}`));
    },
    setBusy(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    terminate: () => void worker.terminate(),
  };
}
