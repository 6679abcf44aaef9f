import { abortable } from "./abort.js";
import type { Chunks } from "./chunks.js";
import { messageOf, PainwaveError } from "./errors.js";
import type { Source } from "./types.js";
import { unpacked } from "./unpack.js";

/** Size of the chunks that go to the worker: some ten subjects, so that progress and aborts are prompt. */
const CHUNK_BYTES = 1 << 20;
/** A first chunk, from which the first subject comes. */
const FIRST_CHUNK_BYTES = 1 << 18;
/** Size of the slices that a worker reads itself: browsers take their time for each. */
const MOST_SLICE_BYTES = 1 << 22;

/** An input that can be read. */
export interface OpenSource {
  /** Its size as it is in the file, where that is known. */
  readonly bytesTotal: number | undefined;
  /** The input itself, if it is one that a worker can be given to read. */
  readonly blob: Blob | undefined;
  /** What is in it, as it is; each chunk has a buffer of its own that may be transferred. */
  readonly chunks: Chunks;
}

/** Opens an input of any kind. */
export function openSource(source: Source, signal: AbortSignal | undefined): OpenSource {
  if (source instanceof Blob) {
    return { bytesTotal: source.size, blob: source, chunks: blobChunks(source, signal) };
  }
  const open = (stream: Pieces, bytesTotal?: number): OpenSource => ({
    bytesTotal,
    blob: undefined,
    chunks: coalesce(streamChunks(stream, signal)),
  });
  if (typeof source === "string") return open(textPieces(source));
  if (source instanceof ArrayBuffer) return open(bytePieces(new Uint8Array(source)), source.byteLength);
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return open(bytePieces(new Uint8Array(buffer, byteOffset, byteLength)), byteLength);
  }
  if (source instanceof Response) {
    if (!source.ok) {
      throw new PainwaveError("READ_FAILED", `the server answered ${source.status} ${source.statusText}`);
    }
    // The length counts compressed bytes where the transport compresses, and the stream unpacked ones.
    const length = source.headers.has("content-encoding") ? null : source.headers.get("content-length");
    return open(source.body ?? new Blob([]).stream(), length === null ? undefined : Number(length));
  }
  if (source instanceof ReadableStream) return open(source);
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) return open(source);
  throw new PainwaveError(
    "SOURCE_TYPE",
    "expected a File, Blob, Response, ReadableStream, ArrayBuffer, string or async iterable of chunks",
  );
}

/** Reads an input to its end, unpacked. */
export async function readAll(source: Source, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of unpacked(openSource(source, signal).chunks)) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** A blob in slices, the next of which is on its way while one is worked on. */
export async function* blobChunks(blob: Blob, signal: AbortSignal | undefined): Chunks {
  let end = 0;
  let size = FIRST_CHUNK_BYTES;
  const slice = () => {
    const start = end;
    end = Math.min(blob.size, start + size);
    size = Math.min(2 * size, MOST_SLICE_BYTES);
    const bytes = start < end ? blob.slice(start, end).arrayBuffer() : undefined;
    // Whoever awaits it hears of a failure; nobody may, after an abort.
    bytes?.catch(() => undefined);
    return bytes;
  };
  for (let bytes = slice(); bytes !== undefined; ) {
    const ahead = slice();
    const chunk = await abortable(bytes, signal).catch((error) => {
      throw signal?.aborted ? error : readFailed(error);
    });
    yield new Uint8Array(chunk);
    bytes = ahead;
  }
}

/** What an input consists of before anything is checked. */
type Pieces = AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>;

async function* textPieces(text: string): AsyncGenerator<string, void> {
  for (let at = 0; at < text.length; at += CHUNK_BYTES) yield text.slice(at, at + CHUNK_BYTES);
}

async function* bytePieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function* streamChunks(
  stream: Pieces,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const pieces = new TextPieces();
  let reader: { next(): Promise<IteratorResult<unknown, unknown>>; stop(): unknown };
  try {
    reader = readerOf(stream);
  } catch (error) {
    throw readFailed(error);
  }
  try {
    for (;;) {
      const next = await abortable(reader.next(), signal).catch((error) => {
        throw signal?.aborted ? error : readFailed(error);
      });
      const isText = !next.done && typeof next.value === "string";
      if (!isText) yield pieces.flush();
      if (next.done) return;
      const chunk = isText ? pieces.encode(next.value as string) : next.value;
      if (!(chunk instanceof Uint8Array)) {
        throw new PainwaveError("SOURCE_TYPE", "a chunk is neither bytes (Uint8Array) nor text");
      }
      yield chunk;
    }
  } finally {
    // Not awaited: a source that hangs must not hold up the abort.
    Promise.resolve(reader.stop()).catch(() => undefined);
  }
}

/** Encodes text that comes in pieces: the first half of a surrogate pair waits for the second. */
class TextPieces {
  readonly #encoder = new TextEncoder();
  #held = "";

  encode(piece: string): Uint8Array {
    const text = this.#held + piece;
    const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
    this.#held = text.slice(end);
    return this.#encoder.encode(text.slice(0, end));
  }

  /** What still waits, when no more text comes. */
  flush(): Uint8Array {
    const rest = this.#encoder.encode(this.#held);
    this.#held = "";
    return rest;
  }
}

/** A stream by its reader, as Safari's streams cannot be iterated; anything else by its iterator. */
function readerOf(stream: Pieces) {
  if (stream instanceof ReadableStream) {
    const reader = stream.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown, unknown>>,
      stop: () => {
        const cancelled = reader.cancel();
        reader.releaseLock();
        return cancelled;
      },
    };
  }
  const iterator: AsyncIterator<unknown> = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next(), stop: () => iterator.return?.() };
}

/** Fills chunks of one size: few messages to the worker, and the caller's bytes stay as they are. */
async function* coalesce(pieces: AsyncGenerator<Uint8Array, void>): Chunks {
  let size = FIRST_CHUNK_BYTES;
  let chunk = new Uint8Array(size);
  let filled = 0;
  for await (let piece of pieces) {
    while (piece.byteLength > 0) {
      const part = piece.subarray(0, size - filled);
      chunk.set(part, filled);
      filled += part.byteLength;
      piece = piece.subarray(part.byteLength);
      if (filled === size) {
        yield chunk;
        size = CHUNK_BYTES;
        chunk = new Uint8Array(size);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield chunk.slice(0, filled);
}

function readFailed(cause: unknown): PainwaveError {
  return new PainwaveError("READ_FAILED", `the input could not be read: ${messageOf(cause)}`, {}, cause);
}
