//! Any log: campaigns that start, go on, stop, are resumed and told; everything that can be
//! declared; and a clock that is set back now and then.

use domain::command::Command;
use domain::declare::Declaration;
use domain::event::{Cost, Ending, Event, Outcome, Recorded};
use domain::plan::Trial;
use domain::step::Step;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use reports::viewpoint::Viewpoint;

use super::book::*;
use super::told::tell;
use crate::fixture::finished;
use crate::tale::Fate;

/// Something that may happen: what, about which of what there is, in which way, and how many seconds
/// after what happened before it.
pub(crate) type Act = (u8, u8, u8, i32);

pub(crate) fn acts() -> impl Strategy<Value = Vec<Act>> {
    let seconds = prop_oneof![6 => 0..100_i32, 1 => -300..0_i32];
    let walking = (0..8_u8, 0..3_u8, any::<u8>(), 0..50_i32);
    let anything = (0..16_u8, 0..3_u8, any::<u8>(), seconds);
    prop::collection::vec(prop_oneof![2 => walking, 1 => anything], 1..120)
}

/// When the first act happens.
pub(crate) const BEGIN: &str = "2026-01-01T00:00:00Z";

/// An instant between some time before the first act and some time after the last one.
pub(crate) fn instant() -> impl Strategy<Value = Timestamp> {
    (-300..6000_i64).prop_map(|seconds| at(BEGIN) + SignedDuration::from_secs(seconds))
}

/// From anywhere in time: before, within, after; by time, by position, by both, by none.
pub(crate) fn viewpoint() -> impl Strategy<Value = (Option<Timestamp>, Option<prop::sample::Index>)>
{
    (prop::option::of(instant()), prop::option::of(any::<prop::sample::Index>()))
}

/// The same, of a log that has so many events.
pub(crate) fn within(
    (as_of, known_at): (Option<Timestamp>, Option<prop::sample::Index>),
    events: usize,
) -> Viewpoint {
    Viewpoint { as_of, known_at: known_at.map(|it| it.index(events) as u64) }
}

/// The log that these acts make. What is out of order is refused and makes nothing.
pub(crate) fn book(acts: &[Act]) -> Book {
    let (mut book, mut clock) = (Book::default(), at(BEGIN));
    book.start("c-0", clock, versions("1"), plan());
    for (kind, which, how, seconds) in acts {
        clock += SignedDuration::from_secs(i64::from(*seconds));
        act(&mut book, clock, (*kind, *which, *how));
    }
    book
}

/// One way by two routes and the other by one, twice.
pub(crate) fn plan() -> Vec<Trial> {
    let is_in = |it: &Trial| {
        it.route.as_str() != "canary-ovf" && {
            it.source.as_str() == "kvm" || it.route.as_str() == "canary-direct"
        }
    };
    trials(2).into_iter().filter(is_in).collect()
}

fn act(book: &mut Book, now: Timestamp, (kind, which, how): (u8, u8, u8)) {
    let id = format!("c-{which}");
    let name = ["w-0", "w-1", "w-2"][usize::from(which)];
    match kind {
        0..=3 => step(book, now, &id, how),
        4..=7 => walk(book, now, &id, how),
        8 => {
            let testbed = Box::new(crate::fixture::testbed());
            let (pins, plan) = (versions(["1", "2"][usize::from(how % 2)]), plan());
            let _refused = book.submit(&id, now, Command::StartCampaign { testbed, pins, plan });
        }
        9 => {
            let pins = versions(["1", "2", "3"][usize::from(how % 3)]);
            let resume = Command::ResumeCampaign { pins, attempt: u32::from(how) };
            let _refused = book.submit(&id, now, resume);
        }
        10 => {
            let ending = [Ending::Completed, Ending::Cancelled][usize::from(how % 2)];
            let cost = Cost { wall_ms: u64::from(how), ..Cost::default() };
            let finish = Command::FinishCampaign { ending, cost, attempt: 0 };
            let _refused = book.submit(&id, now, finish);
        }
        11 => withdraw(book, now, how),
        12 => {
            let rule = ["G.cpu.model", "G.address", "G.firewall"][usize::from(how % 3)];
            let until = now + SignedDuration::from_secs(i64::from(how) * 10);
            book.waive(now, (name, rule), &until.to_string());
        }
        13 => {
            let (waiver, reason) = (name.parse().unwrap(), "over".to_owned());
            book.declare(now, Declaration::EndWaiver { waiver, reason });
        }
        14 => match how % 2 {
            0 => book.set_baseline(now, "spring", &id),
            _ => book.upgrade(now, "platform:kvm", ["1", "2"][usize::from(how / 2 % 2)], "3"),
        },
        _ => {
            let tried = |back: i64| (now - SignedDuration::from_secs(back)).to_string();
            let tried = [tried(i64::from(how)), tried(600), tried(-i64::from(how))];
            let is_new = !book.events.iter().any(|it| it.stream == "campaign/told");
            if is_new {
                tell(book, "told", &now.to_string(), [&tried[0], &tried[1], &tried[2]]);
            }
        }
    }
}

/// The next step of one of the trials.
fn step(book: &mut Book, now: Timestamp, id: &str, how: u8) {
    let (trial, fate) = some_walk(how);
    let walks = |step: &Step| {
        let seen = finished(&trial, *step, outcome(&fate, *step), &fate);
        book.step(id, now, seen)
    };
    let _taken = Step::ALL.iter().any(walks);
}

/// All that is left of one of the trials.
fn walk(book: &mut Book, now: Timestamp, id: &str, how: u8) {
    let (trial, fate) = some_walk(how);
    for step in Step::ALL {
        let seen = finished(&trial, step, outcome(&fate, step), &fate);
        let _out_of_turn = book.step(id, now, seen);
    }
}

fn some_walk(how: u8) -> (Trial, Fate) {
    let plan = plan();
    let fate = match how / 16 {
        0..=3 => another_processor(),
        4 | 5 => another_address(),
        6 => Fate::Stops(Step::Restart, "no facts in 180 s"),
        7 => Fate::Stops(Step::Export, "no controller"),
        8 => Fate::LabBreaks(Step::Import),
        _ => arrives(),
    };
    (plan[usize::from(how) % plan.len()].clone(), fate)
}

/// Withdraws one of the steps that were recorded and scored.
fn withdraw(book: &mut Book, now: Timestamp, how: u8) {
    let scored = |it: &&Recorded| {
        matches!(&it.event, Event::StepFinished(it)
            if !matches!(it.outcome, Outcome::LabError { .. }))
    };
    let positions: Vec<u64> = book.events.iter().filter(scored).map(|it| it.position).collect();
    if let Some(position) = positions.get(usize::from(how) % positions.len().max(1)) {
        book.withdraw(now, *position);
    }
}
