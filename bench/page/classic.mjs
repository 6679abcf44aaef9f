// Libraries that come as classic scripts and leave a global behind.

const loaded = new Map();

/** Runs a classic script once. */
export function classicScript(address) {
  if (!loaded.has(address)) {
    const script = Object.assign(document.createElement("script"), { src: address });
    const done = new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
    });
    document.head.append(script);
    loaded.set(address, done);
  }
  return loaded.get(address);
}

/** Bytes of a file. */
export async function fetchBytes(address, range) {
  const headers = range === undefined ? {} : { Range: `bytes=0-${range - 1}` };
  const response = await fetch(address, { headers });
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}
