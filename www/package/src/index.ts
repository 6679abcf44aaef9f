import { create } from "./classifier.js";
import { browserHost } from "./host.browser.js";
import type { Classifier, ClassifierOptions } from "./types.js";

/** Loads a model into a worker of its own. */
export const createClassifier = (options: ClassifierOptions = {}): Promise<Classifier> =>
  create(browserHost, options);

export { type ErrorLocation, type PackageErrorCode, PainwaveError } from "./errors.js";
export type * from "./types.js";
