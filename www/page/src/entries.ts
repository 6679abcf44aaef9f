/** A file with its path in the folder that was dropped or chosen; on its own, its name. */
export interface NamedFile {
  readonly name: string;
  readonly source: File;
}

/** Names of what systems leave behind in folders, and nobody put there. */
const LEFT_BEHIND = /^(\..*|__MACOSX|Thumbs\.db|desktop\.ini)$/i;

/** Files that were chosen in a dialog. */
export function chosenFiles(files: Iterable<File>): NamedFile[] {
  return [...files]
    .map((file) => ({ name: file.webkitRelativePath || file.name, source: file }))
    .filter(({ name }) => !name.includes("/") || !name.split("/").some((part) => LEFT_BEHIND.test(part)));
}

/** All files that were dropped, those in folders included, in the order of their paths. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<NamedFile[]> {
  // Entries have to be asked for before anything is awaited.
  const entries = [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()] as const);
  if (entries.length === 0) return chosenFiles(files);
  const found: NamedFile[] = [];
  for (const [entry, file] of entries) {
    if (entry?.isDirectory) await addFolder(entry as FileSystemDirectoryEntry, found);
    else if (file !== null) found.push({ name: file.name, source: file });
  }
  return found;
}

async function addFolder(folder: FileSystemDirectoryEntry, found: NamedFile[]): Promise<void> {
  const entries = (await entriesIn(folder)).filter(({ name }) => !LEFT_BEHIND.test(name));
  entries.sort((a, b) => byName.compare(a.name, b.name));
  for (const entry of entries) {
    if (entry.isDirectory) await addFolder(entry as FileSystemDirectoryEntry, found);
    else {
      const source = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      found.push({ name: entry.fullPath.replace(/^\//, ""), source });
    }
  }
}

const byName = new Intl.Collator("en", { numeric: true });

/** A folder is listed some entries at a time, until there are none. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}
