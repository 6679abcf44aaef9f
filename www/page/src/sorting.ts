import { type Classifier, type Kind, PainwaveError } from "painwave";
import type { NamedFile } from "./entries.js";

/** Files by what they are to the page. */
export interface Sorted {
  readonly recordings: readonly NamedFile[];
  readonly labels: NamedFile | undefined;
  readonly bundle: NamedFile | undefined;
  /** Those that are nothing of that, or of which there are too many. */
  readonly ignored: readonly NamedFile[];
}

/** How many files are looked into at once. */
const AT_ONCE = 32;
/** Names of files that are meant as tables, so that what is wrong with one has to be said. */
const TABLE_NAME = /\.(csv|tsv|tab|txt|dat|asc|log|sto|mot|ts|gz|zip|xlsx|xlsm|xlsb|xls|ods)$|^[^.]+$/i;

/** Tells a bundle by its name, before there is a model to tell by. */
export function isBundle({ name }: NamedFile): boolean {
  return /\.bpk$/i.test(name);
}

/** Sorts files by their first bytes, as the model's reader understands them. Of labels and bundles the last one counts. */
export async function sortFiles(
  files: readonly NamedFile[],
  classifier: Classifier,
  signal: AbortSignal,
): Promise<Sorted> {
  const recordings: NamedFile[] = [];
  const labels: NamedFile[] = [];
  const bundles: NamedFile[] = [];
  const ignored: NamedFile[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    const kinds = await Promise.all(some.map((file) => kindsOf(file, classifier, signal)));
    for (const [i, file] of some.entries()) {
      const has = (kind: Kind) => kinds[i]?.includes(kind) ?? false;
      if (has("bundle")) bundles.push(file);
      if (has("labels")) labels.push(file);
      if (has("recordings")) recordings.push(file);
      else if (!has("bundle") && !has("labels")) {
        const meant = files.length === 1 || TABLE_NAME.test(file.name);
        (meant ? recordings : ignored).push(file);
      }
    }
  }
  const surplus = [...labels.slice(0, -1), ...bundles.slice(0, -1)];
  ignored.push(...surplus.filter((file) => !recordings.includes(file)));
  return { recordings, labels: labels.at(-1), bundle: bundles.at(-1), ignored };
}

/** What is wrong with a file is said when it is used. */
async function kindsOf(
  file: NamedFile,
  classifier: Classifier,
  signal: AbortSignal,
): Promise<readonly Kind[]> {
  try {
    return await classifier.kindsOf(file, { signal });
  } catch (error) {
    if (error instanceof PainwaveError && error.code === "READ_FAILED") return ["unknown"];
    throw error;
  }
}
