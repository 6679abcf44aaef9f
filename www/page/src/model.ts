import type { ClassifierInfo, ModelCard } from "painwave";
import { h } from "./dom.js";
import { plural, score, words } from "./format.js";
import { confusionTable, metric } from "./scores.js";

/** What the card calls what the recordings are. It stands beside the scores, and so not among the facts. */
const ORIGIN = "origin";

/** Where the model comes from and how good it is. */
export function modelPanel(
  info: ClassifierInfo,
  bundleName: string | undefined,
  onReset: () => void,
): HTMLElement {
  const { card, classes, members, schema, window } = info;
  const keys = [schema.id, schema.time ?? []].flat();
  const facts: [string, string][] = [
    ["Classes", classes.join(", ")],
    [
      "Reads",
      `${plural(schema.channels.length + schema.categories.length, "channel")} by ${keys.join(" and ")}`,
    ],
    ["Windows", `${window.length} steps, a new one every ${window.stride}`],
    ["Networks", members === 1 ? "one" : `an ensemble of ${members}`],
    ["Split", card.split],
    ...Object.entries(card.data)
      .filter(([name]) => name !== ORIGIN)
      .map(([name, text]): [string, string] => [words(name), text]),
    ["Trained", [card.date, card.trainer && `with trainer ${card.trainer}`].filter(Boolean).join(" ")],
  ];
  return h(
    "section",
    { className: "panel model", id: "model", attributes: { "aria-labelledby": "model-title" } },
    h(
      "header",
      { className: "panel-head" },
      h("h2", { id: "model-title" }, "Model ", h("span", { id: "model-name" }, card.name)),
      bundleName === undefined
        ? h("p", { className: "muted" }, "the embedded one")
        : h(
            "p",
            { className: "muted" },
            `from ${bundleName} `,
            h(
              "button",
              { className: "link", attributes: { type: "button" }, on: { click: onReset } },
              "use the embedded one",
            ),
          ),
    ),
    h("p", {}, card.description),
    originOf(card),
    h(
      "dl",
      { className: "metrics" },
      ...Object.entries(card.metrics).map(([name, value]) =>
        metric(`card-${name}`, words(name), score(value), value, intervalOf(card, name)),
      ),
    ),
    h(
      "details",
      {},
      h("summary", {}, "Model card"),
      h(
        "dl",
        { className: "facts" },
        ...facts
          .filter(([, text]) => text)
          .map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))),
      ),
      card.confusion.length === classes.length && confusionTable(card.confusion, classes),
      card.confusion.length === classes.length &&
        h(
          "p",
          { className: "muted" },
          "On the subjects that were held out, none of which it was trained on.",
        ),
      card.recipe &&
        h(
          "details",
          {},
          h("summary", {}, "Recipe"),
          h("pre", { attributes: { tabindex: 0 } }, h("code", {}, card.recipe)),
        ),
    ),
  );
}

/** Where a score may lie on other subjects; nothing, if the card does not say. */
function intervalOf({ intervals }: ModelCard, name: string): string | undefined {
  const interval = intervals?.[name];
  return interval && `95 % between ${interval[0].toFixed(2)} and ${interval[1].toFixed(2)}`;
}

/** What the model was fitted on, to stand beside its scores; nothing, if its card does not say. */
export function originOf(card: ModelCard): HTMLElement | false {
  const origin = card.data[ORIGIN];
  return origin !== undefined && h("p", { className: "origin" }, `Fitted on ${origin}.`);
}
