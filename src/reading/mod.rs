//! Bytes in any chunking to recordings, what was put right on the way, and the subjects that cannot be read.
//!
//! - A file has a header and then one row per subject and time step. Columns are found by name, in any order;
//!   spaces around names and values do not count.
//! - The rows of a subject may come in any order and need not be adjacent. Ids are text: "000" is not "0".
//! - What has one meaning is put right, and said once for each kind ([`Repair`]). Where two readings are possible, the
//!   subject is refused, and both are named ([`Refusal`]). A file is refused only if nothing in it can be read.
//!
//! How the numbers of a file are written is settled by its first rows that leave one reading only.

mod alike;
mod error;
mod head;
mod held;
pub(crate) mod ids;
mod last_field;
mod layout;
mod lines;
mod missing;
mod number_format;
mod numbers;
mod numeral;
mod options;
mod parts;
mod pieces;
mod plain;
mod probe;
mod quotes;
mod reader;
mod refusal;
mod repair;
mod repairs;
mod row;
mod rows;
mod series;
mod sink;
mod spare;
pub(crate) mod spelling;
mod subject;
mod subjects;
mod table;
mod text;
mod values;
mod wanted;

pub(crate) use self::error::name_list;
pub use self::error::{FoundColumn, MissingColumn, ReadError, ReadWarning};
pub use self::ids::of_file as id_of_file;
pub use self::missing::is_missing;
pub use self::numbers::Numbers;
pub use self::options::{ReadOptions, Spare};
pub use self::parts::{Part, Ready};
pub use self::reader::Reader;
pub use self::refusal::Refusal;
pub use self::repair::{Repair, RepairKind};
pub use self::repairs::Repairs;
pub use self::row::Row;
pub use self::rows::Rows;
pub use self::wanted::{Role, Wanted};
pub use crate::number::Number;
