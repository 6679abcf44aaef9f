/** Tables for eight bytes at a time: `TABLES[256 * n + byte]` is the remainder of `byte` with `n` zeros after it. */
const TABLES = new Uint32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  TABLES[byte] = remainder;
}
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256] ?? 0;
  TABLES[at] = (before >>> 8) ^ (TABLES[before & 255] ?? 0);
}

/** The checksum of gzip and zip: `crc` is that of all bytes before these, 0 at the beginning. */
export function crc32(crc: number, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = (zeros: number, byte: number) => TABLES[256 * zeros + (byte & 255)] as number;
  let remainder = ~crc;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const low = remainder ^ view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    remainder =
      table(7, low) ^
      table(6, low >>> 8) ^
      table(5, low >>> 16) ^
      table(4, low >>> 24) ^
      table(3, high) ^
      table(2, high >>> 8) ^
      table(1, high >>> 16) ^
      table(0, high >>> 24);
  }
  for (; at < bytes.length; at++) remainder = (remainder >>> 8) ^ table(0, remainder ^ (bytes[at] as number));
  return ~remainder >>> 0;
}
