// What a user would write to turn parsed rows into the network's inputs, by the bundle's manifest.

/**
 * Makes a function from one subject's rows (objects by column) to its dense features `[steps, width]`. It knows what the
 * embedded model needs: scaled channels and the codes of category columns.
 */
export function extractor({ members: [{ features }], schema }) {
  if (features.projections?.length > 0 || features.dense.some((dense) => dense.centred || "level" in dense)) {
    throw new Error("the features are not such as this benchmark computes in JavaScript");
  }
  const inputs = features.dense.map(({ column, offset, scale }) => {
    const category = schema.categories.find((category) => category.column === column);
    const codes = category && new Map(category.levels.map((level, code) => [level, code]));
    return { column, offset, scale, codes };
  });
  return (rows) => {
    const dense = new Float32Array(rows.length * inputs.length);
    let at = 0;
    for (const row of rows) {
      for (const { column, offset, scale, codes } of inputs) {
        const value = codes ? codes.get(String(row[column])) : row[column];
        dense[at++] = (value - offset) * scale;
      }
    }
    return dense;
  };
}

/** All windows of one subject's features, one after the other, with the index of each of their steps. */
export function windowsOf(dense, { members: [{ network }], window: { length, stride } }) {
  const width = network.dense;
  const count = Math.floor((dense.length / width - length) / stride) + 1;
  const inputs = new Float32Array(count * length * width);
  const indices = new BigInt64Array(count * length);
  for (let window = 0; window < count; window++) {
    const start = window * stride;
    inputs.set(dense.subarray(start * width, (start + length) * width), window * length * width);
    for (let step = 0; step < length; step++) indices[window * length + step] = BigInt(start + step);
  }
  return { count, inputs, indices };
}

/** Groups rows that follow each other by subject. */
export function* bySubject(rows, idColumn) {
  for (let from = 0; from < rows.length; ) {
    const id = rows[from][idColumn];
    let to = from + 1;
    while (to < rows.length && rows[to][idColumn] === id) to += 1;
    yield { id, rows: rows.slice(from, to) };
    from = to;
  }
}
