//! What a driver costs for each verb: `list` and `inspect` by the shipped libvirt driver, the same commands in `sh`, and
//! the same programs started by themselves as the lower bound. `asking URI MACHINE TIMES`; see `make bench-drivers`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use platforms::clock::{Clock, Pending};
use platforms::command::{CommandPlatform, Driver};
use platforms::platform::Platform as _;
use platforms::transport::Processes;
use platforms::words::VmRef;

/// Nothing here is waited for.
struct Nowhere;

impl Clock for Nowhere {
    fn now(&self) -> Duration {
        Duration::ZERO
    }
    fn sleep(&self, _: Duration) -> Pending<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [uri, machine, times] = words.as_slice() else { panic!("asking URI MACHINE TIMES") };
    let times: usize = times.parse().unwrap();
    let driver = Driver::read(platforms::shipped::named("libvirt").unwrap().text).unwrap();
    let given = BTreeMap::from([("uri".to_owned(), uri.clone())]);
    let platform = CommandPlatform::new(
        Arc::new(driver),
        &given,
        Arc::new(Processes::default()),
        Arc::new(Nowhere),
    );
    let platform = platform.unwrap();
    let vm = VmRef { id: machine.clone(), name: machine.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let list = || drop(runtime.block_on(platform.list()).unwrap());
    let inspect = || drop(runtime.block_on(platform.inspect(&vm)).unwrap());
    let virsh = |verb: &str| format!("virsh -c '{uri}' {verb}");
    contest("list", times, &list, &[virsh("list --all --uuid --name")]);
    let calls = [
        virsh(&format!("dumpxml --inactive --domain '{machine}'")),
        virsh(&format!("domstate --reason --domain '{machine}'")),
    ];
    contest("inspect", times, &inspect, &calls);
}

/// The three ways in one run, each round in another order.
fn contest(verb: &str, times: usize, driver: &dyn Fn(), calls: &[String]) {
    let shell = || run(Command::new("sh").args(["-c", &calls.join("; ")]));
    let alone = || {
        for call in calls {
            let words: Vec<&str> = call.split(' ').map(|it| it.trim_matches('\'')).collect();
            run(Command::new(words[0]).args(&words[1..]));
        }
    };
    let ways: [(&str, &dyn Fn()); 3] = [("driver", driver), ("shell", &shell), ("alone", &alone)];
    let mut took: [Vec<f64>; 3] = Default::default();
    for round in 0..times {
        for turn in 0..ways.len() {
            let which = (round + turn) % ways.len();
            took[which].push(timed(ways[which].1));
        }
    }
    let medians = took.each_mut().map(|all| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    });
    for ((name, _), (all, median)) in ways.iter().zip(took.iter().zip(medians)) {
        let (least, most) = (all[0], all[all.len() - 1]);
        println!("{verb:<8} {name:<7} {median:>8.2} ms  ({least:.2} to {most:.2})");
    }
    println!(
        "{verb:<8} driver / shell {:.2}, driver / alone {:.2}",
        medians[0] / medians[1],
        medians[0] / medians[2]
    );
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn timed(act: &dyn Fn()) -> f64 {
    let begun = Instant::now();
    act();
    begun.elapsed().as_secs_f64() * 1000.0
}
