import { type Classifier, createClassifier, type Device, type OnProgress } from "painwave";
import type { NamedFile } from "./entries.js";
import { blame } from "./tasks.js";

/** A classifier, and what it was made from. */
export interface Model {
  readonly device: Device;
  /** `undefined` stands for the embedded one. */
  readonly bundle: NamedFile | undefined;
  readonly classifier: Classifier;
}

/** Makes models. The first one is already on its way while the user still looks for a file. */
export class ModelLoader {
  readonly #onProgress: OnProgress;
  /** The embedded model on the device `auto`, until somebody has taken it over. */
  #early: Promise<Classifier> | undefined;

  constructor(onProgress: OnProgress) {
    this.#onProgress = onProgress;
    this.#early = createClassifier({ onProgress });
    // A failure is reported by the task that takes it over.
    this.#early.catch(() => undefined);
  }

  async load(device: Device, bundle: NamedFile | undefined, signal: AbortSignal): Promise<Model> {
    if (this.#early !== undefined && device === "auto" && bundle === undefined) {
      return { device, bundle, classifier: await this.#takeEarly(this.#early, signal) };
    }
    const work = createClassifier({ device, bundle: bundle?.source, onProgress: this.#onProgress, signal });
    return { device, bundle, classifier: await (bundle === undefined ? work : blame(bundle.name, work)) };
  }

  /** Waits for the early model, which stays there for the next call if this one is aborted. */
  async #takeEarly(early: Promise<Classifier>, signal: AbortSignal): Promise<Classifier> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    try {
      return await Promise.race([early, aborted]);
    } finally {
      if (!signal.aborted) this.#early = undefined;
    }
  }
}
