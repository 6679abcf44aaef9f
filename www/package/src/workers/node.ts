import { parentPort } from "node:worker_threads";
import type { OwnerPort } from "../protocol.js";

/** The thread that started this worker. */
export const owner: OwnerPort = {
  post: (reply, transfer) => parentPort?.postMessage(reply, transfer),
  listen: (onRequest) => parentPort?.on("message", onRequest),
};
