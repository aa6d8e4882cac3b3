//! The shapes of our own JSON files as JSON Schema 2020-12, for whoever reads them.

/// The shape of [`MatrixFile`](crate::matrix_file::MatrixFile), `portolan.matrix/1`. A file for
/// anyone that names a tool does not fit it.
pub const MATRIX: &str = include_str!("../../schemas/matrix-1.json");

/// The shape of [`Explanation`](crate::explain::Explanation), `portolan.explain/1`.
pub const EXPLAIN: &str = include_str!("../../schemas/explain-1.json");
