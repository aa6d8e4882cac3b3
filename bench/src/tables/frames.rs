//! polars by itself: the simple rule as two group-bys.

use anyhow::Result;
use polars::prelude::{Column, DataFrame, DataType, IntoLazy as _, col, lit};
use serde_json::json;

use super::contest::{Contestant, Rows};
use super::own::{Own, Plain, spent};

const NAMES: [&str; 5] = ["campaign", "guest", "source", "target", "route"];

/// By five columns of 16 bits.
pub(super) struct Keys<'a> {
    plain: &'a Plain,
    frame: DataFrame,
}

impl<'a> Keys<'a> {
    pub(super) fn new(own: &'a Own) -> Result<Self> {
        let plain = &own.plain;
        Ok(Self { plain, frame: frame(plain)? })
    }

    fn cells(&self) -> Result<DataFrame> {
        let keys = |count: usize| NAMES.into_iter().take(count).map(col).collect::<Vec<_>>();
        let routes = self.frame.clone().lazy().group_by(keys(5)).agg([col("score").min()]);
        Ok(routes.group_by(keys(4)).agg([col("score").max()]).collect()?)
    }
}

fn frame(plain: &Plain) -> Result<DataFrame> {
    let columns = NAMES.iter().zip(&plain.columns);
    let mut columns: Vec<Column> =
        columns.map(|(name, codes)| Column::new((*name).into(), codes.as_slice())).collect();
    columns.push(Column::new("score".into(), plain.score.as_slice()));
    Ok(DataFrame::new_infer_height(columns)?)
}

fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<u64>> {
    let column = frame.column(name)?.cast(&DataType::UInt64)?;
    Ok(column.u64()?.iter().flatten().collect())
}

impl Contestant for Keys<'_> {
    fn run(&mut self) -> Result<f64> {
        let (cells, ms) = spent(|| self.cells());
        cells?;
        Ok(ms)
    }

    fn tell(&mut self) -> Result<Rows> {
        let cells = self.cells()?;
        let scores = numbers(&cells, "score")?;
        let mut rows: Rows = vec![Vec::new(); scores.len()];
        for (name, names) in NAMES.iter().zip(&self.plain.names) {
            for (row, code) in rows.iter_mut().zip(numbers(&cells, name)?) {
                row.push(json!(names[code as usize]));
            }
        }
        rows.iter_mut().zip(scores).for_each(|(row, score)| row.push(json!(score)));
        Ok(rows)
    }
}

/// By one column of 32 bits, made of the five in the query.
pub(super) struct Packed<'a>(Keys<'a>);

impl<'a> Packed<'a> {
    pub(super) fn new(own: &'a Own) -> Result<Self> {
        Ok(Self(Keys::new(own)?))
    }

    fn cells(&self) -> Result<DataFrame> {
        let plain = self.0.plain;
        let wide = |name: &str| col(name).cast(DataType::UInt32);
        let sizes = plain.names.iter().map(Vec::len).chain([plain.routes]);
        let place = NAMES
            .into_iter()
            .zip(sizes)
            .skip(1)
            .fold(wide(NAMES[0]), |place, (name, size)| place * lit(size as u32) + wide(name));
        let frame = self.0.frame.clone().lazy().select([place.alias("place"), col("score")]);
        let routes = frame.group_by([col("place")]).agg([col("score").min()]);
        let cell = col("place") / lit(plain.routes as u32);
        Ok(routes.group_by([cell.alias("cell")]).agg([col("score").max()]).collect()?)
    }
}

impl Contestant for Packed<'_> {
    fn run(&mut self) -> Result<f64> {
        let (cells, ms) = spent(|| self.cells());
        cells?;
        Ok(ms)
    }

    fn tell(&mut self) -> Result<Rows> {
        let names = &self.0.plain.names;
        let cells = self.cells()?;
        let rows = numbers(&cells, "cell")?.into_iter().zip(numbers(&cells, "score")?);
        let row = |(cell, score): (u64, u64)| {
            let mut rest = cell as usize;
            let mut row = vec![json!(score)];
            for names in names.iter().rev() {
                row.push(json!(names[rest % names.len()]));
                rest /= names.len();
            }
            row.reverse();
            row
        };
        Ok(rows.map(row).collect())
    }
}
