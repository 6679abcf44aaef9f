//! Columns that go together: correlation, groups that say the same, linear combinations.

use serde::Serialize;

use crate::columns::MAX_LEVELS;
use crate::table::{Content, Table};

/// How the numeric columns go together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// The columns that vary, in the order of the file.
    pub columns: Vec<String>,
    /// Pearson's correlation of each pair, over the rows in which both have a value:
    /// `[columns][columns]`. None where one of them does not vary in those rows.
    pub matrix: Vec<Vec<Option<f64>>>,
    /// Every how many rows one was looked at: 1, unless the data is very large.
    pub every: usize,
    /// Pairs of at least [`STRONG`], strongest first.
    pub strong: Vec<Pair>,
    /// Groups whose columns are multiples of one another.
    pub collinear: Vec<Vec<String>>,
    /// Groups joined by pairs of at least [`NEAR`].
    pub nearly_collinear: Vec<Vec<String>>,
    /// Columns that follow from several others before them.
    pub combinations: Vec<Combination>,
}

/// Two columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The columns, in the order of the file.
    pub columns: [String; 2],
    /// Their correlation.
    pub correlation: f64,
}

/// A column that is a sum of multiples of others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Combination {
    /// The column.
    pub column: String,
    /// The others.
    pub of: Vec<String>,
}

/// Min absolute correlation of pairs that are listed.
pub const STRONG: f64 = 0.7;
/// Min absolute correlation of nearly collinear columns.
pub const NEAR: f64 = 0.95;
/// Share of the variance of a column that others may leave unexplained for it to count as their combination: the
/// rounding of 32 bits.
const REST: f64 = 1e-6;
/// Rows whose centred values are in memory at once.
const BLOCK: usize = 1024;
/// Products beyond which rows are left out.
const MAX_PRODUCTS: usize = 50_000_000_000;

impl Correlation {
    /// Of the numeric columns that vary.
    pub fn of(table: &Table) -> Self {
        let varying = table.columns.iter().filter_map(|column| match &column.content {
            Content::Numbers(values) => Centred::new(&column.name, values),
            _ => None,
        });
        let columns: Vec<Centred<'_>> = varying.collect();
        let pairs = columns.len() * (columns.len() + 1) / 2;
        let every = (pairs * table.rows()).div_ceil(MAX_PRODUCTS).max(1);
        let matrix = pearson(&columns, table.rows(), every);
        let name = |i: usize| columns[i].name.to_owned();
        let at_least = |limit: f64| {
            let pairs = (0..columns.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
            let matrix = &matrix;
            pairs.filter(move |(i, j)| matrix[*i][*j].is_some_and(|r| r.abs() >= limit))
        };
        let mut strong: Vec<Pair> = at_least(STRONG)
            .map(|(i, j)| Pair { columns: [name(i), name(j)], correlation: matrix[i][j].unwrap_or_default() })
            .collect();
        strong.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
        let groups = |limit: f64| -> Vec<Vec<String>> {
            let groups = connected(columns.len(), at_least(limit));
            groups.into_iter().map(|group| group.into_iter().map(name).collect()).collect()
        };
        Correlation {
            strong,
            collinear: groups(1.0 - REST / 2.0),
            nearly_collinear: groups(NEAR),
            combinations: combinations(&matrix)
                .into_iter()
                .map(|(column, of)| Combination {
                    column: name(column),
                    of: of.into_iter().map(name).collect(),
                })
                .collect(),
            columns: (0..columns.len()).map(name).collect(),
            matrix,
            every,
        }
    }
}

/// A numeric column that varies, and its mean.
struct Centred<'a> {
    name: &'a str,
    values: &'a [f32],
    mean: f64,
    /// Whether every row has a number.
    complete: bool,
}

impl<'a> Centred<'a> {
    fn new(name: &'a str, values: &'a [f32]) -> Option<Self> {
        let finite = || values.iter().filter(|value| !value.is_nan());
        let first = finite().next()?;
        let mean = finite().map(|value| f64::from(*value)).sum::<f64>() / finite().count() as f64;
        let varies = finite().any(|value| value != first);
        varies.then(|| Centred { name, values, mean, complete: finite().count() == values.len() })
    }
}

/// A block of rows of one column: the distances from its mean, 0 where there is no number.
struct Block {
    distances: Vec<f64>,
    squares: Vec<f64>,
    /// 1 where there is a number.
    present: Vec<f64>,
}

/// Sums over the rows in which both columns have a number.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sums {
    fn add(&mut self, x: &Block, y: &Block) {
        self.count += dot(&x.present, &y.present);
        self.x += dot(&x.distances, &y.present);
        self.y += dot(&x.present, &y.distances);
        self.xx += dot(&x.squares, &y.present);
        self.yy += dot(&x.present, &y.squares);
        self.xy += dot(&x.distances, &y.distances);
    }

    fn correlation(&self) -> Option<f64> {
        let Sums { count, x, y, xx, yy, xy } = *self;
        let product = (count * xx - x * x) * (count * yy - y * y);
        // No variance is left where both have a number; rounding may have left a little.
        let varies = product > 1e-20 * (count * xx) * (count * yy);
        varies.then(|| ((count * xy - x * y) / product.sqrt()).clamp(-1.0, 1.0))
    }
}

fn pearson(columns: &[Centred<'_>], rows: usize, every: usize) -> Vec<Vec<Option<f64>>> {
    let mut sums = vec![vec![Sums::default(); columns.len()]; columns.len()];
    for start in (0..rows).step_by(BLOCK * every) {
        let end = rows.min(start + BLOCK * every);
        let blocks: Vec<Block> = columns.iter().map(|column| column.block(start..end, every)).collect();
        for (j, y) in blocks.iter().enumerate() {
            for (i, x) in blocks[..=j].iter().enumerate() {
                // Of two complete columns the other sums are those that each has with itself.
                if i < j && columns[i].complete && columns[j].complete {
                    sums[i][j].xy += dot(&x.distances, &y.distances);
                } else {
                    sums[i][j].add(x, y);
                }
            }
        }
    }
    let mut matrix = vec![vec![None; columns.len()]; columns.len()];
    for j in 0..columns.len() {
        for i in 0..=j {
            let mut pair = sums[i][j];
            if i < j && columns[i].complete && columns[j].complete {
                let (a, b) = (&sums[i][i], &sums[j][j]);
                pair = Sums { count: a.count, x: a.x, y: b.x, xx: a.xx, yy: b.xx, xy: pair.xy };
            }
            matrix[i][j] = pair.correlation();
            matrix[j][i] = matrix[i][j];
        }
    }
    matrix
}

impl Centred<'_> {
    fn block(&self, rows: std::ops::Range<usize>, every: usize) -> Block {
        let values = || self.values[rows.clone()].iter().step_by(every);
        let distance = |value: &f32| if value.is_nan() { 0.0 } else { f64::from(*value) - self.mean };
        let distances: Vec<f64> = values().map(distance).collect();
        Block {
            squares: distances.iter().map(|distance| distance * distance).collect(),
            present: values().map(|value| f64::from(u8::from(!value.is_nan()))).collect(),
            distances,
        }
    }
}

/// Several sums at a time, which the compiler turns into vectors.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        (0..LANES).for_each(|lane| sums[lane] += a[lane] * b[lane]);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// The groups of more than one that pairs connect, each ascending.
fn connected(count: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<Vec<usize>> {
    let mut group: Vec<usize> = (0..count).collect();
    for (i, j) in pairs {
        let (from, to) = (group[i].max(group[j]), group[i].min(group[j]));
        group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
    }
    let members = |first| (0..count).filter(|i| group[*i] == first).collect::<Vec<_>>();
    (0..count).map(members).filter(|group| group.len() > 1).collect()
}

/// Columns that several of the columns before them explain but for [`REST`], by a Cholesky decomposition of
/// the correlation matrix. Not looked for if a correlation is missing.
///
/// By hand, since nalgebra's decomposition ends at the first such column, where this one leaves it out and goes on.
fn combinations(matrix: &[Vec<Option<f64>>]) -> Vec<(usize, Vec<usize>)> {
    let Some(matrix) = matrix
        .iter()
        .map(|row| row.iter().copied().collect::<Option<Vec<f64>>>())
        .collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    // Rows of the lower triangle, of the columns that do not follow from those before.
    let mut free: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut found = Vec::new();
    for (column, correlations) in matrix.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(free.len() + 1);
        for (other, lower) in &free {
            let explained: f64 = row.iter().zip(lower).map(|(a, b)| a * b).sum();
            row.push((correlations[*other] - explained) / lower[row.len()]);
        }
        let rest = 1.0 - row.iter().map(|part| part * part).sum::<f64>();
        if rest > REST {
            row.push(rest.sqrt());
            free.push((column, row));
            continue;
        }
        // Back substitution: what multiple of each other column, in standard deviations.
        let mut weights = row;
        for i in (0..free.len()).rev() {
            weights[i] /= free[i].1[i];
            for j in 0..i {
                weights[j] -= weights[i] * free[i].1[j];
            }
        }
        let of: Vec<usize> =
            free.iter().zip(&weights).filter(|(_, w)| w.abs() > 1e-3).map(|((other, _), _)| *other).collect();
        // A multiple of one other is in a group already.
        if of.len() > 1 {
            found.push((column, of));
        }
    }
    found
}

/// Groups of columns with few values in which each value always comes with the same value of the others.
pub fn same(table: &Table) -> Vec<Vec<String>> {
    let discrete: Vec<(&str, Vec<u16>)> = table
        .columns
        .iter()
        .filter_map(|column| Some((column.name.as_str(), codes(&column.content)?)))
        .filter(|(_, codes)| codes.windows(2).any(|pair| pair[0] != pair[1]))
        .collect();
    let pairs = (0..discrete.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let groups =
        connected(discrete.len(), pairs.filter(|(i, j)| one_to_one(&discrete[*i].1, &discrete[*j].1)));
    groups.into_iter().map(|group| group.into_iter().map(|i| discrete[i].0.to_owned()).collect()).collect()
}

/// A code for each row's value, if there are few values.
fn codes(content: &Content) -> Option<Vec<u16>> {
    match content {
        Content::Words { codes, .. } => Some(codes.clone()),
        Content::Numbers(values) => {
            let mut levels: Vec<u32> = Vec::new();
            values
                .iter()
                .map(|value| {
                    let bits = (value + 0.0).to_bits();
                    let index = levels.iter().position(|level| *level == bits).unwrap_or(levels.len());
                    if index == levels.len() {
                        levels.push(bits);
                    }
                    u16::try_from(index).ok().filter(|index| usize::from(*index) < MAX_LEVELS)
                })
                .collect()
        }
        Content::Text | Content::Empty => None,
    }
}

fn one_to_one(a: &[u16], b: &[u16]) -> bool {
    let mut there = std::collections::HashMap::new();
    let mut back = std::collections::HashMap::new();
    a.iter().zip(b).all(|(a, b)| *there.entry(a).or_insert(b) == b && *back.entry(b).or_insert(a) == a)
}
