import type { Prediction } from "painwave";
import { colorClass } from "./colors.js";
import { h } from "./dom.js";
import { percent } from "./format.js";

/** A bar whose parts are shares of a whole, coloured by class; the text says the same. */
export function stackedBar(names: readonly string[], shares: readonly number[]): HTMLElement {
  const text = names.map((name, i) => `${name} ${percent(shares[i] ?? 0)}`).join(", ");
  const bar = h("span", { className: "bar", title: text, attributes: { role: "img", "aria-label": text } });
  shares.forEach((share, i) => {
    if (share > 0) bar.append(part(share, i));
  });
  return bar;
}

/** A bar for one share. Its text stands beside it. */
export function singleBar(share: number, color: number): HTMLElement {
  return h("span", { className: "bar", attributes: { "aria-hidden": "true" } }, part(share, color));
}

function part(share: number, color: number): HTMLElement {
  const element = h("span", { className: `bar-part ${colorClass(color)}` });
  // The content security policy forbids a style attribute, and allows a property.
  element.style.width = `${share * 100}%`;
  return element;
}

/** A class's name with its colour. */
export function classTag(name: string, color: number): HTMLElement {
  return h("span", { className: "tag" }, h("span", { className: `dot ${colorClass(color)}` }), name);
}

/** The class in CSS that takes the confident colours from what the model has no ground for. */
export function groundOf({ unlike }: Prediction): string {
  return unlike ? "groundless" : "";
}

/** What is predicted for a subject. */
export function verdictTag({ label }: Prediction, classes: readonly string[]): HTMLElement {
  return classTag(label, classes.indexOf(label));
}

/** What the set of a prediction says beside its class: nothing, if it has that alone. */
export function doubtOf({ set, unlike }: Prediction): string | undefined {
  if (unlike) return "unlike anything the model has seen";
  return set === undefined || set.length < 2 ? undefined : `not sure: ${set.join(" or ")}`;
}

/** The same in few words, to stand below the class in a table. */
export function alternativesOf(prediction: Prediction, classes: readonly string[]): string | undefined {
  const { label, set = [], unlike } = prediction;
  if (unlike) return "unlike any seen";
  const others = set.filter((name) => name !== label);
  if (others.length < 2) return others.map((name) => `or ${name}`)[0];
  return others.length === classes.length - 1 ? "or any other" : `or ${others.length} others`;
}
