//! A data profile for people.

mod html;
mod text;

pub use self::html::html;
pub use self::text::text;
