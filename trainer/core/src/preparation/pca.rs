//! Principal components of groups of scaled inputs.

use nalgebra::DMatrix;
use painwave::features::{DenseFeature, FeatureExtractor, FeatureTransform, Projection};
use painwave::recording::{Recording, Schema};

use super::PreparationError;
use super::column::Column;
use super::selection::matching;
use crate::recipe::{Components, PcaGroup, RecipeError, RecipeFile};

/// A projection, and the share of its inputs' variance that it keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The projection.
    pub projection: Projection,
    /// Share of the variance.
    pub explained: f64,
}

/// A principal component.
struct Component {
    /// The variance along it.
    variance: f64,
    /// Its entry for each input, of length 1 together.
    direction: Vec<f64>,
}

/// Fits the recipe's groups to the scaled inputs of the training subjects. A group whose columns are all
/// dropped has no projection.
///
/// # Errors
/// A group that names a column that is not there or that another group has, or that cannot have as many components as
/// asked for.
pub fn fit(
    file: &RecipeFile,
    columns: &[Column],
    dense: &[DenseFeature],
    schema: &Schema,
    training: &[&Recording],
) -> Result<Vec<Fitted>, PreparationError> {
    let groups = groups(file, columns, dense)?;
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    // Scaled by the very code that will scale them in the browser.
    let scaling = FeatureTransform { dense: dense.to_vec(), ..FeatureTransform::default() };
    let extractor = FeatureExtractor::new(&scaling, schema)?;
    let scaled: Vec<f32> = training.iter().flat_map(|recording| extractor.apply(recording).dense).collect();
    let fit = |(index, inputs): (usize, Vec<usize>)| {
        let group = &file.recipe.features.pca[index];
        let (mean, covariance) = covariance(&scaled, dense.len(), &inputs);
        let components = principal(covariance);
        let total: f64 = components.iter().map(|component| component.variance).sum();
        if total <= 0.0 {
            let found = "a group of constant columns";
            let expected = "columns that vary: `drop_constant = true` leaves the others out";
            return Err(file.value_error(&key(index, ""), found, expected).into());
        }
        let count = count(file, index, group, &components, total)?;
        let explained = components[..count].iter().map(|component| component.variance).sum::<f64>() / total;
        let components =
            components.into_iter().take(count).flat_map(|component| upright(component.direction));
        let components = components.map(|number| number as f32).collect();
        Ok(Fitted { projection: Projection { inputs, mean, components }, explained })
    };
    groups.into_iter().map(fit).collect()
}

fn key(index: usize, name: &str) -> String {
    format!("features.pca.{index}{name}")
}

/// Index of each group that is left, with the indices of its inputs.
fn groups(
    file: &RecipeFile,
    columns: &[Column],
    dense: &[DenseFeature],
) -> Result<Vec<(usize, Vec<usize>)>, RecipeError> {
    let mut taken = vec![false; columns.len()];
    let mut groups = Vec::new();
    for (index, group) in file.recipe.features.pca.iter().enumerate() {
        let key = key(index, ".columns");
        let members = matching(file, &key, &group.columns, columns)?;
        for member in &members {
            if std::mem::replace(&mut taken[*member], true) {
                let found = format!("a group with `{}`, which an earlier group has", columns[*member].name);
                return Err(file.value_error(&key, found, "each column in one group"));
            }
        }
        let is_member = |input: &usize| {
            let DenseFeature { column, centred, .. } = &dense[*input];
            !centred && members.iter().any(|member| columns[*member].name == *column)
        };
        let inputs: Vec<usize> = (0..dense.len()).filter(is_member).collect();
        if !inputs.is_empty() {
            groups.push((index, inputs));
        }
    }
    Ok(groups)
}

/// Mean of each of some inputs, and their covariance, row by row.
fn covariance(scaled: &[f32], width: usize, inputs: &[usize]) -> (Vec<f32>, DMatrix<f64>) {
    let rows = || scaled.chunks_exact(width).map(|row| inputs.iter().map(|index| f64::from(row[*index])));
    let (n, count) = (inputs.len(), f64::max(rows().len() as f64, 1.0));
    let mut mean = vec![0.0; n];
    for row in rows() {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count);
    }
    let mut covariance = DMatrix::zeros(n, n);
    for row in rows() {
        let centred: Vec<f64> = row.zip(&mean).map(|(value, mean)| value - mean).collect();
        for (mut sums, a) in covariance.column_iter_mut().zip(&centred) {
            sums.iter_mut().zip(&centred).for_each(|(sum, b)| *sum += a * b / count);
        }
    }
    (mean.into_iter().map(|mean| mean as f32).collect(), covariance)
}

/// The components of a covariance matrix, by descending variance.
fn principal(covariance: DMatrix<f64>) -> Vec<Component> {
    let eigen = covariance.symmetric_eigen();
    let pairs = eigen.eigenvalues.iter().zip(eigen.eigenvectors.column_iter());
    let component = |(value, vector): (&f64, nalgebra::DVectorView<'_, f64>)| Component {
        // Rounding can leave that of a direction without variance below zero.
        variance: value.max(0.0),
        direction: vector.iter().copied().collect(),
    };
    let mut components: Vec<Component> = pairs.map(component).collect();
    components.sort_by(|a, b| b.variance.total_cmp(&a.variance));
    components
}

/// How many components, as scikit-learn's `PCA(n_components=...)` counts them.
fn count(
    file: &RecipeFile,
    index: usize,
    group: &PcaGroup,
    components: &[Component],
    total: f64,
) -> Result<usize, RecipeError> {
    let most = components.len();
    match group.wanted() {
        Some(Components::Count(count)) if count > most => {
            let expected = format!("at most the {most} inputs that the group has left");
            Err(file.value_error(&key(index, ".components"), count, expected))
        }
        Some(Components::Count(count)) => Ok(count),
        // A recipe that says neither is refused when it is read.
        None => Ok(most),
        Some(Components::Explaining(share)) => {
            let sums = components.iter().scan(0.0, |sum, component| {
                *sum += component.variance / total;
                Some(*sum)
            });
            Ok(most.min(1 + sums.take_while(|sum| *sum <= share).count()))
        }
    }
}

/// A component with its largest entry positive, as scikit-learn's `svd_flip` leaves it: the decomposition
/// alone does not decide the sign. Of entries that differ only by rounding, as those of two standardised inputs
/// do, the first decides.
fn upright(mut component: Vec<f64>) -> Vec<f64> {
    let largest = component.iter().fold(0.0, |largest: f64, entry| largest.max(entry.abs()));
    let decides = component.iter().find(|entry| entry.abs() >= largest * (1.0 - 1e-9));
    let sign = decides.map_or(1.0, |entry| entry.signum());
    component.iter_mut().for_each(|entry| *entry *= sign);
    component
}
