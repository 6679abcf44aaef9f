import { abortable } from "./abort.js";
import { messageOf, PainwaveError } from "./errors.js";
import type { Source } from "./types.js";

/** Size of the blocks that go to the worker: some ten subjects, so that progress and aborts are prompt. */
const BLOCK_BYTES = 1 << 20;

/** An input that is being read. */
export interface OpenSource {
  /** Its size as it is in the file, where that is known. */
  readonly bytesTotal: number | undefined;
  /** What has been read of it so far. */
  bytesRead(): number;
  /** Its contents, unpacked; each block has a buffer of its own that may be transferred. */
  readonly blocks: AsyncGenerator<Uint8Array<ArrayBuffer>, void>;
}

/** Opens an input of any kind. */
export function openSource(source: Source, signal: AbortSignal | undefined): OpenSource {
  const { stream, bytesTotal } = streamOf(source);
  let read = 0;
  const counted = rawChunks(stream, signal, (bytes) => {
    read += bytes;
  });
  return { bytesTotal, bytesRead: () => read, blocks: blocksOf(counted, signal) };
}

/** Reads an input to its end. */
export async function readAll(source: Source, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for await (const block of openSource(source, signal).blocks) blocks.push(block);
  return new Uint8Array(await new Blob(blocks).arrayBuffer());
}

function streamOf(source: Source): {
  stream: AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>;
  bytesTotal: number | undefined;
} {
  if (typeof source === "string" || source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return streamOf(new Blob([source as BlobPart]));
  }
  if (source instanceof Blob) return { stream: source.stream(), bytesTotal: source.size };
  if (source instanceof Response) {
    if (!source.ok) {
      throw new PainwaveError("READ_FAILED", `the server answered ${source.status} ${source.statusText}`);
    }
    // The length counts compressed bytes where the transport compresses, and the stream unpacked ones.
    const length = source.headers.has("content-encoding") ? null : source.headers.get("content-length");
    const bytesTotal = length === null ? undefined : Number(length);
    return { stream: source.body ?? new Blob([]).stream(), bytesTotal };
  }
  if (source instanceof ReadableStream) return { stream: source, bytesTotal: undefined };
  if (typeof source === "object" && source !== null && Symbol.asyncIterator in source) {
    return { stream: source, bytesTotal: undefined };
  }
  throw new PainwaveError(
    "SOURCE_TYPE",
    "expected a File, Blob, Response, ReadableStream, ArrayBuffer, string or async iterable of chunks",
  );
}

async function* rawChunks(
  stream: AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
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
      onBytes(chunk.byteLength);
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
function readerOf(stream: AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>) {
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

async function* blocksOf(
  raw: AsyncGenerator<Uint8Array, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  // The first bytes tell gzip from text; a source may deliver them one at a time.
  let head: Uint8Array = new Uint8Array(0);
  while (head.byteLength < 2) {
    const next = await raw.next();
    if (next.done) break;
    head = concat(head, next.value);
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const whole = prepend(head, raw);
  yield* coalesce(gzip ? gunzip(whole, signal) : whole);
}

async function* gunzip(
  chunks: AsyncGenerator<Uint8Array, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
    },
    async cancel() {
      await chunks.return();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const next = await abortable(reader.read(), signal);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (signal?.aborted || error instanceof PainwaveError) throw error;
    throw new PainwaveError("GZIP_INVALID", `the file is not valid gzip: ${messageOf(error)}`, {}, error);
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Fills blocks of one size: few messages to the worker, each with a buffer of its own. */
async function* coalesce(
  chunks: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for await (let chunk of chunks) {
    while (chunk.byteLength > 0) {
      const part = chunk.subarray(0, BLOCK_BYTES - filled);
      block.set(part, filled);
      filled += part.byteLength;
      chunk = chunk.subarray(part.byteLength);
      if (filled === BLOCK_BYTES) {
        yield block;
        block = new Uint8Array(BLOCK_BYTES);
        filled = 0;
      }
    }
  }
  if (filled > 0) yield block.slice(0, filled);
}

async function* prepend(head: Uint8Array, rest: AsyncGenerator<Uint8Array, void>) {
  try {
    if (head.byteLength > 0) yield head;
    yield* rest;
  } finally {
    await rest.return();
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

function readFailed(cause: unknown): PainwaveError {
  return new PainwaveError("READ_FAILED", `the input could not be read: ${messageOf(cause)}`, {}, cause);
}
