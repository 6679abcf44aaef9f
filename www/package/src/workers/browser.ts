import type { OwnerPort, Reply, Request } from "../protocol.js";

/** The page that started this worker. */
export const owner: OwnerPort = {
  post: (reply: Reply, transfer) => globalThis.postMessage(reply, { transfer }),
  listen(onRequest) {
    globalThis.onmessage = ({ data }: MessageEvent<Request>) => onRequest(data);
  },
};
