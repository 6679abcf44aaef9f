import type { Refusal, Repair } from "painwave";
import { h } from "./dom.js";
import { integer, plural } from "./format.js";

/** How many refusals the list names. All of them stand in the table of subjects. */
const MAX_REFUSALS = 50;

/** A quiet line that says what was put right and what could not be read, and opens into a list. None, if nothing was. */
export function noticesOf(
  id: string,
  repairs: readonly Repair[],
  refused: readonly Refusal[],
): HTMLElement | undefined {
  if (repairs.length + refused.length === 0) return undefined;
  const hidden = refused.length - MAX_REFUSALS;
  return h(
    "details",
    { className: "notices", id },
    h("summary", {}, summaryOf(repairs, refused)),
    repairs.length > 0 && h("h3", {}, "Put right"),
    repairs.length > 0 && h("ul", {}, ...repairs.map(repairItem)),
    refused.length > 0 && h("h3", {}, "Not read"),
    refused.length > 0 &&
      h(
        "ul",
        {},
        ...refused.slice(0, MAX_REFUSALS).map(refusalItem),
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

/** A line and a file, where the message does not say them itself. */
export function placeOf({
  message,
  file,
  line,
}: {
  message: string;
  file?: string | undefined;
  line?: number | undefined;
}): string {
  const parts = [
    file && !message.includes(file) && file,
    line !== undefined && !message.includes(`line ${line}`) && `line ${line}`,
  ].filter(Boolean);
  return parts.join(", ");
}

function repairItem(repair: Repair): HTMLElement {
  const place = placeOf(repair);
  return h(
    "li",
    {},
    repair.message,
    place !== "" && h("span", { className: "muted" }, ` (first in ${place})`),
  );
}

function refusalItem(refusal: Refusal): HTMLElement {
  const place = placeOf(refusal);
  return h(
    "li",
    {},
    refusal.id !== "" && h("strong", {}, `${refusal.id}: `),
    refusal.message,
    place !== "" && h("span", { className: "muted" }, ` (${place})`),
  );
}
