//! The few words in which polars is spoken to: make, count, pivot, read.

use std::sync::Arc;

use polars::frame::PivotColumnNaming;
use polars::prelude::{
    Column, DataFrame, DataType, Expr, IntoLazy, LazyFrame, NamedFrom, PolarsError, Series,
    by_name, col, element,
};

use super::TablesError;

/// What polars said. No type of its leaves this module.
pub(super) fn told(error: PolarsError) -> TablesError {
    TablesError::Engine(error.to_string())
}

/// A frame of columns that are equally long.
pub(super) fn frame<const N: usize>(columns: [Series; N]) -> Result<DataFrame, TablesError> {
    let columns = columns.into_iter().map(Column::from).collect();
    DataFrame::new_infer_height(columns).map_err(told)
}

/// A column of 8 bits.
pub(super) fn bytes(name: &str, values: &[u8]) -> Series {
    Series::new(name.into(), values)
}

/// A column of 16 bits.
pub(super) fn codes(name: &str, values: &[u16]) -> Series {
    Series::new(name.into(), values)
}

/// Columns by name.
pub(super) fn cols<const N: usize>(names: [&str; N]) -> Vec<Expr> {
    names.into_iter().map(col).collect()
}

/// The frame, ordered by its first columns.
pub(super) fn ordered<const N: usize>(
    frame: LazyFrame,
    by: [&str; N],
) -> Result<DataFrame, TablesError> {
    frame.sort(by, Default::default()).collect().map_err(told)
}

/// One row for each value of `index`; for each of `values` and each of the first codes of `on` a
/// column, named by [`pivoted`]. A code that does not occur in a row has no value there.
pub(super) fn pivot(
    frame: LazyFrame,
    index: &str,
    (on, codes): (&str, usize),
    values: &[&str],
) -> Result<DataFrame, TablesError> {
    let codes: Vec<u16> = (0..codes).filter_map(|code| u16::try_from(code).ok()).collect();
    let on_columns = self::frame([self::codes(on, &codes)])?;
    let names = |names: &[&str]| by_name(names.iter().copied(), true, false);
    let wide = frame.pivot(
        names(&[on]),
        Arc::new(on_columns),
        names(&[index]),
        names(values),
        element().first(),
        true,
        ":".into(),
        PivotColumnNaming::Combine,
    );
    ordered(wide, [index])
}

/// The name of a column that [`pivot`] made.
pub(super) fn pivoted(value: &str, code: usize) -> String {
    format!("{value}:{code}")
}

/// A column as numbers. Durations that polars gives as fractions are whole.
pub(super) fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<Option<u64>>, TablesError> {
    let column = frame.column(name).map_err(told)?.cast(&DataType::UInt64).map_err(told)?;
    Ok(column.u64().map_err(told)?.iter().collect())
}

/// A column as numbers, 0 where there is none.
pub(super) fn known(frame: &DataFrame, name: &str) -> Result<Vec<u64>, TablesError> {
    let numbers = numbers(frame, name)?;
    Ok(numbers.into_iter().map(Option::unwrap_or_default).collect())
}

/// Columns as rows of numbers, 0 where there is none.
pub(super) fn rows<const N: usize>(
    frame: &DataFrame,
    names: [&str; N],
) -> Result<Vec<[u64; N]>, TablesError> {
    let mut rows = vec![[0; N]; frame.height()];
    for (place, name) in names.into_iter().enumerate() {
        for (row, number) in rows.iter_mut().zip(known(frame, name)?) {
            row[place] = number;
        }
    }
    Ok(rows)
}

/// A column of codes; those of the columns above fit.
pub(super) fn read_codes(frame: &DataFrame, name: &str) -> Result<Vec<u16>, TablesError> {
    let numbers = known(frame, name)?;
    Ok(numbers.into_iter().map(|it| u16::try_from(it).unwrap_or(u16::MAX)).collect())
}

/// Starts a query.
pub(super) fn query(frame: &DataFrame) -> LazyFrame {
    frame.clone().lazy()
}
