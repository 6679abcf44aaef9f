import { type Chunks, gathered } from "./chunks.js";
import { PainwaveError } from "./errors.js";
import { gunzip } from "./gzip.js";
import { holdsOthers, LEFT_BEHIND, TABLE_NAME, unpackedName } from "./names.js";
import { peek } from "./peek.js";
import type { OpenWorkbook } from "./spreadsheet.js";
import type { Kind } from "./types.js";
import { type ReadPart, type ZipEntry, zipEntries } from "./zip.js";

/** A file as it was handed in, or as it lies in another. */
export interface PackedFile {
  /** Its path; empty, where it has none. */
  readonly name: string;
  /** The file itself, where it can be read at any place. */
  readonly blob?: Blob | undefined;
  /** What is in it, from its beginning. */
  chunks(): Chunks;
}

/** A file that has nothing inside it but its text. */
export interface Table {
  readonly name: string;
  readonly contents: Chunks;
}

/** What unpacking needs of its surroundings. */
export interface Unpacking {
  /** Which of the tables in an archive or a workbook are wanted. */
  readonly wanted: Kind;
  /** Says what a file is by its first bytes. */
  kindOf(name: string, head: Uint8Array, complete: boolean): Promise<Kind>;
  readonly openWorkbook: OpenWorkbook | undefined;
  /** Reads a part of a file that lies on disk. */
  readonly readPart: ReadPart;
  /** Told the names of the tables that may come, where these are found in an archive. */
  expect?(names: readonly string[]): void;
  /** Told of a file in an archive that cannot be unpacked: the others can. Without it, that is an error. */
  failed?(name: string, error: PainwaveError): void;
  /** Told of what is in an archive and not wanted. */
  leftOut?(name: string): void;
}

/** As many bytes as tell every format. */
const MAGIC_BYTES = 8;
/** As many as tell what a table is: its header may come after a hundred lines. */
export const HEAD_BYTES = 1 << 18;
/** How deep archives lie in one another at most. */
const MAX_DEPTH = 4;

const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const startsWith = (head: Uint8Array, magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);

/** Parts of a .zip that make it a workbook. */
const WORKBOOK_PART = /^(xl\/workbook\.(xml|bin)|content\.xml)$/i;

/** The tables in a file: itself, unless it is gzip, an archive or a workbook, as its first bytes tell. */
export async function* tablesOf(file: PackedFile, how: Unpacking, depth = 0): AsyncGenerator<Table, void> {
  if (depth > MAX_DEPTH) throw new PainwaveError("ZIP_INVALID", "there are too many archives in one another");
  const { head, whole } = await peek(file.chunks(), MAGIC_BYTES);
  if (startsWith(head, [0x1f, 0x8b])) {
    yield* tablesOf({ name: unpackedName(file.name), chunks: () => gunzip(whole) }, how, depth + 1);
  } else if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) {
    if (file.blob) await whole.return();
    const blob = file.blob ?? new Blob(await gathered(whole));
    const entries = await zipEntries(blob, how.readPart);
    const isWorkbook = entries.some(({ name }) => WORKBOOK_PART.test(name));
    yield* isWorkbook ? sheetsOf(file.name, blob, how) : entriesOf(file.name, entries, how, depth);
  } else if (startsWith(head, COMPOUND_FILE)) {
    yield* sheetsOf(file.name, new Blob(await gathered(whole)), how);
  } else {
    yield { name: unpackedName(file.name), contents: whole };
  }
}

async function* entriesOf(
  archive: string,
  entries: readonly ZipEntry[],
  how: Unpacking,
  depth: number,
): AsyncGenerator<Table, void> {
  const nameOf = (entry: ZipEntry) => (archive === "" ? entry.name : `${archive}/${entry.name}`);
  const put = entries.filter(({ name }) => !LEFT_BEHIND.test(name));
  how.expect?.(put.map((entry) => unpackedName(nameOf(entry))).filter((name) => !holdsOthers(name)));
  let found = 0;
  for (const entry of put) {
    const name = nameOf(entry);
    try {
      for await (const table of tablesOf({ name, chunks: entry.chunks }, how, depth + 1)) {
        const wanted = await onlyWanted(table, how);
        if (wanted === undefined) continue;
        found++;
        yield wanted;
      }
    } catch (error) {
      if (how.failed === undefined || !(error instanceof PainwaveError)) throw error;
      found++;
      how.failed(name, error);
    }
  }
  if (found === 0) throw new PainwaveError("ZIP_EMPTY", `the archive has no ${how.wanted} in it`);
}

/** A table that is wanted, or that is meant as one by its name: what is wrong with it has to be said. */
async function onlyWanted({ name, contents }: Table, how: Unpacking): Promise<Table | undefined> {
  const { head, complete, whole } = await peek(contents, HEAD_BYTES);
  const kind = await how.kindOf(name, head, complete);
  if (kind === how.wanted || (kind === "unknown" && TABLE_NAME.test(name))) return { name, contents: whole };
  how.leftOut?.(name);
  await whole.return();
  return undefined;
}

/** The wanted sheets of a workbook; where none is known as such, the first that has anything in it. */
async function* sheetsOf(file: string, blob: Blob, how: Unpacking): AsyncGenerator<Table, void> {
  if (how.openWorkbook === undefined) {
    throw new PainwaveError("SPREADSHEET_NOT_BUILT", "this build reads no workbooks: save it as CSV");
  }
  const workbook = await how.openWorkbook(new Uint8Array(await blob.arrayBuffer()));
  try {
    const filled = workbook
      .names()
      .map((sheet, index) => ({ sheet, text: workbook.csv(index) }))
      .filter(({ text }) => text.length > 0);
    const nameOf = (sheet: string) => (filled.length > 1 ? `${file}/${sheet}` : file);
    const sheets = filled.map(({ sheet, text }) => ({ name: nameOf(sheet), text }));
    const kinds = await Promise.all(
      sheets.map(({ name, text }) =>
        how.kindOf(name, text.subarray(0, HEAD_BYTES), text.length <= HEAD_BYTES),
      ),
    );
    const wanted = sheets.filter((_, i) => kinds[i] === how.wanted);
    const chosen = wanted.length > 0 ? wanted : sheets.slice(0, 1);
    if (chosen.length === 0) throw new PainwaveError("EMPTY_FILE", "the workbook has no cells");
    if (chosen.length > 1) how.expect?.(chosen.map(({ name }) => name));
    for (const sheet of sheets) if (!chosen.includes(sheet)) how.leftOut?.(sheet.name);
    for (const { name, text } of chosen) yield { name, contents: once(text) };
  } finally {
    workbook.free();
  }
}

async function* once(bytes: Uint8Array<ArrayBuffer>): Chunks {
  yield bytes;
}
