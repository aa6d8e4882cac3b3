//! A lab that is killed at any moment: what it had recorded is in the log once, in order.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::lab::{Lab, expect_evidence, steps, trials};
use crate::proxy::{Proxy, Weather};
use crate::world::{World, door};

/// The lab that is killed; it is told on standard input where the service is and where its spool.
/// Without that it does nothing.
#[test]
#[ignore = "the process that another test kills"]
fn the_lab_that_is_killed() {
    let mut told = String::new();
    std::io::stdin().read_line(&mut told).unwrap();
    let Some((address, folder)) = told.trim().split_once(' ') else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut lab = Lab::new(std::path::Path::new(folder), door(address, "lab"));
    lab.moment = Duration::from_millis(20);
    let walked = runtime.block_on(async {
        let walked = lab.resume().await;
        walked.courier.delivered().await.unwrap();
        walked
    });
    assert!(walked.end.unrecorded.is_none());
    runtime.shutdown_background();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_killed_again_and_again_records_each_step_once() {
    let world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let folder = world.elsewhere("lab");
    let lab = Lab::new(&folder, door(&proxy.address(), "lab"));
    lab.start().await;
    // Moments and weather from a fixed seed.
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut killed = 0;
    for round in 0..60 {
        let weather = [Weather::Fair, Weather::Squalls(2), Weather::Fair, Weather::Down];
        // It can only go on from where it knows the service to stand.
        proxy.weather(Weather::Fair);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["killed::the_lab_that_is_killed", "--exact", "--ignored", "--quiet"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = format!("{} {}\n", proxy.address(), folder.display());
        child.stdin.take().unwrap().write_all(told.as_bytes()).unwrap();
        tokio::time::sleep(Duration::from_millis(30 + next(120))).await;
        proxy.weather(weather[usize::try_from(next(4)).unwrap()]);
        tokio::time::sleep(Duration::from_millis(next(60))).await;
        if round >= 20 || child.try_wait().unwrap().is_some() {
            proxy.weather(Weather::Fair);
            assert!(child.wait().unwrap().success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    assert!(killed > 3, "it was killed {killed} times only");
    let events = world.events();
    assert_eq!(steps(&events), trials().len() * 7);
    expect_evidence(&world.store(), &events);
}
