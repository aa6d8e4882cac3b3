//! What vendors said of a result, beside that result: to anyone what its vendor allows and what gives
//! no tool away, to operators and auditors all of it. docs/letters.md has the rule.

mod author;

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Answered, DisputeSettled};
use domain::plan::CellId;
use domain::registry::Declared;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::chronicle::CampaignRecord;
use author::{Author, Place};

/// An answer beside the result that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Said {
    /// Who says so: the name of a vendor, or what may be told of it.
    pub by: String,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// It says that the result is wrong.
    pub disputes: bool,
    /// In the vendor's own words.
    pub text: String,
    /// What was replied; none while nothing was.
    pub reply: Option<Replied>,
    /// Position of its event. For operators and auditors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Why not everybody reads it; none when everybody does. For operators and auditors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<&'static str>,
    /// The position of the log from which on it is seen so.
    #[serde(skip)]
    #[schema(ignore)]
    pub since: u64,
}

/// What an operator replied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replied {
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// In the operator's words.
    pub text: String,
}

/// What was answered about one campaign and replied to it, as far as it is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Answers of every vendor, the oldest first.
    pub answers: Vec<Declared<Answered>>,
    /// Replies, the oldest first; a later one to the same answer stands in its place.
    pub replies: Vec<Declared<DisputeSettled>>,
}

/// What decides who reads an answer.
#[derive(Debug, Clone, Copy)]
pub struct Hearing<'a> {
    /// What was said and replied.
    pub heard: &'a Heard,
    /// So few makers may share what is told, as the campaign was published.
    pub fewest_tools: u32,
    /// The public sees the result itself.
    pub is_public: bool,
}

/// Why not everybody reads an answer, in words.
type Kept = &'static str;

impl Said {
    /// What anyone may read beside this cell, or beside the campaign as a whole; the oldest first.
    /// What is not for everybody changes nothing of it.
    #[must_use]
    pub fn to_anyone(
        record: &CampaignRecord,
        cell: Option<&CellId>,
        hearing: &Hearing<'_>,
    ) -> Vec<Self> {
        let all = judged(record, cell, hearing).into_iter();
        all.filter_map(|(it, told)| Some(Self::new(it, told.ok()?, hearing.heard))).collect()
    }

    /// All that was said of it, by name, and why not everybody reads it. For operators and auditors.
    #[must_use]
    pub fn to_insiders(
        record: &CampaignRecord,
        cell: Option<&CellId>,
        hearing: &Hearing<'_>,
    ) -> Vec<Self> {
        let named = |(it, told): (&Declared<Answered>, Result<String, Kept>)| Self {
            position: Some(it.position),
            kept: told.err(),
            ..Self::new(it, author::name(record, &it.what.vendor), hearing.heard)
        };
        judged(record, cell, hearing).into_iter().map(named).collect()
    }

    fn new(it: &Declared<Answered>, by: String, heard: &Heard) -> Self {
        let reply = heard.reply(it.position);
        Self {
            by,
            at: it.at,
            disputes: it.what.disputes,
            text: it.what.text.clone(),
            since: reply.map_or(it.position, |reply| reply.position.max(it.position)),
            reply: reply.map(|it| Replied { at: it.at, text: it.what.text.clone() }),
            position: None,
            kept: None,
        }
    }
}

impl Heard {
    fn reply(&self, answer: u64) -> Option<&Declared<DisputeSettled>> {
        self.replies.iter().rev().find(|it| it.what.answer == answer)
    }
}

/// Every answer about it that stands, and by what name everybody reads it, or why not.
fn judged<'a>(
    record: &CampaignRecord,
    cell: Option<&CellId>,
    hearing: &Hearing<'a>,
) -> Vec<(&'a Declared<Answered>, Result<String, Kept>)> {
    let place = Place::new(record, cell);
    let own = hearing.heard.answers.iter();
    let own = own.filter(|it| it.what.campaign == record.id && it.what.cell.as_ref() == cell);
    let own: Vec<&Declared<Answered>> = own.collect();
    let judged = |it: &&'a Declared<Answered>| (it.position, judge(&place, it, hearing));
    let judged: BTreeMap<u64, Result<String, Kept>> = own.iter().map(judged).collect();
    // What is not for everybody does not count among what is: it would be seen by what it takes away.
    let is_told = |it: &&Declared<Answered>| judged.get(&it.position).is_some_and(Result::is_ok);
    let told = standing(own.iter().copied().filter(is_told), hearing.heard);
    let all = standing(own.iter().copied(), hearing.heard);
    let told_now = |(it, judged): (&'a Declared<Answered>, Result<String, Kept>)| {
        let is_replaced = judged.is_ok() && !told.contains(&it.position);
        (it, if is_replaced { Err("its vendor said something else since") } else { judged })
    };
    let shown = own.into_iter().filter(|it| told.union(&all).any(|at| *at == it.position));
    let shown = shown.filter_map(|it| Some((it, judged.get(&it.position)?.clone())));
    shown.map(told_now).collect()
}

/// By what name everybody reads it, or why not.
fn judge(
    place: &Place<'_>,
    it: &Declared<Answered>,
    hearing: &Hearing<'_>,
) -> Result<String, Kept> {
    if !it.what.may_be_public {
        return Err("its vendor did not allow it");
    }
    if !hearing.is_public {
        return Err("the result itself is not public");
    }
    let author = Author::of(place, &it.what.vendor, hearing.fewest_tools)
        .ok_or("too few makers could have written it: it would tell whose tool took part")?;
    let reply = hearing.heard.reply(it.position).map(|it| it.what.text.as_str());
    let mut texts = [Some(it.what.text.as_str()), reply].into_iter().flatten();
    match texts.any(|it| author.is_told_by(it)) {
        true => Err("it, or the reply to it, names a conversion tool or somebody who is not told"),
        false => Ok(author.words()),
    }
}

/// Of these answers each vendor's last, and the last that it disputes and nobody has replied to.
fn standing<'a>(
    answers: impl Iterator<Item = &'a Declared<Answered>>,
    heard: &Heard,
) -> BTreeSet<u64> {
    let (mut last, mut open) = (BTreeMap::new(), BTreeMap::new());
    for it in answers {
        last.insert(&it.what.vendor, it.position);
        if it.what.disputes && heard.reply(it.position).is_none() {
            open.insert(&it.what.vendor, it.position);
        }
    }
    last.into_values().chain(open.into_values()).collect()
}
