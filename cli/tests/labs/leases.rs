//! Leases: trials that are a lab's own for a while, and another's afterwards.

use std::time::Duration;

use domain::event::Pins;
use domain::wire::{LeaseRequest, Leased, OfferRequest};
use runner::remote::{Door, Held, LeaseEnd};
use tokio_util::sync::CancellationToken;

use crate::lab::{Lab, patience, steps, testbed, trials};
use crate::world::{World, door};

async fn offer(world: &World) {
    let offer =
        OfferRequest { campaign: "c-far".parse().unwrap(), testbed: testbed(), plan: trials() };
    door(world.address(), "operator").offer(&offer).await.unwrap();
}

async fn lease(door: &Door) -> Leased {
    let platforms = testbed().platforms.iter().map(|it| it.id.clone()).collect();
    let asked = LeaseRequest { lab: "one".to_owned(), platforms, pins: Pins::new(), most: 1 };
    door.lease(&asked, Duration::from_secs(20)).await.unwrap().unwrap()
}

fn lab_of(world: &World, name: &str, leased: &Leased) -> Lab {
    let mut lab = Lab::new(&world.elsewhere(name), door(world.address(), "lab"));
    lab.lease = Some(leased.lease.to_string());
    lab
}

fn standing(leased: &Leased) -> domain::campaign::Campaign {
    domain::campaign::Campaign {
        trials: leased.trials.iter().map(|it| (it.trial.clone(), it.progress())).collect(),
        pins: leased.pins.clone(),
        resumed: 0,
        ended: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_lives_as_long_as_its_holder_gives_signs_of_life() {
    let world = World::start_as(&["--lease-seconds", "1"]);
    offer(&world).await;
    let door = door(world.address(), "lab");
    let leased = lease(&door).await;
    let over = CancellationToken::new();
    let held = Held::hold(&door, &leased, patience(), over.clone());
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!over.is_cancelled(), "{:?}", held.end());
    let lab = lab_of(&world, "lab", &leased);
    let walked = lab.walk(standing(&leased)).await;
    walked.courier.delivered().await.unwrap();
    held.give_back().await.unwrap();
    assert_eq!(steps(&world.events()), leased.trials.len() * 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_ran_out_is_anothers_and_its_late_results_are_refused() {
    let world = World::start_as(&["--lease-seconds", "1"]);
    offer(&world).await;
    let door = door(world.address(), "lab");
    let first = lease(&door).await;
    // The first holder gives no sign of life: its trials go to the second.
    let mut second = lease(&door).await;
    while second.trials[0].trial != first.trials[0].trial {
        second = lease(&door).await;
    }
    assert_ne!(first.lease, second.lease);
    let late = lab_of(&world, "late", &first);
    let walked = late.walk(standing(&first)).await;
    let refusal = match walked.courier.delivered().await {
        Err(refusal) => refusal,
        Ok(()) => panic!("results under a lost lease were taken"),
    };
    assert_eq!(refusal.kind, "lease-lost");
    assert_eq!(steps(&world.events()), 0);

    let over = CancellationToken::new();
    let held = Held::hold(&door, &first, patience(), over.clone());
    over.cancelled().await;
    assert!(matches!(held.end(), Some(LeaseEnd::Lost(refusal)) if refusal.kind == "lease-lost"));

    let walked = lab_of(&world, "second", &second).walk(standing(&second)).await;
    walked.courier.delivered().await.unwrap();
    assert_eq!(steps(&world.events()), second.trials.len() * 7);
}
