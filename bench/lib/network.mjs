// What a network costs.

/**
 * Floating-point operations of one window, a product and a sum being two. The first step of a recurrent layer has no
 * hidden product, for the state is zero there.
 */
export function operations(network, length) {
  let steps = length;
  let width =
    network.dense +
    network.category_embeddings.reduce((sum, table) => sum + table.width, 0) +
    (network.time_embedding?.width ?? 0);
  let products = 0;
  for (const { channels, kernel, pool } of network.conv) {
    products += steps * kernel * width * channels;
    steps = Math.floor(steps / pool);
    width = channels;
  }
  const { hidden, layers, cell, bidirectional } = network.recurrent;
  const gates = { rnn: 1, lstm: 4, gru: 3 }[cell] * hidden;
  const directions = bidirectional ? 2 : 1;
  for (let layer = 0; layer < layers; layer++) {
    products += directions * gates * (steps * width + (steps - 1) * hidden);
    width = directions * hidden;
  }
  return 2 * (products + width * network.classes);
}
