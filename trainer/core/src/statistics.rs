//! Statistics of plain slices, as numpy, pandas and scipy define them.

/// Mean and standard deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Sum of squared distances from it.
    pub squares: f64,
}

impl Moments {
    /// Of some values; none of no values.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        // Distances from the first value: equal values have exactly their mean and no deviation.
        let first = values.clone().next()?;
        let (count, sum) =
            values.clone().fold((0, 0.0), |(count, sum), value| (count + 1, sum + (value - first)));
        let mean = first + sum / count as f64;
        let squares = values.map(|value| (value - mean) * (value - mean)).sum();
        Some(Moments { count, mean, squares })
    }

    /// The sample's standard deviation (`ddof=1`, the default of pandas); 0 of one value.
    pub fn sd(&self) -> f64 {
        (self.squares / (self.count.max(2) - 1) as f64).sqrt()
    }
}

/// A quantile of ascending values, linear between them (the default of numpy and pandas).
///
/// # Panics
/// Without a value.
pub fn quantile<T: Copy + Into<f64>>(sorted: &[T], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let (low, high): (f64, f64) = (sorted[below].into(), sorted[(below + 1).min(sorted.len() - 1)].into());
    low + (high - low) * (position - below as f64)
}

/// The two-sample Kolmogorov-Smirnov distance of ascending values: the max difference of their
/// distribution functions (`scipy.stats.ks_2samp(a, b).statistic`). None without a value on either side.
pub fn kolmogorov_smirnov(a: &[f32], b: &[f32]) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (mut i, mut j, mut distance) = (0, 0, 0f64);
    while i < a.len() && j < b.len() {
        let value = a[i].min(b[j]);
        i += a[i..].iter().take_while(|other| **other == value).count();
        j += b[j..].iter().take_while(|other| **other == value).count();
        distance = distance.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    Some(distance)
}

/// The correlation ratio eta^2 = (sum of squares between classes) / (total sum of squares) of class and
/// value pairs: the share of the values' variance that the class explains (one-way analysis of variance).
/// None if the values do not differ or belong to one class.
pub fn correlation_ratio(values: impl Iterator<Item = (usize, f64)> + Clone, classes: usize) -> Option<f64> {
    let total = Moments::of(values.clone().map(|(_, value)| value))?;
    let mut groups = vec![(0u64, 0.0); classes];
    for (class, value) in values {
        groups[class].0 += 1;
        groups[class].1 += value - total.mean;
    }
    let used = || groups.iter().filter(|(count, _)| *count > 0);
    if total.squares == 0.0 || used().count() < 2 {
        return None;
    }
    let between: f64 = used().map(|(count, sum)| sum * sum / *count as f64).sum();
    Some(between / total.squares)
}

/// Cramer's V of pairs of a class and a code below 65,536, without correction
/// (`scipy.stats.contingency.association`): 0 if they are independent, 1 if one determines the other.
/// None if either has one value only.
pub fn cramers_v(pairs: impl Iterator<Item = (usize, u16)>, classes: usize, codes: usize) -> Option<f64> {
    let mut table = vec![0f64; classes * codes];
    pairs.for_each(|(class, code)| table[class * codes + usize::from(code)] += 1.0);
    let rows: Vec<f64> = table.chunks(codes.max(1)).map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..codes).map(|code| table.iter().skip(code).step_by(codes).sum()).collect();
    let total: f64 = rows.iter().sum();
    let used = |sums: &[f64]| sums.iter().filter(|sum| **sum > 0.0).count();
    let degrees = used(&rows).min(used(&columns)).checked_sub(1).filter(|degrees| *degrees > 0)?;
    let cells = rows.iter().flat_map(|row| columns.iter().map(move |column| row * column / total));
    let chi_squared: f64 = cells
        .zip(&table)
        .filter(|(expected, _)| *expected > 0.0)
        .map(|(expected, found)| (found - expected) * (found - expected) / expected)
        .sum();
    Some((chi_squared / (total * degrees as f64)).sqrt())
}
