// tensorflow.js on its wasm backend, one thread. Its layers have no GRU of the kind that the network has (with the
// reset gate behind the product), so the network is written out in its operations, without any that could be spared:
// input products of all steps at once, biases and ReLU fused into products, no hidden product in the first step.
import { classicScript } from "../page/classic.mjs";

const FOLDER = "/modules/@tensorflow/";

export const tensorflow = {
  name: "tensorflow.js",
  async load({ manifest, parameter }) {
    await classicScript(`${FOLDER}tfjs-core/dist/tf-core.min.js`);
    await classicScript(`${FOLDER}tfjs-backend-cpu/dist/tf-backend-cpu.min.js`);
    await classicScript(`${FOLDER}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
    const { tf } = globalThis;
    tf.wasm.setThreadsCount(1);
    tf.wasm.setWasmPaths(`${FOLDER}tfjs-backend-wasm/dist/`);
    await tf.setBackend("wasm");
    const network = new Network(tf, manifest.members[0].network, parameter);
    return {
      async prepare({ windows, length, width, dense, steps }) {
        const x = tf.tensor(dense, [windows, length, width]);
        const indices = tf.tensor(Int32Array.from(steps), [windows, length], "int32");
        return () => {
          const logits = tf.tidy(() => network.logits(x, indices));
          const values = logits.dataSync();
          logits.dispose();
          return values;
        };
      },
    };
  },
};

/** Time embedding, conv blocks, GRU layers in one direction, the last step, a linear head. */
class Network {
  constructor(tf, config, parameter) {
    const { hidden, layers, cell, bidirectional = false, layer_norm = false } = config.recurrent;
    const simple = cell === "gru" && !bidirectional && !layer_norm && config.category_embeddings.length === 0;
    if (!simple || config.pooling !== "last" || config.head !== "linear") {
      throw new Error("the network is not one that this benchmark writes out in tensorflow.js");
    }
    this.tf = tf;
    this.hidden = hidden;
    this.embedding = tf.tensor(parameter("time_embedding.weight"), [
      config.time_embedding.steps,
      config.time_embedding.width,
    ]);
    let width = config.dense + config.time_embedding.width;
    this.conv = config.conv.map(({ channels, kernel, pool }, i) => {
      const weight = tf.tensor(parameter(`conv.${i}.weight`), [channels, width, kernel]);
      width = channels;
      // [out, in, kernel] to [1, kernel, in, out].
      return {
        filter: tf.expandDims(tf.transpose(weight, [2, 1, 0]), 0),
        bias: tf.tensor(parameter(`conv.${i}.bias`)),
        pool: [1, pool],
      };
    });
    this.layers = Array.from({ length: layers }, (_, layer) => {
      const path = `recurrent.${layer}.forward`;
      const gru = gates(tf, (part) => parameter(`${path}.${part}`), width, hidden);
      width = hidden;
      return gru;
    });
    this.head = {
      weight: tf.tensor(parameter("head.0.weight"), [hidden, config.classes]),
      bias: tf.tensor(parameter("head.0.bias")),
    };
  }

  /** Logits `[N, classes]` of inputs `[N, L, F]` and step indices `[N, L]`. */
  logits(dense, steps) {
    const { tf } = this;
    let x = tf.expandDims(tf.concat([dense, tf.gather(this.embedding, steps)], 2), 1);
    for (const { filter, bias, pool } of this.conv) {
      x = tf.fused.conv2d({ x, filter, bias, strides: 1, pad: "same", activation: "relu" });
      x = tf.maxPool(x, pool, pool, "valid");
    }
    // [N, 1, L, C] to [L, N, C]: a step's rows stand together.
    const [count, , length, channels] = x.shape;
    x = tf.transpose(tf.reshape(x, [count, length, channels]), [1, 0, 2]);
    let states;
    for (const layer of this.layers) {
      states = this.layer(x, layer, { count, length });
      x = tf.stack(states);
    }
    return tf.fused.matMul({ a: states.at(-1), b: this.head.weight, bias: this.head.bias });
  }

  /** Hidden states of one GRU layer, `[N, H]` each, from inputs `[L, N, C]`. */
  layer(x, { input, inputBias, newInput, newInputBias, state, newState, newStateBias }, { count, length }) {
    const { tf, hidden } = this;
    const flat = tf.reshape(x, [length * count, -1]);
    const product = (weight, bias, units) =>
      tf.unstack(tf.reshape(tf.fused.matMul({ a: flat, b: weight, bias }), [length, count, units]));
    const ofSteps = product(input, inputBias, 2 * hidden);
    const ofStepsNew = product(newInput, newInputBias, hidden);
    const states = [];
    for (let step = 0; step < length; step++) {
      const h = states.at(-1);
      const sums = h === undefined ? ofSteps[step] : tf.add(ofSteps[step], tf.matMul(h, state));
      const [reset, update] = tf.split(tf.sigmoid(sums), 2, 1);
      const hiddenNew =
        h === undefined ? newStateBias : tf.fused.matMul({ a: h, b: newState, bias: newStateBias });
      const fresh = tf.tanh(tf.add(ofStepsNew[step], tf.mul(reset, hiddenNew)));
      const kept = h === undefined ? tf.mul(update, tf.neg(fresh)) : tf.mul(update, tf.sub(h, fresh));
      states.push(tf.add(fresh, kept));
    }
    return states;
  }
}

/** A GRU's weights: reset and update gate side by side, the new gate apart. */
function gates(tf, parameter, width, hidden) {
  const weights = (name, rows) => {
    const whole = tf.tensor(parameter(name), [rows, 3 * hidden]);
    return [tf.slice(whole, [0, 0], [-1, 2 * hidden]), tf.slice(whole, [0, 2 * hidden], [-1, hidden])];
  };
  // Of one dimension from the start: the wasm backend takes no reshaped bias.
  const biases = (name) => {
    const whole = tf.tensor(parameter(name));
    return [tf.slice(whole, [0], [2 * hidden]), tf.slice(whole, [2 * hidden], [hidden])];
  };
  const [input, newInput] = weights("input_weight", width);
  const [state, newState] = weights("hidden_weight", hidden);
  const [inputBias, newInputBias] = biases("input_bias");
  const [stateBias, newStateBias] = biases("hidden_bias");
  return {
    input,
    inputBias: tf.add(inputBias, stateBias),
    newInput,
    newInputBias,
    state,
    newState,
    newStateBias,
  };
}
