import { messageOf, PainwaveError } from "./errors.js";

/** Reads the bytes at an address. */
export type Read = (address: URL | string, options: { signal?: AbortSignal }) => Promise<Uint8Array>;

/** The bytes at an address, read by `fetch` or as the host can. */
export async function download(
  address: URL | string,
  signal: AbortSignal | undefined,
  read: Read = byFetch,
): Promise<Uint8Array> {
  try {
    return await read(address, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw new PainwaveError(
      "DOWNLOAD_FAILED",
      `${address} could not be fetched: ${messageOf(error)}`,
      {},
      error,
    );
  }
}

/** Reads what the browser, or Node, can fetch. */
export const byFetch: Read = async (address, options) => {
  const response = await fetch(address, options);
  if (!response.ok) {
    response.body?.cancel().catch(() => undefined);
    throw new Error(`the server answered ${response.status} ${response.statusText}`);
  }
  return new Uint8Array(await response.arrayBuffer());
};
