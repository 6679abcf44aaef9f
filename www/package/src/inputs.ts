import { concat, gathered } from "./chunks.js";
import { PainwaveError } from "./errors.js";
import type { NamedBlob } from "./protocol.js";
import { type OpenSource, openSource } from "./source.js";
import type { NamedSource, Source } from "./types.js";

/** What can be classified: a file, or several. */
export type Input = Source | NamedSource | readonly (Source | NamedSource)[];

/** A file that is open for reading, with its name, which may be empty. */
export interface OpenFile {
  readonly name: string;
  readonly source: OpenSource;
}

/** Files that are open for reading, one after the other. */
export interface OpenInput<Files extends readonly OpenFile[] = readonly OpenFile[]> {
  readonly files: Files;
  /** Their size as they are, where that is known of all. */
  readonly bytesTotal: number | undefined;
  /** The files themselves, if a worker can be given all of them to read. */
  readonly blobs: readonly NamedBlob[] | undefined;
  /** Whether all is in memory or on disk: then it can be read more than once, and without waiting for bytes. */
  readonly atHand: boolean;
}

/** Opens a file, or several, for as long as `task` takes. */
export function withInput<T>(
  input: Source | NamedSource,
  task: (open: OpenInput<readonly [OpenFile]>) => Promise<T>,
): Promise<T>;
export function withInput<T>(input: Input, task: (open: OpenInput) => Promise<T>): Promise<T>;
export async function withInput<T>(
  input: Input,
  task: (open: OpenInput<readonly [OpenFile]>) => Promise<T>,
): Promise<T> {
  const files: OpenFile[] = [];
  try {
    const all: readonly (Source | NamedSource)[] = Array.isArray(input) ? input : [input];
    // Of several, each needs a name.
    for (const [i, one] of all.entries()) files.push(openFile(one, all.length > 1 ? `input ${i + 1}` : ""));
    return await task(opened(files) as OpenInput<readonly [OpenFile]>);
  } finally {
    const over = new PainwaveError("CLOSED", "the input is no longer read");
    for (const { source } of files) source.cancel(over);
  }
}

/** Reads a file to its end. */
export async function readAll({ source }: OpenFile): Promise<Uint8Array<ArrayBuffer>> {
  return concat(await gathered(source.chunks()), (length) => new Uint8Array(length));
}

function opened(files: readonly OpenFile[]): OpenInput {
  const sizes = files.map(({ source }) => source.bytesTotal);
  const blobs = files.flatMap(({ name, source: { blob } }) => (blob === undefined ? [] : [{ name, blob }]));
  return {
    files,
    bytesTotal: sizes.reduce(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    ),
    blobs: blobs.length === files.length ? blobs : undefined,
    atHand: files.every(({ source }) => source.atHand),
  };
}

function openFile(input: Source | NamedSource, otherwise: string): OpenFile {
  const [name, source] = isNamed(input) ? [input.name, input.source] : [nameOf(input), input];
  return { name: name || otherwise, source: openSource(source) };
}

function isNamed(input: Source | NamedSource): input is NamedSource {
  return typeof input === "object" && input !== null && "source" in input && "name" in input;
}

/** A file's path in the folder that was chosen, or its name. */
function nameOf(source: Source): string {
  return typeof File !== "undefined" && source instanceof File
    ? source.webkitRelativePath || source.name
    : "";
}
