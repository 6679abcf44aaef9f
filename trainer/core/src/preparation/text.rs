//! The features for people.

use painwave::features::{FeatureTransform, Projection};
use painwave::recording::Schema;

/// The network's dense inputs in a line, in their order.
pub fn inputs(transform: &FeatureTransform, schema: &Schema) -> String {
    let passed = transform.passed().map(|dense| dense.name(schema));
    let projected = transform.projections.iter().map(|one| projection(one, transform, schema));
    passed.chain(projected).collect::<Vec<_>>().join(", ")
}

/// What a projection makes of which inputs.
pub fn projection(projection: &Projection, transform: &FeatureTransform, schema: &Schema) -> String {
    let inputs = projection.inputs.iter().map(|index| transform.dense[*index].name(schema));
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    format!("{} principal components of ({inputs})", projection.width())
}
