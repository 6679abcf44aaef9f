import type { ColumnChoice, Schema } from "painwave";
import { h } from "./dom.js";
import { plural } from "./format.js";

/** What the panel is answered with. */
export interface ColumnAnswers {
  /** The file's name of each missing column, by the model's. */
  readonly onUse: (columns: Record<string, string>) => void;
  readonly onCancel: () => void;
}

/** How many values of a column are shown. */
const VALUES = 3;

/** A choice among the columns that are nothing else to the model. */
export function amongOthers({ missing, found }: ColumnChoice, schema: Schema): ColumnChoice {
  const { id, time, label, channels, categories, ignored } = schema;
  const columns = categories.map(({ column }) => column);
  const known = new Set([id, time ?? [], label ?? [], channels, columns, ignored].flat());
  const free = found.filter(({ name }) => !known.has(name));
  const names = new Set(free.map(({ name }) => name));
  return {
    found: free,
    missing: missing.map(({ name, similar }) =>
      similar && names.has(similar) ? { name, similar } : { name },
    ),
  };
}

/** Whether a file has enough columns for those that are missing to be among them. */
export function canBeChosen({ missing, found }: ColumnChoice): boolean {
  return missing.length > 0 && found.length >= missing.length;
}

/** Asks which columns of a file are those of the model: the nearest are proposed, with some of their values. */
export class ColumnsPanel {
  readonly title: string;
  readonly element: HTMLElement;
  readonly #choice: ColumnChoice;
  readonly #rows: readonly { readonly name: string; readonly select: HTMLSelectElement }[];
  readonly #use: HTMLButtonElement;
  readonly #problem = h("p", { className: "muted", attributes: { "aria-live": "polite" } });

  constructor(file: string, choice: ColumnChoice, { onUse, onCancel }: ColumnAnswers) {
    const { missing } = choice;
    this.#choice = choice;
    this.title = `${file} has ${plural(missing.length, "column")} under other names`;
    const values = new Map(choice.found.map(({ name, values }) => [name, values]));
    this.#use = h(
      "button",
      {
        id: "use-columns",
        className: "primary",
        attributes: { type: "button" },
        on: { click: () => onUse(this.#answer()) },
      },
      "Use these columns",
    );
    const rows = missing.map(({ name, similar }, i) => {
      const shown = h("td", { className: "column-values" });
      const select = this.#select(name, similar);
      const show = () => {
        const some = (values.get(select.value) ?? []).slice(0, VALUES);
        shown.textContent = some.map(short).join(", ");
        shown.title = some.join(", ");
      };
      select.addEventListener("change", () => {
        show();
        this.#check();
      });
      show();
      const label = h("th", { attributes: { scope: "row" }, id: `column-${i}` }, name);
      select.setAttribute("aria-labelledby", `column-of-file column-${i}`);
      return { name, select, row: h("tr", {}, label, h("td", {}, select), shown) };
    });
    this.#rows = rows;
    this.element = h(
      "section",
      { className: "panel columns-panel", attributes: { "aria-labelledby": "columns-title" } },
      h("h2", { id: "columns-title" }, this.title),
      h(
        "p",
        {},
        "Nothing is read before you agree. Check what is proposed, or choose other columns of the file.",
      ),
      h(
        "div",
        {
          className: "wide columns-scroller",
          attributes: { tabindex: 0, role: "group", "aria-label": "Columns" },
        },
        h(
          "table",
          { className: "column-choice" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { attributes: { scope: "col" } }, "The model reads"),
              h("th", { attributes: { scope: "col" }, id: "column-of-file" }, "Column of the file"),
              h("th", { attributes: { scope: "col" } }, "Its first values"),
            ),
          ),
          h("tbody", {}, ...rows.map(({ row }) => row)),
        ),
      ),
      h(
        "div",
        { className: "actions columns-actions" },
        this.#use,
        h("button", { attributes: { type: "button" }, on: { click: onCancel } }, "Cancel"),
        this.#problem,
      ),
    );
    this.#check();
  }

  #select(name: string, similar: string | undefined): HTMLSelectElement {
    const select = h(
      "select",
      { attributes: { "data-column": name } },
      h("option", { attributes: { value: "" } }, "Choose…"),
      ...this.#choice.found.map((column) =>
        h("option", { attributes: { value: column.name } }, column.name === "" ? "(no name)" : column.name),
      ),
    );
    select.value = similar ?? "";
    return select;
  }

  #answer(): Record<string, string> {
    return Object.fromEntries(this.#rows.map(({ name, select }) => [name, select.value]));
  }

  /** Every column needs one of the file's, and no two the same. */
  #check(): void {
    const chosen = this.#rows.map(({ select }) => select.value);
    let [open, twice] = [0, ""];
    for (const [i, { select }] of this.#rows.entries()) {
      const value = chosen[i] ?? "";
      const again = value !== "" && chosen.indexOf(value) !== chosen.lastIndexOf(value);
      if (value === "") open++;
      if (again) twice = value;
      select.toggleAttribute("aria-invalid", again);
      if (again) select.setAttribute("aria-invalid", "true");
    }
    this.#problem.textContent =
      twice !== ""
        ? `"${twice}" is chosen more than once.`
        : open > 0
          ? `${plural(open, "column")} still to be chosen.`
          : "";
    this.#use.disabled = this.#problem.textContent !== "";
  }
}

/** A value that is long because it has many digits, by the first of these. */
function short(value: string): string {
  const number = Number(value);
  return value.length > 8 && Number.isFinite(number) ? String(Number(number.toPrecision(4))) : value;
}
