// The same table as people's programs write it, and how one reads each with PapaParse.
import { loadPapa, rowOptions } from "../peers/papaparse.mjs";

/** Text as UTF-16 with its mark, as Excel's "Unicode text" is. */
function utf16(text) {
  const units = new Uint16Array(text.length + 1);
  units[0] = 0xfeff;
  for (let at = 0; at < text.length; at++) units[at + 1] = text.charCodeAt(at);
  return new Uint8Array(units.buffer);
}

/** Of each format its bytes, made of the plain text, and PapaParse's rows of them. */
export const FORMATS = {
  "decimal commas": {
    bytes: (text) => new TextEncoder().encode(text.replaceAll(",", ";").replaceAll(".", ",")),
    async rows(manifest, columns) {
      const papa = await loadPapa();
      // Its own typing knows points only.
      const { dynamicTyping, ...options } = rowOptions(manifest, columns);
      const numbers = new Set([manifest.schema.time, ...manifest.schema.channels]);
      const transform = (value, column) => (numbers.has(column) ? Number(value.replace(",", ".")) : value);
      return (bytes) =>
        papa.parse(new TextDecoder().decode(bytes), { ...options, delimiter: ";", transform }).data;
    },
  },
  "UTF-16": {
    bytes: utf16,
    async rows(manifest, columns) {
      const papa = await loadPapa();
      const options = rowOptions(manifest, columns);
      return (bytes) => papa.parse(new TextDecoder("utf-16le").decode(bytes), options).data;
    },
  },
};
