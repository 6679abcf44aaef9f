import type { Scores } from "painwave";
import { classTag } from "./bars.js";
import { h } from "./dom.js";
import { integer, percent, plural, score } from "./format.js";
import { noticesOf } from "./notices.js";

/** How well the predictions match known labels. */
export function scoresPanel(
  scores: Scores,
  classes: readonly string[],
  labelsName: string,
  origin: HTMLElement | false,
): HTMLElement {
  const { withoutLabel, withoutPrediction, unlabelled } = scores.missing;
  const missing = [
    withoutLabel.length > 0 &&
      `${plural(withoutLabel.length, "subject")} without a label: ${some(withoutLabel)}`,
    withoutPrediction.length > 0 &&
      `${plural(withoutPrediction.length, "label")} without a subject in the file: ${some(withoutPrediction)}`,
    unlabelled > 0 && `${plural(unlabelled, "subject")} named without a class`,
  ].filter((text) => text !== false);
  return h(
    "section",
    { className: "panel scores", id: "scores", attributes: { "aria-labelledby": "scores-title" } },
    h(
      "header",
      { className: "panel-head" },
      h("h2", { id: "scores-title" }, "Against the labels"),
      h("p", { className: "muted" }, `${labelsName}, ${plural(scores.subjects, "subject")} compared`),
    ),
    origin,
    h(
      "dl",
      { className: "metrics" },
      metric("accuracy", "Accuracy", percent(scores.accuracy), scores.accuracy),
      metric("weighted-f1", "Weighted F1", score(scores.weightedF1), scores.weightedF1),
      metric("macro-f1", "Macro F1", score(scores.macroF1), scores.macroF1),
      metric(
        "balanced-accuracy",
        "Balanced accuracy",
        percent(scores.balancedAccuracy),
        scores.balancedAccuracy,
      ),
      metric("mcc", "MCC", score(scores.mcc), scores.mcc),
    ),
    noticesOf("labels-notices", { repairs: scores.repairs, refused: [], file: labelsName }),
    missing.length > 0 && h("ul", { className: "warnings" }, ...missing.map((text) => h("li", {}, text))),
    h(
      "div",
      { className: "score-tables" },
      confusionTable(scores.confusion, classes),
      perClassTable(scores, classes),
    ),
  );
}

/** One number with its name, and a note below it. */
export function metric(id: string, name: string, text: string, value: number, note?: string): HTMLElement {
  return h(
    "div",
    {},
    h("dt", {}, name),
    h("dd", {}, h("data", { attributes: { value, "data-metric": id } }, text)),
    note !== undefined && h("dd", { className: "interval" }, note),
  );
}

/** Rows are true classes, columns predicted ones. The shade of a cell is its share of the row. */
export function confusionTable(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): HTMLElement {
  const rows = confusion.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) => {
      const share = total === 0 ? 0 : count / total;
      const cell = h(
        "td",
        {
          className: truth === predicted ? "hit" : "miss",
          title: `${classes[truth]} taken for ${classes[predicted]}: ${integer(count)} of ${integer(total)}`,
        },
        integer(count),
      );
      cell.style.setProperty("--share", share.toFixed(4));
      return cell;
    });
    return h(
      "tr",
      {},
      h("th", { attributes: { scope: "row" } }, classTag(classes[truth] ?? "", truth)),
      ...cells,
    );
  });
  return h(
    "div",
    { className: "wide" },
    h(
      "table",
      { className: "confusion" },
      h("caption", {}, "Confusion matrix: true classes down, predicted classes across"),
      h(
        "thead",
        {},
        h("tr", {}, h("td", {}), ...classes.map((name) => h("th", { attributes: { scope: "col" } }, name))),
      ),
      h("tbody", {}, ...rows),
    ),
  );
}

function perClassTable({ perClass }: Scores, classes: readonly string[]): HTMLElement {
  const heads = ["Class", "Precision", "Recall", "F1", "Subjects"];
  return h(
    "div",
    { className: "wide" },
    h(
      "table",
      { className: "per-class" },
      h("caption", {}, "Scores of each class"),
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { attributes: { scope: "col" } }, head)))),
      h(
        "tbody",
        {},
        ...perClass.map(({ label, precision, recall, f1, support }) =>
          h(
            "tr",
            {},
            h("th", { attributes: { scope: "row" } }, classTag(label, classes.indexOf(label))),
            ...[score(precision), score(recall), score(f1), integer(support)].map((text) =>
              h("td", {}, text),
            ),
          ),
        ),
      ),
    ),
  );
}

function some(ids: readonly string[]): string {
  const shown = 8;
  const more = ids.length - shown;
  return `${ids.slice(0, shown).join(", ")}${more > 0 ? ` and ${integer(more)} more` : ""}`;
}
