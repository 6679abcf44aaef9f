import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The built package. */
export const PKG = path("../../pkg");
/** The sample that the page offers. */
export const SAMPLE = path("../../www/page/public/sample.csv");
/** The TypeScript compiler that the package is built with. */
export const TSC = path("../../www/node_modules/typescript/bin/tsc");

/** Was the module with Burn's engines built? */
export const burnBuilt = existsSync(`${PKG}/wasm/burn/painwave_bg.wasm`);
/** Why a test of these engines does not run. */
export const NO_BURN = "pkg/ has no Burn module (cargo xtask package --webgpu)";

for (const needed of [`${PKG}/package.json`, SAMPLE, TSC]) {
  if (!existsSync(needed))
    throw new Error(`${needed} is not there: build the package first (cargo xtask package)`);
}
