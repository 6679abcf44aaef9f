//! Writes nodes, constants, inputs and outputs down.

use super::proto::{
    AttributeProto, AttributeType, DataType, Dimension, DimensionValue, GraphProto, NodeProto, TensorProto,
    TensorShapeProto, TensorType, TypeProto, ValueInfoProto,
};

/// Name of a value in the graph.
pub(super) type Value = String;

/// A graph that grows in the order of the computation. Names within a scope start with its prefix.
#[derive(Debug, Default)]
pub(super) struct GraphWriter {
    /// What has been written.
    pub graph: GraphProto,
    prefix: String,
}

impl GraphWriter {
    /// From here on names start with this.
    pub(super) fn scope(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// Adds a node with one output, which has the node's name.
    pub(super) fn node(
        &mut self,
        operator: &str,
        name: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> Value {
        let name = self.named(name);
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![name.clone()],
            name: Some(name.clone()),
            op_type: Some(operator.to_owned()),
            attribute: attributes,
        });
        name
    }

    /// Adds a constant of f32.
    pub(super) fn floats(&mut self, name: &str, shape: &[usize], elements: &[f32]) -> Value {
        let bytes = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.constant(name, DataType::Float, shape, bytes)
    }

    /// Adds a constant list of i64.
    pub(super) fn integers(&mut self, name: &str, elements: &[i64]) -> Value {
        let bytes = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
        self.constant(name, DataType::Int64, &[elements.len()], bytes)
    }

    /// Adds a constant i64 without dimensions.
    pub(super) fn integer(&mut self, name: &str, element: i64) -> Value {
        self.constant(name, DataType::Int64, &[], element.to_le_bytes().to_vec())
    }

    fn constant(&mut self, name: &str, kind: DataType, shape: &[usize], bytes: Vec<u8>) -> Value {
        let name = self.named(name);
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: Some(kind.into()),
            name: Some(name.clone()),
            raw_data: Some(bytes),
        });
        name
    }

    /// Adds an input `[N, ...]`, whose name has no prefix.
    pub(super) fn input(&mut self, name: String, kind: DataType, sizes: &[usize], about: String) -> Value {
        self.graph.input.push(value_info(name.clone(), kind, sizes, about));
        name
    }

    /// Makes a value an output `[N, ...]`, under a name that has no prefix.
    pub(super) fn output(&mut self, value: &str, name: String, sizes: &[usize], about: String) {
        self.graph.node.push(NodeProto {
            input: vec![value.to_owned()],
            output: vec![name.clone()],
            name: Some(name.clone()),
            op_type: Some("Identity".to_owned()),
            attribute: Vec::new(),
        });
        self.graph.output.push(value_info(name, DataType::Float, sizes, about));
    }

    fn named(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// An attribute that holds an integer.
pub(super) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto { i: Some(value), ..attribute(name, AttributeType::Int) }
}

/// An attribute that holds integers.
pub(super) fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { ints: values.to_vec(), ..attribute(name, AttributeType::Ints) }
}

/// An attribute that holds a number.
pub(super) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { f: Some(value), ..attribute(name, AttributeType::Float) }
}

/// An attribute that holds text.
pub(super) fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: Some(value.as_bytes().to_vec()), ..attribute(name, AttributeType::String) }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: Some(name.to_owned()), r#type: Some(kind.into()), ..AttributeProto::default() }
}

/// `[N, sizes...]`: `N` is known when the model runs.
fn value_info(name: String, kind: DataType, sizes: &[usize], about: String) -> ValueInfoProto {
    let sizes = sizes.iter().map(|size| DimensionValue::Size(*size as i64));
    let dims = std::iter::once(DimensionValue::Name("N".to_owned())).chain(sizes);
    let dim = dims.map(|value| Dimension { value: Some(value) }).collect();
    let shape = Some(TensorShapeProto { dim });
    let tensor_type = Some(TensorType { elem_type: Some(kind.into()), shape });
    ValueInfoProto { name: Some(name), r#type: Some(TypeProto { tensor_type }), doc_string: Some(about) }
}
