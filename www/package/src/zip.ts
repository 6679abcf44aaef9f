import { ByteReader } from "./bytes.js";
import type { Chunks } from "./chunks.js";
import { crc32 } from "./crc32.js";
import { messageOf, PainwaveError } from "./errors.js";
import { Inflate, PACKED_BYTES } from "./inflate.js";

/** One file in an archive. */
export interface ZipEntry {
  /** Its path in the archive. */
  readonly name: string;
  /** What is in it. */
  chunks(): Chunks;
}

/** Reads a part of a blob in chunks. */
export type ReadPart = (part: Blob) => Chunks;

/** Where an entry is and how it is packed. */
interface Place {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly sum: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/** The end of the directory, and of the archive but for a comment. */
const END = { signature: 0x06054b50, size: 22, maxComment: 0xffff };
const END_64 = { signature: 0x06064b50, size: 56 };
const LOCATOR_64 = { signature: 0x07064b50, size: 20 };
const DIRECTORY_ENTRY = { signature: 0x02014b50, size: 46 };
const ENTRY = { signature: 0x04034b50, size: 30 };
/** What stands in a field that is too small: the value is in an extra field. */
const ELSEWHERE = 0xffffffff;
const [ENCRYPTED, UTF8] = [1, 1 << 11];
const [STORED, DEFLATED] = [0, 8];

/** The files of an archive, by its directory, which is at its end. */
export async function zipEntries(archive: Blob, read: ReadPart): Promise<ZipEntry[]> {
  const directory = await directoryOf(archive);
  return directory
    .filter(({ name }) => !name.endsWith("/"))
    .map((place) => ({ name: place.name, chunks: () => unpackedEntry(archive, place, read) }));
}

async function directoryOf(archive: Blob): Promise<Place[]> {
  const tailStart = Math.max(0, archive.size - END.size - END.maxComment);
  const tail = await viewOf(archive.slice(tailStart));
  let at = tail.byteLength - END.size;
  while (at >= 0 && tail.getUint32(at, true) !== END.signature) at--;
  if (at < 0) throw damaged("its directory, which is at the end, is missing: perhaps it is cut off");
  let end = tailStart + at;
  let [size, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
  const locator = at - LOCATOR_64.size;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64.signature) {
    const offset = Number(tail.getBigUint64(locator + 8, true));
    const large = await viewOf(archive.slice(offset, offset + END_64.size));
    if (large.byteLength === END_64.size && large.getUint32(0, true) === END_64.signature) {
      [size, start] = [Number(large.getBigUint64(40, true)), Number(large.getBigUint64(48, true))];
      end = offset;
    }
  }
  // An archive may have something before its beginning; all of its offsets are as if there were nothing.
  const shift = end - size - start;
  if (shift < 0) throw damaged("its directory is not where it should be");
  return placesIn(await viewOf(archive.slice(end - size, end)), shift);
}

function placesIn(directory: DataView, shift: number): Place[] {
  const places: Place[] = [];
  for (let at = 0; at + DIRECTORY_ENTRY.size <= directory.byteLength; ) {
    if (directory.getUint32(at, true) !== DIRECTORY_ENTRY.signature)
      throw damaged("its directory is damaged");
    const word = (offset: number) => directory.getUint16(at + offset, true);
    const long = (offset: number) => directory.getUint32(at + offset, true);
    const [flags, method, sum] = [word(8), word(10), long(16)];
    const nameEnd = at + DIRECTORY_ENTRY.size + word(28);
    const extraEnd = nameEnd + word(30);
    if (extraEnd + word(32) > directory.byteLength) throw damaged("its directory is cut off");
    const name = decoded(bytesIn(directory, at + DIRECTORY_ENTRY.size, nameEnd), flags);
    const sizes = [long(24), long(20), long(42)];
    const [size = 0, packedSize = 0, offset = 0] = largeSizes(sizes, directory, nameEnd, extraEnd);
    places.push({ name, flags, method, sum, packedSize, size, offset: offset + shift });
    at = extraEnd + word(32);
  }
  return places;
}

/** Sizes of which some may be in an extra field, in their order. */
function largeSizes(sizes: number[], directory: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return sizes.map((size) => {
      if (size !== ELSEWHERE || next + 8 > end) return size;
      next += 8;
      return Number(directory.getBigUint64(next - 8, true));
    });
  }
  return sizes;
}

async function* unpackedEntry(archive: Blob, place: Place, read: ReadPart): Chunks {
  const { name, flags, method, packedSize, offset } = place;
  if (flags & ENCRYPTED) throw new PainwaveError("ZIP_ENCRYPTED", `${JSON.stringify(name)} has a password`);
  if (method !== STORED && method !== DEFLATED) {
    throw damaged(
      `${JSON.stringify(name)} is packed by method ${method}, which is not read; pack it as usual`,
    );
  }
  const head = await viewOf(archive.slice(offset, offset + ENTRY.size));
  if (head.byteLength < ENTRY.size || head.getUint32(0, true) !== ENTRY.signature) {
    throw damaged(`${JSON.stringify(name)} is not where its directory says`);
  }
  const start = offset + ENTRY.size + head.getUint16(26, true) + head.getUint16(28, true);
  const packed = read(archive.slice(start, start + packedSize));
  yield* checked(method === STORED ? packed : inflated(packed, name), place);
}

async function* checked(contents: Chunks, { name, sum, size }: Place): Chunks {
  let [found, length] = [0, 0];
  for await (const chunk of contents) {
    found = crc32(found, chunk);
    length += chunk.length;
    yield chunk;
  }
  if (found !== sum || length !== size) {
    throw damaged(`what is in ${JSON.stringify(name)} does not match its checksum`);
  }
}

async function* inflated(packed: Chunks, name: string): Chunks {
  const input = new ByteReader(packed);
  const stream = new Inflate();
  try {
    while (!stream.ended) {
      const some = await input.some(PACKED_BYTES);
      if (some === undefined) throw damaged(`${JSON.stringify(name)} is cut off`);
      const unpacked = stream.push(some);
      if (unpacked.length > 0) yield unpacked;
    }
  } catch (error) {
    if (error instanceof PainwaveError) throw error;
    throw damaged(`${JSON.stringify(name)}: ${messageOf(error)}`, error);
  } finally {
    await input.return();
  }
}

/** A name in UTF-8, or else in an older encoding, of which only ASCII is sure. */
function decoded(name: Uint8Array, flags: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: (flags & UTF8) === 0 }).decode(name);
  } catch {
    return new TextDecoder("windows-1252").decode(name);
  }
}

function bytesIn(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}

async function viewOf(part: Blob): Promise<DataView> {
  const bytes = await part.arrayBuffer().catch((error) => {
    throw new PainwaveError("READ_FAILED", `the input could not be read: ${messageOf(error)}`, {}, error);
  });
  return new DataView(bytes);
}

function damaged(reason: string, cause?: unknown): PainwaveError {
  return new PainwaveError("ZIP_INVALID", `the archive cannot be read: ${reason}`, {}, cause);
}
