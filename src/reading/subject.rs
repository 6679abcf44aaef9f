//! One subject's rows.

use super::error::ReadError;
use super::ids;
use super::layout::Layout;
use super::missing::is_missing;
use super::number_format::Decimal;
use super::repair::{RepairKind, Repairs};
use super::rows::Row;
use super::subjects::State;
use super::values::Values;
use crate::number::{self, Shown};
use crate::recording::{Category, Recording, Schema};
use crate::sampling::Sampling;
