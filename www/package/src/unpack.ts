import { type Chunks, chunksOf, concat } from "./chunks.js";
import { messageOf, PainwaveError } from "./errors.js";

/** The contents of a file, unpacked if it is gzip: the first bytes tell. */
export async function* unpacked(raw: Chunks): Chunks {
  // A source may deliver its first bytes one at a time.
  let head: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  while (head.byteLength < 2) {
    const next = await raw.next();
    if (next.done) break;
    head = concat([head, next.value], (length) => new Uint8Array(length));
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const whole = prepend(head, raw);
  yield* gzip ? gunzip(whole) : whole;
}

/**
 * Max packed bytes that are unpacked at once. Browsers enqueue all that a chunk unpacks to, which can be a thousand
 * times as much, before backpressure stops them.
 */
const PACKED_BYTES = 1 << 16;

async function* gunzip(chunks: Chunks): Chunks {
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (rest.byteLength === 0) {
        const next = await chunks.next();
        if (next.done) return controller.close();
        rest = next.value;
      }
      controller.enqueue(rest.subarray(0, PACKED_BYTES));
      rest = rest.subarray(PACKED_BYTES);
    },
    async cancel() {
      await chunks.return();
    },
  });
  try {
    yield* chunksOf(packed.pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    if (error instanceof PainwaveError) throw error;
    throw new PainwaveError("GZIP_INVALID", invalid(messageOf(error)), {}, error);
  }
}

/** Browsers unpack one member and refuse a file that goes on after it. */
function invalid(message: string): string {
  const goesOn = /junk|after the end/i.test(message);
  const advice = "; a file of several parts, as bgzip makes them, has to be packed as one";
  return `the file is not valid gzip: ${message}${goesOn ? advice : ""}`;
}

async function* prepend(head: Uint8Array<ArrayBuffer>, rest: Chunks): Chunks {
  try {
    if (head.byteLength > 0) yield head;
    yield* rest;
  } finally {
    await rest.return();
  }
}
