//! Matrices whose rows lie some distance apart in memory.

/// A matrix that is read, its first row at the start of `data`.
#[derive(Clone, Copy)]
pub(super) struct Strided<'a> {
    /// The values from the first row on.
    pub data: &'a [f32],
    /// Values from one row's start to the next one's; rows may overlap.
    pub stride: usize,
}

/// A matrix that is written, its first row at the start of `data`.
pub(super) struct StridedMut<'a> {
    /// The values from the first row on.
    pub data: &'a mut [f32],
    /// Values from one row's start to the next one's.
    pub stride: usize,
}

impl Strided<'_> {
    /// Whether `data` holds `rows` rows of `width` values.
    pub fn holds(&self, rows: usize, width: usize) -> bool {
        holds(self.data.len(), self.stride, rows, width)
    }
}

impl StridedMut<'_> {
    /// Whether `data` holds `rows` rows of `width` values.
    pub fn holds(&self, rows: usize, width: usize) -> bool {
        holds(self.data.len(), self.stride, rows, width)
    }
}

/// Whether `len` values hold `rows` rows of `width` values whose starts are `stride` apart.
pub(super) fn holds(len: usize, stride: usize, rows: usize, width: usize) -> bool {
    match rows.checked_sub(1) {
        None => true,
        Some(last) => {
            let end = last.checked_mul(stride).and_then(|start| start.checked_add(width));
            end.is_some_and(|end| end <= len)
        }
    }
}
