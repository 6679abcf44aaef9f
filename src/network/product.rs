//! Matrix products of strided matrices, by the library that Burn's CPU backend uses too.

/// A matrix within a slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `columns` values from every `stride`th on. Rows may overlap.
    pub fn new(data: &'a [f32], rows: usize, columns: usize, stride: usize) -> Self {
        assert!(holds(data.len(), rows, columns, stride), "{rows} rows of {columns}, {stride} apart");
        Matrix { data, rows, columns, row_stride: stride, column_stride: 1 }
    }

    /// A row of a matrix that is not transposed.
    pub fn row(&self, row: usize) -> &'a [f32] {
        assert_eq!(self.column_stride, 1, "a column's numbers are not neighbours");
        &self.data[row * self.row_stride..][..self.columns]
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        let Matrix { data, rows, columns, row_stride, column_stride } = self;
        Matrix { data, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }
}

/// Whether a slice of `len` holds the matrix.
fn holds(len: usize, rows: usize, columns: usize, stride: usize) -> bool {
    rows == 0 || (rows - 1) * stride + columns <= len
}

/// A matrix `[rows, columns]` without gaps as `[columns, rows]`.
pub(super) fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    // Square blocks, so that what is read and what is written both stay in the cache.
    const BLOCK: usize = 16;
    let mut out = vec![0.0; matrix.len()];
    for first_row in (0..rows).step_by(BLOCK) {
        for first_column in (0..columns).step_by(BLOCK) {
            for row in first_row..rows.min(first_row + BLOCK) {
                for column in first_column..columns.min(first_column + BLOCK) {
                    out[column * rows + row] = matrix[row * columns + column];
                }
            }
        }
    }
    out
}

/// What happens to the values that a product is written to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Store {
    /// The product replaces them.
    Replace,
    /// The product is added to them.
    Add,
}

/// Writes `left * right` to the first values of each run of `stride` values of `out`, on this thread alone.
pub(super) fn multiply(left: Matrix, right: Matrix, store: Store, out: &mut [f32], stride: usize) {
    let (rows, columns, depth) = (left.rows, right.columns, left.columns);
    assert_eq!(depth, right.rows);
    assert!(columns <= stride && holds(out.len(), rows, columns, stride), "{rows} rows of {columns}");
    let signed = |stride: usize| stride as isize;
    // SAFETY: each matrix lies within its slice: those of `left` and `right` were checked when they were
    // made, that of `out` above; `out` is borrowed alone.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            out.as_mut_ptr(),
            1,
            signed(stride),
            store == Store::Add,
            left.data.as_ptr(),
            signed(left.column_stride),
            signed(left.row_stride),
            right.data.as_ptr(),
            signed(right.column_stride),
            signed(right.row_stride),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
