import { ByteReader } from "./bytes.js";
import type { Chunks } from "./chunks.js";
import { crc32 } from "./crc32.js";
import { messageOf, PainwaveError } from "./errors.js";
import { Inflate, PACKED_BYTES } from "./inflate.js";

/** Flags in the head of a member that say what else is in it. */
const [HAS_CHECKSUM, HAS_EXTRA, HAS_NAME, HAS_COMMENT] = [2, 4, 8, 16];

/**
 * Unpacks gzip: one member or many, as bgzip and `cat a.gz b.gz` make them, and zeros after any of them. What can be
 * unpacked of a file that is cut off comes before the error.
 */
export async function* gunzip(packed: Chunks): Chunks {
  const input = new ByteReader(packed);
  try {
    for (let members = 0; await readHead(input, members); members++) yield* readMember(input);
  } finally {
    await input.return();
  }
}

/** Reads what comes before a member's data. False, if there is no other member. */
async function readHead(input: ByteReader, members: number): Promise<boolean> {
  if (members > 0) await input.skipZeros();
  const magic = await input.some(1);
  if (magic === undefined) return false;
  const [first] = magic;
  const rest = await input.exactly(9);
  if (rest === undefined) throw cut();
  const [second, method, flags = 0] = rest;
  if (first !== 0x1f || second !== 0x8b || method !== 8) {
    throw damaged(members > 0 ? `what follows its part ${members} is no gzip` : "its head is none of gzip");
  }
  if (flags & HAS_EXTRA) {
    const [low = 0, high = 0] = (await input.exactly(2)) ?? [];
    await input.exactly(low + 256 * high);
  }
  if (flags & HAS_NAME) await input.skipPast(0);
  if (flags & HAS_COMMENT) await input.skipPast(0);
  if (flags & HAS_CHECKSUM) await input.exactly(2);
  return true;
}

async function* readMember(input: ByteReader): Chunks {
  const stream = new Inflate();
  let [sum, size] = [0, 0];
  while (!stream.ended) {
    const packed = await input.some(PACKED_BYTES);
    if (packed === undefined) throw cut();
    const unpacked = inflated(stream, packed);
    sum = crc32(sum, unpacked);
    size += unpacked.length;
    if (unpacked.length > 0) yield unpacked;
  }
  input.putBack(stream.rest);
  const tail = await input.exactly(8);
  if (tail === undefined) throw cut();
  const expected = new DataView(tail.buffer, tail.byteOffset, 8);
  if (expected.getUint32(0, true) !== sum || expected.getUint32(4, true) !== size % 2 ** 32) {
    throw damaged("what is in it does not match its checksum");
  }
}

function inflated(stream: Inflate, packed: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return stream.push(packed);
  } catch (error) {
    throw damaged(messageOf(error), error);
  }
}

function damaged(reason: string, cause?: unknown): PainwaveError {
  return new PainwaveError("GZIP_INVALID", `the file is not valid gzip: ${reason}`, {}, cause);
}

function cut(): PainwaveError {
  return new PainwaveError("GZIP_CUT", "the gzip file is cut off; only what comes before that could be read");
}
