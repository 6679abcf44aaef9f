//! A manifest from JSON.
//!
//! serde_json reads structs from maps and from arrays alike, so a module holds the code for both: a fifth of the one
//! that every visitor loads. This looks up their fields in the order of their definition instead, which takes the
//! smaller half of that code.

use std::fmt::Display;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Map, Value, map};

use crate::number::Shown;

/// JSON that is not what was expected.
///
/// The messages of serde and serde_json bring a printer of fractions and its tables.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnexpectedJson(String);

impl Error for UnexpectedJson {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Self {
        let found = match found {
            Unexpected::Bool(value) => value.to_string(),
            Unexpected::Unsigned(number) => number.to_string(),
            Unexpected::Signed(number) => number.to_string(),
            Unexpected::Float(number) => Shown(number).to_string(),
            Unexpected::Str(text) => format!("{text:?}"),
            Unexpected::Unit => "null".into(),
            Unexpected::Seq => "an array".into(),
            Unexpected::Map => "an object".into(),
            _ => "something else".into(),
        };
        Self(format!("found {found}, expected {expected}"))
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }
}

/// Reads a type whose `Deserialize` is derived. Fields that a struct does not know are refused; those that may be absent
/// must have a default, options included.
///
/// # Errors
/// The value is not of this type.
pub(super) fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, UnexpectedJson> {
    T::deserialize(Json(value))
}

/// A value that is read.
#[derive(Clone, Copy)]
struct Json<'a>(&'a Value);

impl<'a> Json<'a> {
    fn array(self, expected: &dyn Expected) -> Result<&'a [Value], UnexpectedJson> {
        self.0.as_array().map(Vec::as_slice).ok_or_else(|| self.unexpected(expected))
    }

    fn object(self, expected: &dyn Expected) -> Result<&'a Map<String, Value>, UnexpectedJson> {
        self.0.as_object().ok_or_else(|| self.unexpected(expected))
    }

    fn unexpected(self, expected: &dyn Expected) -> UnexpectedJson {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        UnexpectedJson::invalid_type(found, expected)
    }
}

impl<'a> Deserializer<'a> for Json<'a> {
    type Error = UnexpectedJson;

    /// Reads what is neither an array nor an object.
    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, UnexpectedJson> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(self.unexpected(&visitor)),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, UnexpectedJson> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, UnexpectedJson> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, UnexpectedJson> {
        let items = self.array(&visitor)?;
        visitor.visit_seq(Items(items.iter()))
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, UnexpectedJson> {
        let items = self.array(&visitor)?;
        let mut items = Items(items.iter());
        let tuple = visitor.visit_seq(&mut items)?;
        match items.0.len() {
            0 => Ok(tuple),
            more => Err(UnexpectedJson::custom(format_args!("{more} items too many"))),
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, UnexpectedJson> {
        let entries = self.object(&visitor)?;
        visitor.visit_map(Entries { entries: entries.iter(), value: &Value::Null })
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, UnexpectedJson> {
        let object = self.object(&visitor)?;
        if let Some(unknown) = object.keys().find(|key| !names.contains(&key.as_str())) {
            return Err(UnexpectedJson::unknown_field(unknown, names));
        }
        let mut fields = Fields { object, names: names.iter(), absent: None };
        let read = visitor.visit_seq(&mut fields);
        read.map_err(|error| fields.absent.map_or(error, UnexpectedJson::missing_field))
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, UnexpectedJson> {
        let (name, content) = match self.0 {
            Value::String(name) => (name, &Value::Null),
            Value::Object(object) if object.len() == 1 => {
                object.iter().next().ok_or_else(|| self.unexpected(&visitor))?
            }
            _ => return Err(self.unexpected(&visitor)),
        };
        visitor.visit_enum(Variant { name, content: Json(content) })
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple_struct identifier ignored_any
    }
}

struct Items<'a>(std::slice::Iter<'a, Value>);

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = UnexpectedJson;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, UnexpectedJson> {
        self.0.next().map(|item| seed.deserialize(Json(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The fields of a struct, one after the other. One that is absent is taken for the end, where derived code asks no
/// more of a field than whether it has a default; it does go on with the next.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
    /// The last field, if it is absent.
    absent: Option<&'static str>,
}

impl<'a> SeqAccess<'a> for Fields<'a> {
    type Error = UnexpectedJson;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, UnexpectedJson> {
        let Some(name) = self.names.next() else { return Ok(None) };
        let value = self.object.get(*name);
        self.absent = if value.is_none() { Some(name) } else { None };
        value.map(|value| seed.deserialize(Json(value))).transpose()
    }
}

struct Entries<'a> {
    entries: map::Iter<'a>,
    /// Of the last key.
    value: &'a Value,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = UnexpectedJson;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, UnexpectedJson> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, UnexpectedJson> {
        seed.deserialize(Json(self.value))
    }
}

/// A variant of an enum: its name alone, or as the one key of an object.
struct Variant<'a> {
    name: &'a str,
    content: Json<'a>,
}

impl<'a> EnumAccess<'a> for Variant<'a> {
    type Error = UnexpectedJson;
    type Variant = Json<'a>;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Json<'a>), UnexpectedJson> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self.content))
    }
}

impl<'a> VariantAccess<'a> for Json<'a> {
    type Error = UnexpectedJson;

    fn unit_variant(self) -> Result<(), UnexpectedJson> {
        if self.0.is_null() { Ok(()) } else { Err(self.unexpected(&"a variant without content")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, UnexpectedJson> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'a>>(self, length: usize, visitor: V) -> Result<V::Value, UnexpectedJson> {
        self.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, UnexpectedJson> {
        self.deserialize_struct("", fields, visitor)
    }
}
