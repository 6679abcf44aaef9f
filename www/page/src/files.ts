import { PainwaveError, type Schema } from "painwave";
import { byId } from "./dom.js";
import { messageOf } from "./format.js";

/** CSV files by what they are to the page. */
export interface Sorted {
  readonly recordings: File | undefined;
  readonly labels: File | undefined;
}

const HEAD_BYTES = 1 << 16;

/** Tells a bundle by its name. */
export function isBundle(file: File): boolean {
  return /\.bpk$/i.test(file.name);
}

/** Takes the last file of each kind, leaving out bundles. */
export async function sortFiles(files: readonly File[], schema: Schema): Promise<Sorted> {
  let sorted: Sorted = { recordings: undefined, labels: undefined };
  for (const file of files) {
    if (isBundle(file)) continue;
    sorted = { ...sorted, [(await isLabels(file, schema)) ? "labels" : "recordings"]: file };
  }
  return sorted;
}

/** Tells a labels file by its header: the id and `label`, and no time. A recording may be labelled, too. */
async function isLabels(file: File, { id, time }: Schema): Promise<boolean> {
  const line = await firstLine(file).catch((error: unknown) => {
    throw new PainwaveError("READ_FAILED", `${file.name} could not be read: ${messageOf(error)}`, {}, error);
  });
  const header = line.split(/[,;\t]/).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return header.includes(id) && header.includes("label") && !header.includes(time);
}

async function firstLine(file: File): Promise<string> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const text = new TextDecoder();
  if (head[0] !== 0x1f || head[1] !== 0x8b) return text.decode(head).split(/\r?\n/, 1)[0] ?? "";
  const reader = file.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let line = "";
  try {
    while (!line.includes("\n") && line.length < HEAD_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      line += text.decode(value, { stream: true });
    }
  } catch {
    // Not gzip after all: the classifier will say so, with a code.
  }
  reader.cancel().catch(() => undefined);
  return line.split(/\r?\n/, 1)[0] ?? "";
}

/** Takes files dropped anywhere on the page, or chosen. */
export function acceptFiles(onFiles: (files: File[]) => void): { choose(): void } {
  const veil = byId("veil");
  const chooser = byId<HTMLInputElement>("chooser");
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.classList.add("shown");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.classList.remove("shown");
  });
  addEventListener("drop", (event) => {
    veil.classList.remove("shown");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  chooser.addEventListener("change", () => {
    const files = [...(chooser.files ?? [])];
    // The same file may be chosen again.
    chooser.value = "";
    onFiles(files);
  });
  return { choose: () => chooser.click() };
}

/** Hands a text to the browser as a download. */
export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
