//! One row a cell in Apache Parquet, for whoever reads columns: those of
//! [`cells_csv`](crate::cells_csv) with types, and null where that has nothing.

use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use crate::cells_csv::{BEST_ROUTE, HEADER, operator_rows, public_rows};
use crate::matrix::Judged;
use crate::public::PublicView;
use crate::redaction::for_operators;

/// The cells as anyone may see them.
///
/// # Errors
/// None that is known: it is written in memory.
pub fn public(view: &PublicView) -> Result<Vec<u8>, ParquetError> {
    let rows: Vec<_> = public_rows(view).map(Vec::from).collect();
    table(&HEADER, &rows)
}

/// The same cells with the route that gives each its score. For operators.
///
/// # Errors
/// As [`public`].
pub fn operator(judged: &Judged<'_>) -> Result<Vec<u8>, ParquetError> {
    let rows: Vec<_> = operator_rows(&for_operators(judged), judged).map(Vec::from).collect();
    table(&[&HEADER[..], &[BEST_ROUTE]].concat(), &rows)
}

/// What the values of a column are.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    /// `yes` or `no`.
    Flag,
    /// Milliseconds since 1970, UTC.
    Instant,
}

fn kind(column: &str) -> Kind {
    match column {
        "scored" | "planned" | "limiting_step" => Kind::Number,
        "unstable" | "source_stand_in" | "target_stand_in" => Kind::Flag,
        "started" => Kind::Instant,
        _ => Kind::Text,
    }
}

/// One row group without compression; the crate's version is not in it.
fn table(columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, ParquetError> {
    let fields = columns.iter().map(|it| field(it).map(Arc::new)).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("cells").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_created_by("portolan".to_owned()).build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (index, name) in columns.iter().enumerate() {
        let Some(column) = group.next_column()? else { break };
        let values = rows.iter().filter_map(|it| it.get(index)).map(String::as_str);
        write(column, kind(name), &values.collect::<Vec<_>>())?;
    }
    group.close()?;
    file.close()?;
    Ok(bytes)
}

fn field(name: &str) -> Result<Type, ParquetError> {
    let (physical, logical) = match kind(name) {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Number => (Physical::INT32, None),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Instant => (Physical::INT64, Some(instant())),
    };
    Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

fn instant() -> LogicalType {
    LogicalType::timestamp(true, TimeUnit::MILLIS)
}

fn write(
    column: SerializedColumnWriter<'_>,
    kind: Kind,
    values: &[&str],
) -> Result<(), ParquetError> {
    match kind {
        Kind::Text => typed::<ByteArrayType>(column, values, |it| Some(ByteArray::from(it))),
        Kind::Number => typed::<Int32Type>(column, values, |it| it.parse().ok()),
        Kind::Flag => typed::<BoolType>(column, values, |it| Some(it == "yes")),
        Kind::Instant => typed::<Int64Type>(column, values, |it| {
            it.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
        }),
    }
}

/// A column; what is empty is null.
fn typed<T: DataType>(
    mut column: SerializedColumnWriter<'_>,
    values: &[&str],
    read: impl Fn(&str) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values = values.iter().map(|it| read(it).filter(|_| !it.is_empty()));
    let values: Vec<_> = values.collect();
    let levels: Vec<i16> = values.iter().map(|it| it.is_some().into()).collect();
    let values: Vec<_> = values.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}
