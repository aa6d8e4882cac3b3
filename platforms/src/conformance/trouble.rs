//! Clauses about trouble: what is slow, cut off or refused is told as that, and never as an answer.

use super::{Complaint, Held, Secrecy, Subject, Suite, expected, truth};
use crate::platform::Platform;
use crate::transport::Trouble;
use crate::words::FaultClass;

pub(super) async fn hold<S: Subject>(suite: &mut Suite, subject: &S) {
    let (platform, calls) = subject.troubled(Trouble::TimesOut, 1);
    let held = match expected(platform.list().await, &[FaultClass::Timeout]) {
        Held::Holds => truth(calls() == 1, || format!("it was tried {} times", calls())),
        held @ (Held::Broken(_) | Held::NotApplicable(_)) => held,
    };
    suite.say("timeout.told", "what takes too long is a time-out, and is not tried again", held);
    for (id, words, trouble) in [
        (
            "answer.half",
            "a program that is killed in its answer has not answered",
            Trouble::HalfAnswer,
        ),
        ("answer.cut", "an answer that is too long is no shorter answer", Trouble::CutAnswer),
        (
            "answer.nonsense",
            "a complaint that nobody knows is the vendor's",
            Trouble::Says("qwx 7".to_owned()),
        ),
    ] {
        let (platform, _) = subject.troubled(trouble, 1);
        suite.say(id, words, expected(platform.list().await, &[FaultClass::Vendor]));
    }
    complaints(suite, subject).await;
    // Last: a replay has no answer to it.
    hurried(suite, subject).await;
    let held = match subject.secrecy() {
        Secrecy::NoSecrets => Held::NotApplicable("no secret was given".to_owned()),
        Secrecy::Kept => Held::Holds,
        Secrecy::Leaked => Held::Broken("a secret was in what came out".to_owned()),
    };
    suite.say("secret.kept", "no secret is in an argument, an answer or an error", held);
}

/// A real program that has a thousandth of a second. What it started itself is not seen here.
async fn hurried<S: Subject>(suite: &mut Suite, subject: &S) {
    let words = "a program that is stopped does not run on";
    if !subject.is_live() {
        let held = Held::NotApplicable("nothing is run in a replay".to_owned());
        return suite.say("timeout.nothing-left", words, held);
    }
    let (platform, _) = subject.troubled(Trouble::Hurried, 1);
    let before = children();
    let answered = platform.list().await;
    let left: Vec<u32> = children().into_iter().filter(|it| !before.contains(it)).collect();
    let held = match answered {
        // Faster than that: nothing was stopped, so nothing is shown.
        Ok(_) => Held::NotApplicable("it answers within a thousandth of a second".to_owned()),
        Err(fault) if fault.class == FaultClass::Timeout => {
            truth(left.is_empty(), || format!("processes {left:?} are left"))
        }
        Err(fault) => Held::Broken(format!("it was told as {fault}")),
    };
    suite.say("timeout.nothing-left", words, held);
}

/// The processes that this one has started and that are still there, by their numbers.
fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let files = tasks.filter_map(|it| std::fs::read_to_string(it.path().join("children")).ok());
    files
        .flat_map(|it| it.split_whitespace().filter_map(|it| it.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// Each complaint that the driver knows is told as its class by the verb that it belongs to; only transient ones are tried again.
async fn complaints<S: Subject>(suite: &mut Suite, subject: &S) {
    let known = subject.complaints();
    let mut wrong = Vec::new();
    let mut tries = Vec::new();
    for Complaint { verb, example, class, tries_again } in &known {
        let (platform, calls) = subject.troubled(Trouble::Says(example.clone()), u32::MAX);
        if let Held::Broken(why) = expected(subject.asked(&platform, verb).await, &[*class]) {
            wrong.push(format!("`{verb}`, {example:?}: {why}"));
        }
        let most = if *class == FaultClass::Transient { 1 + tries_again } else { 1 };
        if calls() != most {
            tries.push(format!("`{verb}`, {example:?}: {} calls, not {most}", calls()));
        }
    }
    let held = |wrong: Vec<String>| match (known.is_empty(), wrong.is_empty()) {
        (true, _) => Held::NotApplicable("the driver knows no complaint".to_owned()),
        (_, true) => Held::Holds,
        (_, false) => Held::Broken(wrong.join("; ")),
    };
    suite.say("complaints.classes", "each complaint is told as its class", held(wrong));
    suite.say(
        "complaints.tries",
        "only transient faults are tried again, as often as declared",
        held(tries),
    );
}
