/** A workbook, whose sheets are read one at a time, as CSV in UTF-8. */
export interface Workbook {
  names(): string[];
  csv(index: number): Uint8Array<ArrayBuffer>;
  free(): void;
}

/** Opens workbooks by the module that can. It is fetched when the first one is opened. */
export type OpenWorkbook = (bytes: Uint8Array) => Promise<Workbook>;

/** What wasm-bindgen exports of the module. */
export interface SpreadsheetModule {
  default(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  WebWorkbook: { open(bytes: Uint8Array): Workbook };
}

/** Opens workbooks by a module that `compile` fetches. Should that fail, the next workbook tries again. */
export function opensWorkbooks(
  wasm: SpreadsheetModule,
  compile: () => Promise<WebAssembly.Module>,
): OpenWorkbook {
  let started: Promise<unknown> | undefined;
  const start = async () => wasm.default({ module_or_path: await compile() });
  return async (bytes) => {
    started ??= start();
    try {
      await started;
    } catch (error) {
      started = undefined;
      throw error;
    }
    return wasm.WebWorkbook.open(bytes);
  };
}
