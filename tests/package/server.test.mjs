// A worker's side of the calls, on a module that is made up.
import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { serve } from "../../pkg/server.js";
import { fakeModule, portionOf, settle } from "./fakes.mjs";

it("a worker says how long its engine was busy, without the time in which a call waits for its turn", async () => {
  let now = 0;
  const clock = mock.method(performance, "now", () => now);
  const module = fakeModule((_, ids) => {
    now += 10 * ids.length;
  });
  const replies = [];
  let ask;
  serve(module, {
    post: (reply) => replies.push(reply),
    listen: (onRequest) => {
      ask = onRequest;
    },
  });
  ask({ number: 0, call: "load", args: { bundle: undefined, engine: "cpu", precision: undefined } });
  ask({ number: 1, call: "classify", args: { portions: [portionOf(["a", "b"], [1, 1])] } });
  ask({ number: 2, call: "classify", args: { portions: [portionOf(["c"], [1])] } });
  await settle();
  clock.mock.restore();
  assert.deepEqual(
    replies.slice(1).map(({ answer }) => answer.busyMs),
    [20, 10],
  );
});
