import type { Refusal, Repair } from "painwave";
import { h } from "./dom.js";
import { integer, plural } from "./format.js";

/** How many refusals the list names. All of them stand in the table of subjects. */
const MAX_REFUSALS = 50;

/** What was put right and what could not be read. */
export interface Found {
  readonly repairs: readonly Repair[];
  readonly refused: readonly Refusal[];
  /** Name of the file, where there is only one: it need not be said again. */
  readonly file?: string | undefined;
}

/** A quiet line that says so, and opens into a list. None, if there is nothing to say. */
export function noticesOf(id: string, { repairs, refused, file }: Found): HTMLElement | undefined {
  if (repairs.length + refused.length === 0) return undefined;
  const hidden = refused.length - MAX_REFUSALS;
  return h(
    "details",
    { className: "notices", id },
    h("summary", {}, summaryOf(repairs, refused)),
    repairs.length > 0 && h("h3", {}, "Put right"),
    repairs.length > 0 && h("ul", {}, ...repairs.map((repair) => repairItem(repair, file))),
    refused.length > 0 && h("h3", {}, "Not read"),
    refused.length > 0 &&
      h(
        "ul",
        {},
        ...refused.slice(0, MAX_REFUSALS).map((refusal) => refusalItem(refusal, file)),
        hidden > 0 && h("li", {}, `and ${integer(hidden)} more, in the table below`),
      ),
  );
}

/** "3 things were put right, 2 subjects could not be read". */
export function summaryOf(repairs: readonly Repair[], refused: readonly Refusal[]): string {
  const subjects = refused.filter(({ id }) => id !== "").length;
  const files = new Set(refused.filter(({ id, file }) => id === "" && file).map(({ file }) => file)).size;
  const others = refused.some(({ id, file }) => id === "" && !file);
  const unread = [
    subjects > 0 && plural(subjects, "subject"),
    files > 0 && plural(files, "file"),
    others && "some rows",
  ].filter((text) => text !== false);
  const count = repairs.length;
  return [
    count > 0 && `${plural(count, "thing")} ${count === 1 ? "was" : "were"} put right`,
    unread.length > 0 && `${unread.join(" and ")} could not be read`,
  ]
    .filter((text) => text !== false)
    .join(", ");
}

/** A place as an error has it. */
interface Place {
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** The file and the line, where the message does not say them itself, and the file is not the only one. */
export function placeOf({ message, file, line }: Place, only: string | undefined): string {
  return [
    file !== only && file && !message.includes(file) && file,
    line !== undefined && !message.includes(`line ${line}`) && `line ${line}`,
  ]
    .filter(Boolean)
    .join(", ");
}

function repairItem(repair: Repair, only: string | undefined): HTMLElement {
  const place = placeOf(repair, only);
  return h(
    "li",
    {},
    repair.message,
    place !== "" && h("span", { className: "muted" }, ` (first in ${place})`),
  );
}

function refusalItem(refusal: Refusal, only: string | undefined): HTMLElement {
  const place = placeOf(refusal, only);
  return h(
    "li",
    {},
    refusal.id !== "" && h("strong", {}, `${refusal.id}: `),
    refusal.message,
    place !== "" && h("span", { className: "muted" }, ` (${place})`),
  );
}
