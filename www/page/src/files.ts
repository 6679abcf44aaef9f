import { byId } from "./dom.js";
import { chosenFiles, droppedFiles, type NamedFile } from "./entries.js";

/** Takes files and folders dropped anywhere on the page, or chosen. */
export function acceptFiles(onFiles: (files: readonly NamedFile[]) => void): {
  choose(): void;
  chooseFolder(): void;
} {
  const veil = byId("veil");
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
    if (event.dataTransfer === null || !carriesFiles(event)) return;
    event.preventDefault();
    void droppedFiles(event.dataTransfer).then(onFiles);
  });
  const [files, folder] = ["chooser", "folder-chooser"].map((id) => {
    const chooser = byId<HTMLInputElement>(id);
    chooser.addEventListener("change", () => {
      const chosen = chosenFiles(chooser.files ?? []);
      // The same file may be chosen again.
      chooser.value = "";
      onFiles(chosen);
    });
    return chooser;
  });
  return { choose: () => files?.click(), chooseFolder: () => folder?.click() };
}

/** What some files are called together: their folder, if they come from one. */
export function titleOf(files: readonly NamedFile[]): string {
  const [first] = files;
  if (first === undefined) return "";
  if (files.length === 1) return first.name.split("/").at(-1) ?? first.name;
  const [folder, ...rest] = first.name.split("/");
  const shared = rest.length > 0 && files.every(({ name }) => name.startsWith(`${folder}/`));
  return shared && folder ? folder : `${files.length} files`;
}

/** The names of some files, of many only the first. */
export function namesOf(files: readonly NamedFile[]): string {
  const shown = files.length > 4 ? files.slice(0, 3) : files;
  const names = shown.map(({ name }) => name).join(", ");
  return shown.length < files.length ? `${names} and ${files.length - shown.length} more` : names;
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
