//! Parquet and Arrow to text.

mod arrow;
mod format;
mod parquet;
mod text;

use std::ops::ControlFlow;
use std::path::Path;

use painwave_train::host::Chunk;

pub(super) use self::format::Format;
use self::text::Text;
use super::chunks::Take;
use super::error::InputError;

/// Hands over a binary table as text with commas, a part at a time.
pub(super) fn feed(path: &Path, format: Format, take: Take<'_>) -> Result<ControlFlow<()>, InputError> {
    if take(Chunk::Table(&path.to_string_lossy())).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let mut text = Text::new(take);
    match format {
        Format::Parquet => parquet::feed(path, &mut text),
        Format::ArrowFile | Format::ArrowStream => arrow::feed(path, format, &mut text),
    }
}
