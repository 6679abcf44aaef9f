const count = new Intl.NumberFormat("en");
const percentage = new Intl.NumberFormat("en", {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const wholePercentage = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

/** 1324 as "1,324". */
export const integer = (value: number): string => count.format(value);

/** 0.8731 as "87.3%". */
export const percent = (value: number): string => percentage.format(value);

/** 0.8731 as "87%". */
export const wholePercent = (value: number): string => wholePercentage.format(value);

/** A score as "0.873". */
export const score = (value: number): string => value.toFixed(3);

/** "1 subject", "1,324 subjects". */
export const plural = (value: number, noun: string): string =>
  `${integer(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Bytes in the unit that suits them. */
export function bytes(value: number): string {
  if (value < 1e6) return `${Math.ceil(value / 1e3)} kB`;
  return `${(value / 1e6).toFixed(value < 1e7 ? 1 : 0)} MB`;
}

/** Milliseconds as "0.42 s" or "1 min 12 s". */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `weighted_f1` as "weighted F1". */
export const words = (name: string): string =>
  name.replaceAll("_", " ").replace(/\b(f1|mcc|auroc)\b/, (abbreviation) => abbreviation.toUpperCase());

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
