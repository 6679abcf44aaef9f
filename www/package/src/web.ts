import { chunksOf } from "./chunks.js";
import { messageOf, PainwaveError } from "./errors.js";
import type { OnBytes } from "./host.js";
import type { WorkerPort } from "./protocol.js";

/** Fetches and compiles a module at once, as the bytes arrive. The signal stops the download. */
export async function compileFrom(
  address: URL,
  onBytes: OnBytes,
  signal: AbortSignal | undefined,
): Promise<WebAssembly.Module> {
  const response = await fetch(address, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw notFetched(address, messageOf(error), error);
  });
  if (!response.ok) {
    response.body?.cancel().catch(() => undefined);
    throw notFetched(address, `${response.status} ${response.statusText}`);
  }
  // Counted on a copy: the browser keeps the compiled code of a response only if it came from the network.
  const counted = count(response.clone(), onBytes).catch(() => undefined);
  try {
    // Streaming needs the right MIME type, which some static hosts do not send.
    const streams = response.headers.get("content-type")?.startsWith("application/wasm");
    return streams
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    // A connection that breaks off; what does not compile is another kind of error.
    if (error instanceof TypeError) throw notFetched(address, messageOf(error), error);
    throw new PainwaveError(
      "WASM_FAILED",
      `the WebAssembly module does not run here (it needs SIMD, and 'wasm-unsafe-eval' where a content security policy is set): ${messageOf(error)}`,
      {},
      error,
    );
  } finally {
    await counted;
  }
}

async function count(copy: Response, onBytes: OnBytes): Promise<void> {
  // The length counts compressed bytes where the transport compresses, and the stream unpacked ones.
  const length = copy.headers.has("content-encoding") ? null : copy.headers.get("content-length");
  const total = length === null ? undefined : Number(length);
  let read = 0;
  if (copy.body === null) return;
  for await (const chunk of chunksOf(copy.body)) {
    read += chunk.byteLength;
    onBytes(read, total);
  }
}

function notFetched(address: URL, reason: string, cause?: unknown): PainwaveError {
  return new PainwaveError("DOWNLOAD_FAILED", `${address} could not be fetched: ${reason}`, {}, cause);
}

/** A browser's worker as a port. */
export function portOf(worker: Worker): WorkerPort {
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onDeath) {
      worker.onmessage = ({ data }) => onReply(data);
      worker.onmessageerror = () => onDeath("a message could not be read");
      worker.onerror = (event) => {
        event.preventDefault();
        onDeath(event.message || "its script could not be loaded");
      };
    },
    setBusy: () => undefined,
    terminate: () => worker.terminate(),
  };
}
