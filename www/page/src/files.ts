import { byId } from "./dom.js";

/** What a file is to the page. */
export type Kind = "bundle" | "labels" | "recordings";

const HEAD_BYTES = 1 << 16;

/** Tells a bundle by its name, and a labels file by its header: the id and `label`, and no third column. */
export async function kindOf(file: File, idColumn: string): Promise<Kind> {
  if (/\.bpk$/i.test(file.name)) return "bundle";
  const header = (await firstLine(file)).split(/[,;\t]/).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
  return header.length === 2 && header.includes(idColumn) && header.includes("label")
    ? "labels"
    : "recordings";
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
