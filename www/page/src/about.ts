import type { Device } from "painwave";
import { byId, fill } from "./dom.js";
import { EnginePanel } from "./engine.js";
import type { Model } from "./loader.js";
import { modelPanel } from "./model.js";

/** Milliseconds between two updates of what the model runs on: `auto` may decide at any time. */
const LOOK_EVERY = 1000;

/** The part of the page that says which model is in use and what it runs on. */
export class AboutPane {
  readonly #element = byId("about");
  readonly #engine: EnginePanel;
  readonly #onReset: () => void;
  #shown: Model | undefined;

  /** `onDevice` is called when the user chooses a device, `onReset` when they want the embedded model again. */
  constructor(onDevice: (device: Device) => void, onReset: () => void) {
    this.#engine = new EnginePanel(onDevice);
    this.#onReset = onReset;
    setInterval(() => this.#shown && this.#engine.say(this.#shown.classifier.info), LOOK_EVERY);
  }

  /** Shows a model. What has not changed is not drawn again, and keeps the focus. */
  show(model: Model): void {
    const { info } = model.classifier;
    this.#engine.update(info);
    if (this.#shown === undefined || this.#shown.bundle !== model.bundle) {
      fill(this.#element, this.#engine.element, modelPanel(info, model.bundle?.name, this.#onReset));
    }
    this.#shown = model;
  }
}
