//! What a request asks for: its path and its question, as types, refused in words.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::score::Standing;
use jiff::Timestamp;
use reports::pages::links;
use reports::tally::ALL;
use reports::viewpoint::Viewpoint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use crate::problem::Problem;

/// Longest question, in bytes.
const LONGEST: usize = 2048;

/// The question of a request. A name without a value asks nothing: a form sends it so.
#[derive(Debug, Clone)]
pub(crate) struct Asking<T>(pub(crate) T);

/// The names in the path of a request.
#[derive(Debug, Clone)]
pub(crate) struct Named<T>(pub(crate) T);

/// From where in time and by what rules a view is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// What was known at this position of the log; all of it when it is not given.
    pub(crate) known_at: Option<u64>,
    /// How things stood at this instant (RFC 3339); the latest when it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    pub(crate) as_of: Option<Timestamp>,
    /// The name of another policy than the usual one, or its name and version.
    pub(crate) policy: Option<String>,
}

impl<T: DeserializeOwned> FromRequest for Asking<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(question(request.query_string()))
    }
}

fn question<T: DeserializeOwned>(text: &str) -> Result<Asking<T>, Problem> {
    if text.len() > LONGEST {
        let words = format!("The question is longer than {LONGEST} bytes: ask for less.");
        return Err(Problem::bad_request(words));
    }
    let is_empty = |it: &&str| it.is_empty() || it.ends_with('=');
    let pairs: Vec<&str> = text.split('&').filter(|it| !is_empty(it)).collect();
    match web::Query::<T>::from_query(&pairs.join("&")) {
        Ok(asked) => Ok(Asking(asked.into_inner())),
        Err(error) => Err(Problem::bad_request(format!("{}.", cause(&error)))),
    }
}

/// The words of what stands behind an error of the library.
fn cause(error: &actix_web::error::QueryPayloadError) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

impl<T: DeserializeOwned + 'static> FromRequest for Named<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = web::Path::<T>::from_request(request, payload).into_inner();
        let nothing = "There is nothing of such a name: names are lower-case letters, digits, `-`, `_` \
                       and `.`.";
        ready(found.map(|it| Self(it.into_inner())).map_err(|_| Problem::not_found(nothing)))
    }
}

impl When {
    /// From where in time.
    pub(crate) fn viewpoint(&self) -> Viewpoint {
        Viewpoint { as_of: self.as_of, known_at: self.known_at }
    }

    /// What links carry on.
    pub(crate) fn links(&self) -> links::Asked {
        let Self { known_at, as_of, policy } = self.clone();
        links::Asked { known_at, as_of, policy }
    }
}

/// Reads a standing as pages spell it.
pub(crate) fn standing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Standing>, D::Error> {
    let text = String::deserialize(from)?;
    let found = ALL.into_iter().find(|it| it.word() == text);
    let known = || ALL.map(|it| it.word()).join(", ");
    let unknown = || serde::de::Error::custom(format!("standing is one of {}", known()));
    found.map(Some).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_a_form_sends_it_and_refused_in_words() {
        let read = |text: &str| question::<When>(text).map(|it| it.0.viewpoint());
        assert_eq!(read(""), Ok(Viewpoint::default()));
        assert_eq!(read("as_of=&known_at=7"), Ok(Viewpoint { as_of: None, known_at: Some(7) }));
        for hostile in
            ["known_at=-1", "known_at=x", "as_of=yesterday", "tool=1", "known_at=1&known_at=2"]
        {
            let problem = read(hostile).err().map(|it| (it.status, it.detail));
            assert_eq!(problem.as_ref().map(|it| it.0), Some(400), "{hostile}: {problem:?}");
        }
        let problem = question::<When>("tool=1").err().map(|it| it.detail);
        assert!(problem.is_some_and(|it| it.contains("tool") && it.contains("known_at")));
        assert!(question::<When>(&"a".repeat(LONGEST + 1)).is_err());
    }
}
