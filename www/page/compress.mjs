// Writes a brotli and a gzip version beside every built file that gets smaller by it, for servers that send these.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const KINDS = new Set([".css", ".csv", ".html", ".js", ".json", ".svg", ".wasm"]);
const dist = fileURLToPath(new URL("dist/", import.meta.url));

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !KINDS.has(extname(entry.name))) continue;
  const file = join(entry.parentPath, entry.name);
  const bytes = await readFile(file);
  // The highest quality takes minutes on the large module and gains a few percent there.
  const quality = bytes.length > 5e6 ? 7 : 11;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const forms = {
    ".br": await promisify(brotliCompress)(bytes, { params }),
    ".gz": await promisify(gzip)(bytes),
  };
  for (const [suffix, packed] of Object.entries(forms)) {
    if (packed.length < bytes.length) await writeFile(file + suffix, packed);
  }
}
