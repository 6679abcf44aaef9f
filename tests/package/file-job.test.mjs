// One file on its way through workers that are made up.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { FileJob } from "../../pkg/file-job.js";
import { withInput } from "../../pkg/inputs.js";
import { WorkerPool } from "../../pkg/pool.js";
import { Predictions } from "../../pkg/predictions.js";
import { CLASSES, failureOf, portionOf, predictionOf } from "./fakes.mjs";

const MANY = 40;
/** Milliseconds that a worker says that it was busy with a subject, and the windows of one. */
const [BUSY_MS, WINDOWS] = [4, 16];

const ids = (count) => Array.from({ length: count }, (_, i) => `${i}`);

/** A worker that reads a file of `subjects`, one in each portion, and classifies what `work` lets it. */
class FakeWorker {
  ending = new AbortController();
  reads = 0;
  /** Windows that it was asked for, read by read. */
  asked = [];
  classified = [];

  constructor(subjects, work = async () => {}, answerOf = predictionOf) {
    this.subjects = subjects;
    this.work = work;
    this.answerOf = answerOf;
  }

  get alive() {
    return !this.ended.aborted;
  }

  get ended() {
    return this.ending.signal;
  }

  async call(name, args) {
    if (!this.alive) throw this.ended.reason;
    if (name === "read") {
      this.asked.push(args.windows);
      const number = this.reads++;
      const portion = number < this.subjects ? portionOf([`${number}`], [16]) : undefined;
      return { portion, bytesRead: Math.min(this.reads, this.subjects) };
    }
    if (name === "summary") return { order: ids(this.subjects), warnings: [], repairs: [], refused: [] };
    if (name !== "classify") return undefined;
    const asked = args.portions.flatMap(({ ids }) => ids);
    await this.work(asked, this);
    if (!this.alive) throw this.ended.reason;
    this.classified.push(...asked);
    return { answers: asked.map(this.answerOf), busyMs: BUSY_MS * asked.length };
  }

  end(error) {
    this.ending.abort(error);
  }

  die() {
    this.end(Object.assign(new Error("it fell"), { code: "WORKER_CRASHED" }));
  }
}

/** A companion that has this engine from the start. */
const companion = (session) => ({
  alone: true,
  engine: session && { session, info: { engine: "webgpu" } },
  failures: [],
  consider() {},
  fail(engine, error) {
    if (engine !== this.engine) return;
    this.failures.push(error.message);
    this.engine = undefined;
    engine.session.end(error);
  },
});

/** A companion that finds its engine when the CPU has done some portions. */
const finder = (session) => ({
  ...companion(),
  alone: false,
  paces: [],
  consider(pace) {
    this.paces.push(pace);
    if (this.paces.length === 3) this.engine = { session, info: { engine: "webgpu" } };
  },
});

function setUp({ subjects = MANY, limit = 3, reader, helper, engine, found, answerOf } = {}) {
  const first = new FakeWorker(subjects, reader, answerOf);
  const started = [];
  const start = async () => {
    const worker = new FakeWorker(0, helper, answerOf);
    started.push(worker);
    return worker;
  };
  const pool = new WorkerPool(limit, start, first);
  const other = found ? finder(found) : companion(engine && new FakeWorker(0, engine));
  const heard = [];
  const workers = { reader: first, pool, companion: other, postsBlobs: true };
  const onPredictions = (predictions) => heard.push(...predictions.map(({ id }) => id));
  const run = (changes) => {
    const predictions = new Predictions(CLASSES);
    const job = new FileJob(
      { ...workers, ...changes },
      0,
      { onPredictions },
      new AbortController().signal,
      predictions,
    );
    return withInput(new Blob(["x".repeat(subjects)]), (input) => job.run(input));
  };
  return { run, heard, first, started, other };
}

const slowly = async () => {
  for (let i = 0; i < 10; i++) await setImmediate();
};

describe("a file", () => {
  it("is shared by workers, and its subjects come in the order of the file", async () => {
    // The less there was of it, the longer it takes.
    const uneven = async ([id]) => {
      for (let i = 0; i < 7 - (Number(id) % 7); i++) await setImmediate();
    };
    const { run, heard, first, started } = setUp({ reader: uneven, helper: uneven });
    const { predictions } = await run();
    assert.deepEqual(
      predictions.map(({ id }) => id),
      ids(MANY),
    );
    assert.deepEqual(predictions[0].probabilities, { calm: 0.75, pain: 0.25 });
    assert.deepEqual(heard, ids(MANY));
    assert.equal(started.length, 2);
    for (const worker of [first, ...started]) assert.notEqual(worker.classified.length, 0);
  });

  it("starts no helper if it is short", async () => {
    const { run, started } = setUp({ subjects: 2 });
    await run();
    assert.equal(started.length, 0);
  });

  it("is read in portions that grow from one or two subjects on, and become smaller towards the end", async () => {
    const { run, first } = setUp({ limit: 2 });
    await run();
    const most = Math.max(...first.asked);
    const last = first.asked[MANY - 1];
    assert.ok(first.asked[0] <= 64 && last <= most / 4, first.asked.join());
    const at = first.asked.indexOf(most);
    const ordered = (values) => values.toSorted((a, b) => a - b);
    assert.deepEqual(first.asked.slice(0, at), ordered(first.asked.slice(0, at)));
    const rest = first.asked.slice(at, MANY);
    assert.deepEqual(rest, ordered(rest).toReversed());
  });

  it("starts no helper for its last subjects", async () => {
    const { run, first, started } = setUp({ subjects: 6 });
    const call = first.call.bind(first);
    first.call = async (name, args) => {
      const answer = await call(name, args);
      return name === "read" ? { ...answer, bytesRead: 6 } : answer;
    };
    assert.equal((await run()).predictions.length, 6);
    assert.equal(started.length, 0);
  });

  it("is read no further than the workers can follow", async () => {
    const { run, first } = setUp({
      reader: () => new Promise(() => {}),
      helper: () => new Promise(() => {}),
    });
    void run();
    for (let i = 0; i < 100; i++) await setImmediate();
    assert.ok(first.reads < 16, `${first.reads} portions were read`);
  });

  it("is shared with helpers that were started for the file before", async () => {
    const { run, first } = setUp();
    let ready;
    const late = new FakeWorker(0, slowly);
    const pool = new WorkerPool(2, () => new Promise((resolve) => (ready = resolve)), first);
    void pool.grow();
    first.work = async ([id]) => {
      if (id === "3") ready(late);
      await slowly();
    };
    assert.equal((await run({ pool })).predictions.length, MANY);
    assert.notEqual(late.classified.length, 0);
  });

  it("is not heard of after it was given up", async () => {
    const { run, heard, first } = setUp({ reader: slowly, helper: slowly });
    const read = first.call.bind(first);
    first.call = async (name, args) => {
      if (name === "read" && first.reads === 9) throw new Error("row 9 is bad");
      return read(name, args);
    };
    await assert.rejects(run(), /row 9 is bad/);
    const before = heard.length;
    for (let i = 0; i < 5; i++) await slowly();
    assert.equal(heard.length, before);
  });

  it("survives the death of a helper", async () => {
    const deadly = async (_, worker) => {
      if (!deadly.done) {
        deadly.done = true;
        worker.die();
      }
      await setImmediate();
    };
    const { run, heard, started } = setUp({ reader: () => setImmediate(), helper: deadly });
    const { predictions } = await run();
    assert.equal(predictions.length, MANY);
    assert.deepEqual(heard, ids(MANY));
    assert.ok(deadly.done && started.length > 0);
  });

  it("is given up when every worker dies over it", async () => {
    const { run } = setUp({
      reader: ([id]) => id !== "0" && new Promise(() => {}),
      helper: async (_, worker) => worker.die(),
    });
    await assert.rejects(run(), { code: "WORKER_CRASHED" });
  });

  it("goes on on the CPU when the engine that was asked for is lost", async () => {
    let calls = 0;
    const engine = async (_, worker) => {
      await setImmediate();
      if (calls++ === 1) worker.die();
    };
    const { run, heard, first, other } = setUp({ engine });
    assert.equal((await run()).predictions.length, MANY);
    assert.deepEqual(heard, ids(MANY));
    assert.deepEqual(other.failures, ["it fell"]);
    assert.notEqual(first.classified.length, 0);
  });

  it("goes on on the CPU when the engine that was asked for dies while it has nothing to do", async () => {
    const { run, other, first } = setUp({ engine: () => setImmediate() });
    const { session } = other.engine;
    const read = first.call.bind(first);
    first.call = async (name, args) => {
      if (name === "read" && first.reads === 5) session.die();
      return read(name, args);
    };
    assert.equal((await run()).predictions.length, MANY);
    assert.deepEqual(other.failures, ["it fell"]);
  });

  it("is shared with an engine that is found on the way, which gets many portions at once", async () => {
    const found = new FakeWorker(0, () => setImmediate());
    const { run, heard, first, other } = setUp({ subjects: 300, reader: slowly, helper: slowly, found });
    assert.equal((await run()).predictions.length, 300);
    assert.deepEqual(heard, ids(300));
    assert.ok(found.classified.length >= 24, `${found.classified.length} subjects`);
    assert.notEqual(first.classified.length, 0);
    assert.equal(other.paces.length, 3);
    assert.ok(other.paces[2].windowsLeft >= 0);
    assert.notEqual(other.paces[2].recent().length, 0);
  });

  it("is measured by the time that the workers are busy, however long its bytes take to come", async () => {
    const found = new FakeWorker(0);
    const { run, first, other } = setUp({ found, limit: 3 });
    const read = first.call.bind(first);
    first.call = async (name, args) => {
      if (name === "read") await slowly();
      return read(name, args);
    };
    await run();
    for (const { windowsPerSecond } of other.paces) {
      assert.equal(windowsPerSecond, ((1000 * WINDOWS) / BUSY_MS) * 3);
    }
  });

  it("is not to blame for what goes wrong on the engine: the CPU does it again", async () => {
    const wrong = {
      "an error": () => {
        throw Object.assign(new Error("the logits are not finite"), { code: "LOGITS_NOT_FINITE" });
      },
      "a subject that it cannot classify": (answer) => ({
        ...answer,
        answers: answer.answers.map(({ id }, i) => (i === 0 ? failureOf(id) : answer.answers[i])),
      }),
      "too few answers": (answer) => ({ ...answer, answers: answer.answers.slice(0, -1) }),
      "another subject's answers": (answer) => ({ ...answer, answers: answer.answers.toReversed() }),
    };
    for (const [what, spoil] of Object.entries(wrong)) {
      const { run, heard, first, other } = setUp({ engine: () => setImmediate() });
      const { session } = other.engine;
      const call = session.call.bind(session);
      let calls = 0;
      session.call = async (name, args) => {
        const answer = await call(name, args);
        return name === "classify" && args.portions.length > 1 && calls++ === 0 ? spoil(answer) : answer;
      };
      assert.equal((await run()).predictions.length, MANY, what);
      assert.equal(calls, 1, what);
      assert.deepEqual(heard, ids(MANY), what);
      assert.equal(other.failures.length, 1, what);
      assert.equal(session.alive, false, what);
      assert.notEqual(first.classified.length, 0, what);
    }
  });

  it("refuses a subject that cannot be classified, and keeps all others", async () => {
    const answerOf = (id) => (id === "7" ? failureOf(id) : predictionOf(id));
    const { run, heard } = setUp({ answerOf });
    const { predictions, refused } = await run();
    const others = ids(MANY).filter((id) => id !== "7");
    assert.deepEqual(
      predictions.map(({ id }) => id),
      others,
    );
    assert.deepEqual(heard, others);
    assert.deepEqual(refused, [failureOf("7")]);
  });

  it("fails if none of its subjects can be classified", async () => {
    await assert.rejects(setUp({ answerOf: failureOf }).run(), { code: "LOGITS_NOT_FINITE" });
  });

  it("fails with what is wrong with it where the CPU finds it, too", async () => {
    const refuse = () => {
      throw Object.assign(new Error("the logits are not finite"), { code: "LOGITS_NOT_FINITE" });
    };
    const { run } = setUp({ reader: refuse, engine: refuse });
    await assert.rejects(run(), { code: "LOGITS_NOT_FINITE" });
  });

  it("fails rather than lose a subject", async () => {
    const { run, first } = setUp();
    const call = first.call.bind(first);
    first.call = async (name, args) => {
      const answer = await call(name, args);
      return name === "summary" ? { ...answer, order: [...answer.order, "forgotten"] } : answer;
    };
    await assert.rejects(run(), { code: "INTERNAL", message: /"forgotten" was read and not classified/ });
  });

  it("goes on without an engine that was found on the way and lost", async () => {
    const found = new FakeWorker(0, async (_, worker) => worker.die());
    const { run, heard, other } = setUp({ subjects: 300, reader: slowly, helper: slowly, found });
    assert.equal((await run()).predictions.length, 300);
    assert.deepEqual(heard, ids(300));
    assert.deepEqual(other.failures, ["it fell"]);
  });
});
