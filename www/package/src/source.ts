import { abortable } from "./abort.js";
import type { Chunks } from "./chunks.js";
import { messageOf, PainwaveError } from "./errors.js";
import type { Source } from "./types.js";

/** Size of the chunks that go to the worker: some ten subjects, so that progress and aborts are prompt. */
const CHUNK_BYTES = 1 << 20;
/** Size of the first chunk, which has the first subject. */
const FIRST_CHUNK_BYTES = 1 << 18;
/** Size of the slices that a worker reads itself: browsers take their time for each. */
const MAX_SLICE_BYTES = 1 << 22;
/**
 * Slices that are on their way at once. A browser hands their bytes over only while the worker waits, and then to all of
 * them: with one alone, a worker that computes in between waits for most of it.
 */
const SLICES_AHEAD = 3;

/** A file that is open for reading. It must be cancelled in the end, read or not. */
export interface OpenSource {
  /** Its size as it is in the file, where that is known. */
  readonly bytesTotal: number | undefined;
  /** The input itself, if it is one that a worker can be given to read. */
  readonly blob: Blob | undefined;
  /** Whether all of it is in memory or on disk: then it can be read more than once, and without waiting for bytes. */
  readonly atHand: boolean;
  /** What is in it, as it is, from its beginning; each chunk has a buffer of its own that may be transferred. */
  chunks(): Chunks;
  /** Ends all reading with this reason, and cancels a stream, even if its reading has not begun. */
  cancel(reason: unknown): void;
}

/** Opens an input of any kind. */
export function openSource(source: Source): OpenSource {
  if (source instanceof Blob) return kept(source.size, (signal) => blobChunks(source, signal), source);
  if (typeof source === "string")
    return kept(undefined, (signal) => piecesAtHand(textPieces(source), signal));
  if (source instanceof ArrayBuffer) return openBytes(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) {
    return openBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  }
  if (source instanceof Response) {
    if (!source.ok) {
      source.body?.cancel().catch(() => undefined);
      return kept(undefined, () => notFound(source));
    }
    // The length counts compressed bytes where the transport compresses, and the stream unpacked ones.
    const length = source.headers.has("content-encoding") ? null : source.headers.get("content-length");
    return openStream(source.body ?? new Blob([]).stream(), length === null ? undefined : Number(length));
  }
  if (source instanceof ReadableStream) return openStream(source);
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source)
    return openStream(source);
  throw new PainwaveError(
    "SOURCE_TYPE",
    "expected a File, Blob, Response, ReadableStream, ArrayBuffer, string or async iterable of chunks",
  );
}

function openBytes(bytes: Uint8Array): OpenSource {
  return kept(bytes.byteLength, (signal) => piecesAtHand(bytePieces(bytes), signal));
}

/** An input that is in memory or on disk. */
function kept(
  bytesTotal: number | undefined,
  read: (signal: AbortSignal) => Chunks,
  blob?: Blob,
): OpenSource {
  const ending = new AbortController();
  return {
    bytesTotal,
    blob,
    atHand: true,
    chunks: () => read(ending.signal),
    cancel: (reason) => ending.abort(reason),
  };
}

/** An input that arrives bit by bit, and can be read once. */
function openStream(stream: Pieces, bytesTotal?: number): OpenSource {
  const ending = new AbortController();
  const reader = readerOf(stream);
  const chunks = coalesce(encoded(reader, ending.signal));
  return {
    bytesTotal,
    blob: undefined,
    atHand: false,
    chunks: () => chunks,
    cancel(reason) {
      ending.abort(reason);
      reader.cancel(reason);
    },
  };
}

function piecesAtHand(pieces: Pieces, signal: AbortSignal): Chunks {
  return coalesce(encoded(readerOf(pieces), signal));
}

// biome-ignore lint/correctness/useYield: there is nothing to read.
async function* notFound({ status, statusText }: Response): Chunks {
  throw new PainwaveError("READ_FAILED", `the server answered ${status} ${statusText}`);
}

/** A blob in slices, the next of which are on their way while one is worked on. */
export async function* blobChunks(blob: Blob, signal: AbortSignal | undefined): Chunks {
  const coming: Promise<ArrayBuffer>[] = [];
  let end = 0;
  let size = FIRST_CHUNK_BYTES;
  // The first subject is in the first slice, which the others would delay.
  let ahead = 1;
  const ask = () => {
    while (end < blob.size && coming.length <= ahead) {
      const bytes = blob.slice(end, end + size).arrayBuffer();
      // After an abort it is not awaited any more, and its rejection must not count as unhandled.
      bytes.catch(() => undefined);
      coming.push(bytes);
      end += size;
      size = Math.min(2 * size, MAX_SLICE_BYTES);
    }
  };
  for (;;) {
    ask();
    const bytes = coming.shift();
    if (bytes === undefined) return;
    const chunk = await abortable(bytes, signal).catch((error) => {
      throw signal?.aborted ? error : readFailed(error);
    });
    yield new Uint8Array(chunk);
    ahead = SLICES_AHEAD;
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

/** Pieces as bytes. */
async function* encoded(reader: PieceReader, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextPieces();
  for (;;) {
    const next = await abortable(reader.next(), signal).catch((error) => {
      throw signal.aborted ? error : readFailed(error);
    });
    const isText = !next.done && typeof next.value === "string";
    if (!isText) yield encoder.flush();
    if (next.done) return;
    const chunk = isText ? encoder.encode(next.value as string) : next.value;
    if (!(chunk instanceof Uint8Array)) {
      throw new PainwaveError("SOURCE_TYPE", "a chunk is neither bytes (Uint8Array) nor text");
    }
    yield chunk;
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

interface PieceReader {
  next(): Promise<IteratorResult<unknown, unknown>>;
  /** Cancels what is read, without waiting until it is: it may hang. */
  cancel(reason: unknown): void;
}

/** A stream by its reader, as Safari's streams cannot be iterated; anything else by its iterator. */
function readerOf(stream: Pieces): PieceReader {
  try {
    return stream instanceof ReadableStream ? streamReader(stream) : iteratorReader(stream);
  } catch (error) {
    throw readFailed(error);
  }
}

function streamReader(stream: ReadableStream<unknown>): PieceReader {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown, unknown>>,
    cancel(reason) {
      reader.cancel(reason).catch(() => undefined);
      reader.releaseLock();
    },
  };
}

function iteratorReader(iterable: AsyncIterable<unknown> & { destroy?: unknown }): PieceReader {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    cancel() {
      iterator.return?.().catch(() => undefined);
      // The iterator of a stream of Node does not end it before its first piece nor while it waits for one.
      if (typeof iterable.destroy === "function") iterable.destroy();
    },
  };
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
