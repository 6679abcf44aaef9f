import { create } from "./classifier.js";
import { nodeHost } from "./host.node.js";
import type { Classifier, ClassifierOptions } from "./types.js";

/** Loads a model into a worker thread of its own. */
export const createClassifier = (options: ClassifierOptions = {}): Promise<Classifier> =>
  create(nodeHost, options);

export { type ErrorLocation, type PackageErrorCode, PainwaveError } from "./errors.js";
export type * from "./types.js";
