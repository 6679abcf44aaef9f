import { messageOf, PainwaveError } from "./errors.js";

/** Bytes in chunks of any size. */
export type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void>;

/** The contents of a file, unpacked if it is gzip: the first bytes tell. */
export async function* unpacked(raw: Chunks): Chunks {
  // A source may deliver them one at a time.
  let head: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  while (head.byteLength < 2) {
    const next = await raw.next();
    if (next.done) break;
    head = concat(head, next.value);
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const whole = prepend(head, raw);
  yield* gzip ? gunzip(whole) : whole;
}

/**
 * Most packed bytes that are unpacked at once: browsers hand out all that comes of them before they look
 * whether anyone wants it, which can be a thousand times as much.
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
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (error instanceof PainwaveError) throw error;
    throw new PainwaveError("GZIP_INVALID", invalid(messageOf(error)), {}, error);
  } finally {
    reader.cancel().catch(() => undefined);
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

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}
