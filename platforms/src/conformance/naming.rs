//! Clauses about the platform itself and the names of its machines.

use super::{Held, Suite, expected, there, truth};
use crate::platform::Platform;
use crate::words::{Capability, FaultClass, VmRef};

/// A name that no machine has.
const NOBODY: &str = "portolan-nobody-has-this-name";
/// An identifier that no machine has, and that would do harm if it were taken for an option.
const OPTION: &str = "--all";

pub(super) async fn hold<P: Platform>(suite: &mut Suite, platform: &P) -> Vec<VmRef> {
    let says = there(platform.identify().await, |it| {
        truth(!it.product.is_empty() && !it.version.is_empty(), || format!("it says {it:?}"))
    });
    suite.say("identify.says", "the platform says what it is and in which version", says);

    let first = platform.list().await;
    let listed = first.clone().unwrap_or_default();
    let unique = there(first.clone(), |all| {
        let mut ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        ids.sort_unstable();
        let twice = ids.windows(2).find(|it| it[0] == it[1]).map(|it| it[0].to_owned());
        truth(twice.is_none(), || format!("the id {} stands twice", twice.unwrap_or_default()))
    });
    suite.say("list.unique", "no machine is listed twice", unique);
    let second = platform.list().await;
    let same = there(second, |it| {
        truth(*it == listed, || format!("{} machines, then {}", listed.len(), it.len()))
    });
    suite.say("list.again", "asked again, it lists the same", same);

    let nobody = expected(platform.find(NOBODY).await, &[FaultClass::NotFound]);
    suite.say("find.unknown", "a name that no machine has is not found", nobody);
    ambiguous(suite, platform, &listed).await;
    unknown_ids(suite, platform).await;
    listed
}

/// A name that several have must not be found; one that a single machine has must be that machine.
async fn ambiguous<P: Platform>(suite: &mut Suite, platform: &P, listed: &[VmRef]) {
    let has_twin = |vm: &&VmRef| listed.iter().filter(|it| it.name == vm.name).count() > 1;
    let words = "a name that several machines have is ambiguous";
    let held = match listed.iter().find(has_twin) {
        Some(vm) => expected(platform.find(&vm.name).await, &[FaultClass::Ambiguous]),
        None => Held::NotApplicable("no two machines have one name here".to_owned()),
    };
    suite.say("find.ambiguous", words, held);
    let words = "a name that one machine has is that machine";
    let held = match listed.iter().find(|it| !has_twin(it)) {
        Some(vm) => {
            there(platform.find(&vm.name).await, |it| truth(it == vm, || format!("it is {it:?}")))
        }
        None => Held::NotApplicable("no machine is there".to_owned()),
    };
    suite.say("find.one", words, held);
}

async fn unknown_ids<P: Platform>(suite: &mut Suite, platform: &P) {
    let cases = [
        ("inspect.unknown", "a machine that is not there is not found", NOBODY),
        ("inspect.option", "an identifier is never taken for an option", OPTION),
    ];
    for (id, words, name) in cases {
        let vm = VmRef { id: name.to_owned(), name: name.to_owned() };
        let held = if platform.capabilities().has(Capability::Inspect) {
            expected(platform.inspect(&vm).await, &[FaultClass::NotFound])
        } else {
            Held::NotApplicable("inspect is not declared".to_owned())
        };
        suite.say(id, words, held);
    }
}
