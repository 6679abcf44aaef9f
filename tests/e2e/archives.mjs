// Archives and workbooks, made for the tests by the formats' own rules.
import { crc32, deflateRawSync, gzipSync } from "node:zlib";

const STORED = 0;
const DEFLATED = 8;

/**
 * A .zip of `[name, contents]` pairs. `stored` packs nothing; `streamed` writes sizes and checksums after the data, as
 * who does not know them before does; `encrypted` claims a password; `zip64` writes the large form of the directory.
 */
export function zipOf(files, { stored = false, streamed = false, encrypted = false, zip64 = false } = {}) {
  const parts = [];
  const directory = [];
  let offset = 0;
  const push = (list, ...buffers) => list.push(...buffers);
  for (const [name, contents] of files) {
    const bytes = Buffer.from(contents);
    const packed = stored ? bytes : deflateRawSync(bytes);
    const path = Buffer.from(name);
    const flags = (encrypted ? 1 : 0) | (streamed ? 8 : 0) | (1 << 11);
    const sizes = [crc32(bytes), packed.length, bytes.length];
    const shared = [u16(20), u16(flags), u16(stored ? STORED : DEFLATED), u32(0)];
    const local = [
      u32(0x04034b50),
      ...shared,
      ...(streamed ? [u32(0), u32(0), u32(0)] : sizes.map(u32)),
      u16(path.length),
      u16(0),
      path,
      packed,
      ...(streamed ? [u32(0x08074b50), ...sizes.map(u32)] : []),
    ];
    const extra = zip64 ? [u16(1), u16(24), u64(bytes.length), u64(packed.length), u64(offset)] : [];
    const extraSize = zip64 ? 28 : 0;
    const shown = zip64 ? [sizes[0], 0xffffffff, 0xffffffff] : sizes;
    push(
      directory,
      u32(0x02014b50),
      u16(20),
      ...shared,
      ...shown.map(u32),
      u16(path.length),
      u16(extraSize),
      u16(0),
      u16(0),
      u16(0),
      u32(0),
      u32(zip64 ? 0xffffffff : offset),
      path,
      ...extra,
    );
    const whole = Buffer.concat(local);
    push(parts, whole);
    offset += whole.length;
  }
  const listing = Buffer.concat(directory);
  const count = files.length;
  if (zip64) {
    const end = [
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(count),
      u64(count),
      u64(listing.length),
      u64(offset),
    ];
    push(
      parts,
      listing,
      u32(0x06064b50),
      ...end,
      u32(0x07064b50),
      u32(0),
      u64(offset + listing.length),
      u32(1),
    );
  } else {
    push(parts, listing);
  }
  const [size, start] = zip64 ? [0xffffffff, 0xffffffff] : [listing.length, offset];
  const shownCount = zip64 ? 0xffff : count;
  push(
    parts,
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(shownCount),
    u16(shownCount),
    u32(size),
    u32(start),
    u16(0),
  );
  return Buffer.concat(parts);
}

/** gzip in the blocks of bgzip, with an empty one at the end. */
export function bgzipOf(contents, block = 10_000) {
  const bytes = Buffer.from(contents);
  const blocks = [];
  for (let at = 0; at <= bytes.length; at += block) {
    const part = bytes.subarray(at, at + block);
    const packed = deflateRawSync(part);
    const extra = [Buffer.from("BC"), u16(2), u16(packed.length + 25)];
    blocks.push(Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]), u16(6), ...extra, packed);
    blocks.push(u32(crc32(part)), u32(part.length));
  }
  return Buffer.concat([...blocks, gzipSync("")]);
}

/**
 * A workbook of sheets `[name, rows]`. A cell is a number, a text, `{ date }` (a serial number shown as a date and time),
 * or nothing.
 */
export function xlsxOf(sheets) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const packages = "http://schemas.openxmlformats.org/package/2006";
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const parts = [
    [
      "[Content_Types].xml",
      `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>${sheets.map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${types}.worksheet+xml"/>`).join("")}<Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`,
    ],
    [
      "_rels/.rels",
      `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      "xl/workbook.xml",
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets.map(([name], i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      `<Relationships xmlns="${packages}/relationships">${sheets.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${office}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join("")}<Relationship Id="rId${sheets.length + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      "xl/styles.xml",
      `<styleSheet xmlns="${main}"><numFmts count="0"/><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ],
    ...sheets.map(([, rows], i) => [
      `xl/worksheets/sheet${i + 1}.xml`,
      `<worksheet xmlns="${main}"><sheetData>${rows.map((row, r) => `<row r="${r + 1}">${row.map((cell, c) => cellOf(cell, `${columnName(c)}${r + 1}`)).join("")}</row>`).join("")}</sheetData></worksheet>`,
    ]),
  ];
  return zipOf(parts.map(([name, text]) => [name, head + text]));
}

/** The cells of a CSV without quotes: what is a number is one, but for the ids in the first column. */
export function cellsOf(csv) {
  const isNumber = (field) => field !== "" && Number.isFinite(Number(field));
  return csv
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(",").map((field, i) => (i > 0 && isNumber(field) ? Number(field) : field)));
}

function cellOf(cell, at) {
  if (cell === undefined || cell === "") return "";
  if (typeof cell === "number") return `<c r="${at}"><v>${cell}</v></c>`;
  if (typeof cell === "object") return `<c r="${at}" s="1"><v>${cell.date}</v></c>`;
  const text = cell.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;
}

function columnName(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
