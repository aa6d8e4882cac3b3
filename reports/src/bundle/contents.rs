//! The files of a bundle that follow from a view.

use std::error::Error;

use super::{
    Bundle, CELLS, EXPLAIN_SCHEMA, JUNIT, MATRIX, MATRIX_SCHEMA, METRICS, OSCAL, STATEMENT, STEPS,
};
use crate::export::in_toto::statement;
use crate::export::junit::{WarningAs, junit};
use crate::export::openmetrics::openmetrics;
use crate::export::oscal::oscal;
use crate::export::schema;
use crate::history::History;
use crate::matrix::Judged;
use crate::matrix_file::MatrixFile;
use crate::public::PublicView;
use crate::{cells_csv, json, steps_csv};

/// A file that could not be made; in memory that does not happen.
#[derive(Debug, thiserror::Error)]
#[error("cannot make {name}")]
pub struct Unmade {
    name: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

impl Bundle {
    /// What anyone may see. The statement is bare.
    ///
    /// # Errors
    /// None that is known.
    pub fn public(view: &PublicView) -> Result<Self, Unmade> {
        let mut bundle = Self::of(&json::public(view))?;
        bundle.put(CELLS, made(CELLS, cells_csv::public(view))?);
        Ok(bundle)
    }

    /// The same with routes and tools named, and every step. For operators.
    ///
    /// # Errors
    /// None that is known.
    pub fn operator(judged: &Judged<'_>, history: &History) -> Result<Self, Unmade> {
        let mut bundle = Self::of(&json::operator(judged, history))?;
        bundle.put(CELLS, made(CELLS, cells_csv::operator(judged))?);
        bundle.put(STEPS, made(STEPS, steps_csv::operator(judged))?);
        Ok(bundle)
    }

    fn of(file: &MatrixFile) -> Result<Self, Unmade> {
        let mut bundle = Self::default();
        bundle.put(MATRIX, made(MATRIX, json::text(file))?);
        bundle.put(JUNIT, made(JUNIT, junit(file, WarningAs::Success))?);
        bundle.put(STATEMENT, made(STATEMENT, statement(file))? + "\n");
        bundle.put(OSCAL, made(OSCAL, oscal(file))?);
        bundle.put(METRICS, openmetrics(file));
        bundle.put(MATRIX_SCHEMA, schema::MATRIX);
        bundle.put(EXPLAIN_SCHEMA, schema::EXPLAIN);
        Ok(bundle)
    }
}

/// A file, or which one could not be made.
pub(super) fn made<E>(name: &'static str, result: Result<String, E>) -> Result<String, Unmade>
where
    E: Error + Send + Sync + 'static,
{
    result.map_err(|error| Unmade { name, source: error.into() })
}
