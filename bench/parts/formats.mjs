// The same recordings as spreadsheets write them: with decimal commas, and in UTF-16.
import { significant, spread, table } from "../lib/markdown.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "formats";
export const title = "Reading decimal commas and UTF-16 in the browser";

const RATIOS = { "decimal commas": "decimal_comma_vs_papaparse", "UTF-16": "utf16_vs_papaparse" };
export const keys = Object.values(RATIOS);

const NOTE = `The test recordings, all of them, written in other ways, from bytes in memory to the model's features.
Decimal commas come with semicolons between fields; PapaParse is told of these, and of the commas by \`transform\`, as its
own typing does not know them. UTF-16 has its mark and is decoded by \`TextDecoder\` for PapaParse. painwave is told
nothing. Values of both are compared.`;

/** Measures in every browser there is. */
export async function run({ browsers, onPage, quick }) {
  const browser = {};
  for (const name of browsers) {
    browser[name] = {};
    for (const format of Object.keys(RATIOS)) {
      const options = { format, subjects: quick ? 100 : undefined, rounds: quick ? 3 : 5 };
      browser[name][format] = await onPage(name, async (page) =>
        digest(
          await page.evaluate(
            async (options) => (await import("/bench/page/csv.mjs")).formatted(options),
            options,
          ),
        ),
      );
    }
  }
  return { browser };
}

function digest({ bytes, answers, times: { painwave, PapaParse } }) {
  const rate = (milliseconds) => summary(milliseconds.map((time) => bytes / time / 1e3));
  return {
    bytes,
    mb_a_second: rate(painwave),
    papaparse_mb_a_second: rate(PapaParse),
    painwave_is_faster: ratio(PapaParse, painwave),
    greatest_difference: answers.PapaParse.greatest_difference,
  };
}

/** In Chromium. */
export function ratios({ browser: { chromium } }) {
  const of = (format) => {
    const value = chromium?.[format].painwave_is_faster.median;
    return value === undefined ? { reason: "there is no Chromium" } : { value };
  };
  return Object.fromEntries(Object.entries(RATIOS).map(([format, key]) => [key, of(format)]));
}

/** Tables for docs/performance.md. */
export function tables({ browser }) {
  const rows = Object.entries(browser).flatMap(([name, formats]) =>
    Object.entries(formats).map(([format, found]) => [
      `${format}, ${name}`,
      significant(found.bytes / 1e6),
      spread(found.mb_a_second),
      spread(found.papaparse_mb_a_second),
      spread(found.painwave_is_faster),
      significant(found.greatest_difference, 2),
    ]),
  );
  const header = [
    "",
    "MB",
    "painwave, MB/s",
    "PapaParse, MB/s",
    "painwave is faster by",
    "features differ by",
  ];
  return `${NOTE}\n\n${table(header, rows)}`;
}
