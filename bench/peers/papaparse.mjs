// PapaParse, with a header and typed fields. The subject's id must stay text ("000"), so the typed columns are named.
import { classicScript } from "../page/classic.mjs";

/** The library; it wants to be a classic script, since its workers are made of its own source. */
export async function loadPapa() {
  await classicScript("/modules/papaparse/papaparse.min.js");
  return globalThis.Papa;
}

/** Options that make objects of rows, with these columns typed, all but the id. */
export function rowOptions({ schema }, columns) {
  const typed = columns.filter((column) => column !== schema.id);
  return {
    header: true,
    dynamicTyping: Object.fromEntries(typed.map((column) => [column, true])),
    skipEmptyLines: true,
  };
}

export const papaparse = {
  name: "PapaParse",
  async load({ manifest, columns }) {
    const papa = await loadPapa();
    const options = rowOptions(manifest, columns);
    return (bytes) => papa.parse(new TextDecoder().decode(bytes), options).data;
  },
};
