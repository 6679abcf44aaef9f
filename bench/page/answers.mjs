// Whether two libraries agree on the same windows.

/**
 * Compares logits `[windows, classes]` with ours; `windows` holds the number of windows of each subject.
 *
 * @returns {{ logit: number, probability: number, labels: number, subjects: number }} max difference of a logit
 * and of a subject's probability, and how many subjects get another label
 */
export function compare(ours, theirs, windows) {
  if (theirs.length !== ours.length) {
    throw new Error(`expected ${ours.length} logits, there are ${theirs.length}`);
  }
  const classes = ours.length / windows.reduce((sum, count) => sum + count, 0);
  const [a, b] = [ours, theirs].map((logits) => [...probabilities(logits, windows, classes)]);
  const other = a.filter((subject, i) => argmax(subject) !== argmax(b[i]));
  return {
    logit: distance(ours, theirs),
    probability: Math.max(...a.map((subject, i) => distance(subject, b[i]))),
    labels: other.length,
    subjects: windows.length,
  };
}

/** Each subject's probabilities: the mean of its windows' softmax. */
export function* probabilities(logits, windows, classes) {
  let at = 0;
  for (const count of windows) {
    const mean = new Array(classes).fill(0);
    for (let window = 0; window < count; window++, at += classes) {
      const row = logits.subarray(at, at + classes);
      const top = Math.max(...row);
      const shares = Array.from(row, (logit) => Math.exp(logit - top));
      const sum = shares.reduce((sum, share) => sum + share, 0);
      for (let i = 0; i < classes; i++) mean[i] += shares[i] / sum / count;
    }
    yield mean;
  }
}

/** Index of the max, the first of equals. */
export function argmax(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

function distance(a, b) {
  return a.reduce((max, value, i) => {
    const difference = Math.abs(value - b[i]);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(max, difference);
  }, 0);
}
