// Medians and their spread.

/** Median, quartiles and number of some values. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: sorted.length,
  };
}

/** How many times faster ours is, round by round: their time over ours. */
export function ratio(theirs, ours) {
  return summary(theirs.map((time, round) => time / ours[round]));
}

/** The value below which a share of sorted values lies, interpolated. */
function quantile(sorted, share) {
  const position = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return below + (above - below) * (position - Math.floor(position));
}
