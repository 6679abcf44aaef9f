//! Bytes in any chunking to recordings, or an error with line and column.
