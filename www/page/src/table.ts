import type { Prediction } from "painwave";
import { alternativesOf, classTag, doubtOf, groundOf, stackedBar, verdictTag } from "./bars.js";
import { fill, h } from "./dom.js";
import { integer, percent, plural } from "./format.js";
import type { Subject } from "./subject.js";

/** Height of a row in pixels, the same as --row in style/base.css. As it is fixed, only the rows in view are drawn. */
const ROW_HEIGHT = 44;
/** Rows drawn above and below those in view. */
const SPARE_ROWS = 8;

/** What the chip for subjects that could not be read filters by: no class has it as its name. */
const UNREAD = Symbol("not read");
/** A class, those that could not be read, or all. */
type Filter = string | typeof UNREAD | undefined;

type SortKey = "file" | "id" | "label" | "probability";

/** The rows in the document. */
interface Drawn {
  readonly first: number;
  readonly selected: number;
  readonly rows: readonly Subject[];
}

const COLUMNS: readonly { key: SortKey; title: string }[] = [
  { key: "id", title: "Subject" },
  { key: "label", title: "Class" },
  { key: "probability", title: "Probabilities" },
];

/** Subjects, which may become more: sorted, filtered, and drawn only where they are in view. */
export class SubjectTable {
  readonly element: HTMLElement;
  readonly #classes: readonly string[];
  /** What a subject may be, those without a class last. */
  readonly #kinds: readonly Filter[];
  #all: readonly Subject[] = [];
  readonly #onSelect: (subject: Subject, byPointer: boolean) => void;
  readonly #body = h("tbody");
  readonly #scroller: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #count = h("p", { className: "count", attributes: { role: "status" } });
  readonly #chipBar = h("div", {
    className: "chips",
    attributes: { role: "group", "aria-label": "Filter by class" },
  });
  readonly #chips = new Map<Filter, { button: HTMLButtonElement; number: HTMLElement }>();
  readonly #heads = new Map<SortKey, HTMLTableCellElement>();
  #rows: readonly Subject[] = [];
  #sort: { key: SortKey; down: boolean } = { key: "file", down: false };
  #filter: Filter;
  #search = "";
  #ranks: ReadonlyMap<Subject, number> | undefined;
  #selected = -1;
  #drawn: Drawn = { first: 0, selected: -1, rows: [] };
  readonly #above = spacer();
  readonly #below = spacer();
  #chosen = false;

  constructor(classes: readonly string[], onSelect: (subject: Subject, byPointer: boolean) => void) {
    this.#classes = classes;
    this.#kinds = [...classes, UNREAD];
    this.#onSelect = onSelect;
    this.#table = this.#makeTable();
    this.#scroller = h("div", { className: "scroller", on: { scroll: () => this.#draw() } }, this.#table);
    const search = h("input", {
      className: "search",
      attributes: { type: "search", placeholder: "Find a subject", "aria-label": "Find a subject by its id" },
      on: {
        input: () => {
          this.#search = search.value.trim().toLowerCase();
          this.#arrange();
        },
      },
    });
    this.element = h(
      "section",
      { className: "panel subjects", attributes: { "aria-label": "Subjects" } },
      h("div", { className: "table-tools" }, this.#chipBar, search),
      this.#scroller,
      this.#count,
    );
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
    this.#makeChips();
    this.filter(undefined);
  }

  /** Takes the subjects, in the order of the file, and counts those of each class. */
  update(subjects: readonly Subject[], growing: boolean): number[] {
    const counts = new Map(this.#kinds.map((kind) => [kind, 0]));
    for (const { prediction } of subjects) {
      const key = prediction ? prediction.label : UNREAD;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, { button, number }] of this.#chips) {
      const count = key === undefined ? subjects.length : (counts.get(key) ?? 0);
      number.textContent = integer(count);
      if (key !== UNREAD) continue;
      if (count === 0) button.remove();
      else if (button.parentElement === null) this.#chipBar.append(button);
    }
    this.#all = subjects;
    this.#ranks = undefined;
    // A screen reader would read out every number while the count grows.
    this.#count.setAttribute("aria-live", growing ? "off" : "polite");
    this.#arrange(this.#scroller.scrollTop);
    return this.#classes.map((name) => counts.get(name) ?? 0);
  }

  /** Selects the first subject, unless the user has chosen one. */
  selectFirst(): void {
    if (!this.#chosen && this.#rows.length > 0) this.#select(0, false);
  }

  /** Shows the subjects of one class only, those that could not be read, or all. */
  filter(filter: Filter): void {
    this.#filter = filter;
    for (const [key, { button }] of this.#chips) button.setAttribute("aria-pressed", String(key === filter));
    this.#arrange();
  }

  #makeTable(): HTMLTableElement {
    const heads = COLUMNS.map(({ key, title }) => {
      const button = h(
        "button",
        { on: { click: () => this.#sortBy(key) }, attributes: { type: "button" } },
        title,
      );
      const head = h("th", { className: `col-${key}`, attributes: { scope: "col" } }, button);
      this.#heads.set(key, head);
      return head;
    });
    return h(
      "table",
      {
        id: "subjects",
        attributes: { role: "grid", tabindex: 0, "aria-label": "Subjects; arrow keys choose one" },
        on: { keydown: (event) => this.#key(event), click: (event) => this.#click(event) },
      },
      h("thead", {}, h("tr", {}, ...heads)),
      this.#body,
    );
  }

  #makeChips(): void {
    const chip = (filter: Filter, ...content: (Node | string)[]) => {
      const press = () => this.filter(filter);
      const number = h("span", { className: "number" }, integer(0));
      const button = h("button", { className: "chip", attributes: { type: "button" }, on: { click: press } });
      button.append(...content, " ", number);
      this.#chips.set(filter, { button, number });
      return button;
    };
    fill(
      this.#chipBar,
      chip(undefined, "All"),
      ...this.#classes.map((name, i) => chip(name, classTag(name, i))),
      chip(UNREAD, unreadTag()),
    );
  }

  #sortBy(key: SortKey): void {
    // A third click brings the order of the file back.
    if (this.#sort.key !== key) this.#sort = { key, down: key === "probability" };
    else if (this.#sort.down === (key === "probability")) this.#sort = { key, down: !this.#sort.down };
    else this.#sort = { key: "file", down: false };
    this.#arrange();
  }

  #arrange(scrollTop = 0): void {
    const { key, down } = this.#sort;
    const selected = this.#rows[this.#selected]?.id;
    const rows = this.#all.filter(
      ({ id, prediction }) =>
        (this.#filter === undefined || (prediction?.label ?? UNREAD) === this.#filter) &&
        id.toLowerCase().includes(this.#search),
    );
    if (key !== "file") {
      const order = this.#comparison(key);
      rows.sort((a, b) => (down ? -order(a, b) : order(a, b)));
    }
    this.#rows = rows;
    this.#selected = selected === undefined ? -1 : rows.findIndex(({ id }) => id === selected);
    for (const [name, head] of this.#heads) {
      if (name === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    // The header is row 1.
    this.#table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.#count.textContent =
      rows.length === this.#all.length
        ? plural(rows.length, "subject")
        : `${integer(rows.length)} of ${plural(this.#all.length, "subject")}`;
    this.#scroller.scrollTop = scrollTop;
    this.#draw();
  }

  #comparison(key: Exclude<SortKey, "file">): (a: Subject, b: Subject) => number {
    if (key === "id") {
      this.#ranks ??= ranksOfIds(this.#all);
      const ranks = this.#ranks;
      return (a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0);
    }
    if (key === "probability") return (a, b) => top(a) - top(b);
    // Those without a class come after all of them.
    const index = new Map(this.#kinds.map((kind, i) => [kind, i]));
    const rank = ({ prediction }: Subject) => index.get(prediction?.label ?? UNREAD) ?? 0;
    return (a, b) => rank(a) - rank(b) || top(b) - top(a);
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / ROW_HEIGHT) - SPARE_ROWS);
    const shown = Math.ceil(this.#scroller.clientHeight / ROW_HEIGHT) + 2 * SPARE_ROWS;
    const rows = this.#rows.slice(first, first + shown);
    setRows(this.#above, first);
    setRows(this.#below, this.#rows.length - first - rows.length);
    const drawn = this.#drawn;
    const same = drawn.first === first && drawn.selected === this.#selected && equal(drawn.rows, rows);
    if (same) return;
    this.#drawn = { first, selected: this.#selected, rows };
    fill(this.#body, this.#above, ...rows.map((subject, i) => this.#row(subject, first + i)), this.#below);
    const active = this.#selected >= first && this.#selected < first + rows.length;
    if (active) this.#table.setAttribute("aria-activedescendant", `subject-${this.#selected}`);
    else this.#table.removeAttribute("aria-activedescendant");
  }

  #row(subject: Subject, index: number): HTMLTableRowElement {
    const { id, prediction, refusal } = subject;
    const warnings = prediction?.warnings ?? [];
    return h(
      "tr",
      {
        id: `subject-${index}`,
        className: refusal ? "unread" : groundOf(prediction),
        attributes: {
          "aria-rowindex": index + 2,
          "aria-selected": String(index === this.#selected),
          "data-index": index,
          "data-id": id,
        },
      },
      h(
        "th",
        { attributes: { scope: "row" }, title: id },
        id,
        warnings.length > 0 &&
          h(
            "span",
            {
              className: "warned",
              title: warnings.join("\n"),
              attributes: { role: "img", "aria-label": "has warnings" },
            },
            "!",
          ),
      ),
      ...(refusal
        ? [
            h("td", {}, unreadTag()),
            h("td", { className: "reason", title: refusal.message }, refusal.message),
          ]
        : this.#verdict(prediction)),
    );
  }

  #verdict(prediction: Prediction): HTMLElement[] {
    const { label, probabilities } = prediction;
    const shares = this.#classes.map((name) => probabilities[name] ?? 0);
    const probability = probabilities[label] ?? 0;
    const alternatives = alternativesOf(prediction, this.#classes);
    return [
      h(
        "td",
        { title: doubtOf(prediction) ?? "" },
        verdictTag(prediction, this.#classes),
        alternatives !== undefined && h("span", { className: "alternatives" }, alternatives),
      ),
      h(
        "td",
        { className: "probability" },
        stackedBar(this.#classes, shares),
        h("data", { attributes: { value: probability } }, percent(probability)),
      ),
    ];
  }

  #click(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("tr[data-index]") : null;
    if (row !== null) this.#select(Number(row.dataset["index"]), true);
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#table) return;
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / ROW_HEIGHT) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.#rows.length,
      End: this.#rows.length,
    };
    const step = steps[event.key];
    if (step === undefined || this.#rows.length === 0) return;
    event.preventDefault();
    this.#select(Math.min(this.#rows.length - 1, Math.max(0, this.#selected + step)), false);
    this.#reveal();
  }

  #select(index: number, byPointer: boolean): void {
    this.#selected = index;
    this.#draw();
    const subject = this.#rows[index];
    if (subject === undefined) return;
    this.#chosen = true;
    this.#onSelect(subject, byPointer);
  }

  #reveal(): void {
    // The header sticks to the top and is as high as a row.
    const { scrollTop, clientHeight } = this.#scroller;
    const above = this.#selected * ROW_HEIGHT;
    const below = above + 2 * ROW_HEIGHT - clientHeight;
    if (above < scrollTop) this.#scroller.scrollTop = above;
    else if (below > scrollTop) this.#scroller.scrollTop = below;
    this.#draw();
  }
}

/** The probability of the class; of a subject without one, less than any. */
function top({ prediction }: Subject): number {
  return prediction ? (prediction.probabilities[prediction.label] ?? 0) : -1;
}

/** What stands for a class where there is none: a ring instead of a colour. */
function unreadTag(): HTMLElement {
  return h("span", { className: "tag unread-tag" }, h("span", { className: "ring" }), "Not read");
}

/** Each subject's rank in the order of ids: a collator is too slow to be asked at every sorting. */
function ranksOfIds(subjects: readonly Subject[]): Map<Subject, number> {
  const collator = new Intl.Collator("en", { numeric: true });
  const sorted = subjects.toSorted((a, b) => collator.compare(a.id, b.id));
  return new Map(sorted.map((subject, rank) => [subject, rank]));
}

function equal<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Stands for rows that are not drawn. */
function spacer(): HTMLTableRowElement {
  return h("tr", { className: "spacer", attributes: { "aria-hidden": "true" } });
}

function setRows(spacer: HTMLTableRowElement, rows: number): void {
  spacer.hidden = rows <= 0;
  spacer.style.height = `${rows * ROW_HEIGHT}px`;
}
