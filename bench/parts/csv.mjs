// Reading recordings: CSV in memory to features.
import { leftOut, significant, spread, table } from "../lib/markdown.mjs";
import { ratio, summary } from "../lib/statistics.mjs";

export const name = "csv";
export const title = "Reading CSV in the browser";
export const keys = ["csv_vs_papaparse", "csv_vs_udsv"];

const NOTE = `From bytes in memory, whose decoding from UTF-8 counts where a library wants text. painwave gives the
model's features and reads the columns that it needs for them; PapaParse (\`header\`, \`dynamicTyping\`) gives an object
of typed fields for each row, uDSV typed rows or typed columns.`;

/** Subjects in the text that is read: 10 MB. */
const SUBJECTS = 100;

/** Measures in every browser there is. */
export async function run({ browsers, onPage, quick }) {
  const browser = {};
  for (const name of browsers) {
    const options = { subjects: SUBJECTS, rounds: quick ? 3 : 15, seconds: 0.3 };
    browser[name] = await onPage(name, async (page) =>
      digest(
        await page.evaluate(async (options) => (await import("/bench/page/csv.mjs")).csv(options), options),
      ),
    );
  }
  return { browser };
}

function digest({ bytes, answers, left, times: { painwave, ...others } }) {
  const rate = (milliseconds) => summary(milliseconds.map((time) => bytes / time / 1e3));
  const peers = Object.entries(others).map(([name, times]) => [
    name,
    { mb_a_second: rate(times), painwave_is_faster: ratio(times, painwave), answer: answers[name] },
  ]);
  return { bytes, painwave: { mb_a_second: rate(painwave) }, peers: Object.fromEntries(peers), left };
}

/** In Chromium; of uDSV the way in which it is faster. */
export function ratios({ browser: { chromium } }) {
  const of = (prefix) => {
    const found = Object.entries(chromium?.peers ?? {}).filter(([name]) => name.startsWith(prefix));
    if (found.length > 0)
      return { value: Math.min(...found.map(([, peer]) => peer.painwave_is_faster.median)) };
    const left = Object.entries(chromium?.left ?? {}).find(([name]) => name.startsWith(prefix));
    return { reason: left?.[1] ?? "there is no Chromium" };
  };
  return { csv_vs_papaparse: of("PapaParse"), csv_vs_udsv: of("uDSV") };
}

/** Tables for docs/performance.md. */
export function tables({ browser }) {
  const parts = Object.entries(browser).map(([name, { bytes, painwave, peers, left }]) => {
    const rows = Object.entries(peers).map(([peer, result]) => [
      peer,
      spread(result.mb_a_second),
      spread(result.painwave_is_faster),
      significant(result.answer.greatest_difference, 2),
    ]);
    rows.unshift(["painwave, to features", spread(painwave.mb_a_second), "1", ""]);
    return [
      `**${name}**, ${significant(bytes / 1e6)} MB`,
      table(["", "MB/s", "painwave is faster by", "features differ by"], rows),
      leftOut(left),
    ].join("\n\n");
  });
  return [NOTE, ...parts].join("\n\n");
}
