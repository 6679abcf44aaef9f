import type { Prediction, Refusal } from "painwave";

/** A row of the table: a subject with its class, or one that could not be read. */
export type Subject =
  | { readonly id: string; readonly prediction: Prediction; readonly refusal?: undefined }
  | { readonly id: string; readonly prediction?: undefined; readonly refusal: Refusal };

/** Subjects of predictions, in their order. */
export function classified(predictions: readonly Prediction[]): Subject[] {
  return predictions.map((prediction) => ({ id: prediction.id, prediction }));
}

/** Subjects that could not be read. A file that could not stands for those in it. */
export function unread(refused: readonly Refusal[]): Subject[] {
  return refused.flatMap((refusal) => {
    const id = refusal.id || refusal.file;
    return id === undefined || id === "" ? [] : [{ id, refusal }];
  });
}
