//! A walk that records at a service, while the network and the service break.

use std::time::Duration;

use domain::command::Command;
use domain::event::{Cost, Ending};
use runner::remote::{Delivery, RemoteError, SpoolFault};

use crate::lab::{Lab, expect_evidence, steps, trials};
use crate::proxy::{Proxy, Weather};
use crate::world::{World, door};

fn all() -> usize {
    trials().len() * 7
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lab_records_is_in_the_log_of_the_service() {
    let world = World::start();
    let lab = Lab::new(&world.elsewhere("lab"), door(world.address(), "lab"));
    let walked = lab.walk(lab.start().await).await;
    assert!(walked.end.unrecorded.is_none() && walked.end.lab_errors.is_empty());
    let (ending, cost) = (Ending::Completed, Cost::default());
    let finish = Command::FinishCampaign { ending, cost, attempt: 0 };
    walked.recorder.keep(finish, Vec::new()).await.unwrap();
    walked.courier.delivered().await.unwrap();
    let events = world.events();
    assert_eq!(steps(&events), all());
    expect_evidence(&world.store(), &events);
    assert_eq!(walked.spool.waiting(), 0);
    let state = lab.door.state(&lab.campaign).await.unwrap();
    assert_eq!(state.ended, Some(Ending::Completed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_is_told_how_the_service_judges_what_it_recorded() {
    let world = World::start();
    let lab = Lab::new(&world.elsewhere("lab"), door(world.address(), "lab"));
    let walked = lab.walk(lab.start().await).await;
    let (ending, cost) = (Ending::Completed, Cost::default());
    let finish = Command::FinishCampaign { ending, cost, attempt: 0 };
    walked.recorder.keep(finish, Vec::new()).await.unwrap();
    walked.courier.delivered().await.unwrap();
    let judged = loop {
        let judged = lab.door.judged(&lab.campaign).await.unwrap();
        if judged.is_over() {
            break judged;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(judged.by().starts_with("policy portolan-default"), "{}", judged.by());
    let scored = |it: &str| ["SUCCESS", "WARNING", "FAILURE"].contains(&it);
    assert!(judged.cells().count() > 0);
    assert!(judged.cells().all(|(.., standing)| scored(&standing)), "{judged:?}");
    let page = format!("{}/campaigns/{}", world.url(), lab.campaign);
    assert_eq!(lab.door.page(&lab.campaign), page);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_goes_on_without_its_network_and_delivers_in_order_when_it_is_back() {
    let world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let lab = Lab::new(&world.elsewhere("lab"), door(&proxy.address(), "lab"));
    let campaign = lab.start().await;
    proxy.weather(Weather::Down);
    let walked = lab.walk(campaign).await;
    assert_eq!(walked.end.over, trials().len(), "the walk does not need the network");
    assert_eq!(steps(&world.events()), 0);
    assert!(walked.spool.waiting() > 0);
    let mut watch = walked.courier.watch();
    let away = watch.wait_for(|it| matches!(it, Delivery::Away(_))).await.unwrap().clone();
    assert!(matches!(away, Delivery::Away(why) if why.contains("cannot be reached")));
    proxy.weather(Weather::Fair);
    walked.courier.delivered().await.unwrap();
    let events = world.events();
    assert_eq!(steps(&events), all());
    expect_evidence(&world.store(), &events);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_that_is_lost_does_not_record_twice() {
    let world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let lab = Lab::new(&world.elsewhere("lab"), door(&proxy.address(), "lab"));
    // The very first answer too: the campaign is started, and nobody is told.
    proxy.weather(Weather::Squalls(3));
    let campaign = lab.start().await;
    proxy.weather(Weather::Swallowing);
    let walked = lab.walk(campaign).await;
    while proxy.swallowed() < 12 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    proxy.weather(Weather::Fair);
    walked.courier.delivered().await.unwrap();
    let events = world.events();
    assert_eq!(steps(&events), all());
    expect_evidence(&world.store(), &events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_again_and_again_loses_nothing_and_records_nothing_twice() {
    let mut world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let mut lab = Lab::new(&world.elsewhere("lab"), door(&proxy.address(), "lab"));
    lab.moment = Duration::from_millis(60);
    let campaign = lab.start().await;
    let walk = tokio::spawn(async move { lab.walk(campaign).await });
    for pause in [40, 130, 10, 90] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        world.kill();
        world.serve(&[]);
        proxy.lead_to(world.address());
    }
    let walked = walk.await.unwrap();
    walked.courier.delivered().await.unwrap();
    assert!(walked.end.unrecorded.is_none());
    let events = world.events();
    assert_eq!(steps(&events), all());
    expect_evidence(&world.store(), &events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_stops_when_the_service_says_no() {
    let world = World::start();
    let mut lab = Lab::new(&world.elsewhere("lab"), door(world.address(), "lab"));
    lab.moment = Duration::from_millis(50);
    let campaign = lab.start().await;
    let other = Lab::new(&world.elsewhere("other"), door(world.address(), "operator"));
    let (ending, cost) = (Ending::Cancelled, Cost::default());
    other.submit(Command::FinishCampaign { ending, cost, attempt: 0 }).await;
    let walked = lab.walk(campaign).await;
    let refusal = walked.courier.refusal().unwrap();
    assert!(refusal.detail.contains("has ended"), "{refusal}");
    assert!(walked.end.over < trials().len(), "nothing is walked on");
    assert!(walked.spool.waiting() > 0, "what was refused is kept for a person to see");
    assert_eq!(steps(&world.events()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_that_is_full_stops_the_walk_and_says_so() {
    let world = World::start();
    let proxy = Proxy::before(world.address()).await;
    let lab = Lab::new(&world.elsewhere("lab"), door(&proxy.address(), "lab"));
    let campaign = lab.start().await;
    proxy.weather(Weather::Down);
    let walked = lab.walk_into(lab.spool(20_000), campaign).await;
    let full = walked.end.unrecorded.unwrap();
    assert!(matches!(full, RemoteError::Spool(SpoolFault::Full { .. })), "{full}");
    assert!(full.to_string().contains("may hold 20000 bytes"), "{full}");
    proxy.weather(Weather::Fair);
    walked.courier.delivered().await.unwrap();
    let recorded = steps(&world.events());
    assert!(recorded > 0 && recorded < all(), "{recorded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_worth_nothing_is_refused_and_not_tried_again() {
    let world = World::start();
    let lab = Lab::new(&world.elsewhere("lab"), door(world.address(), "nobody"));
    let refused = lab.door.state(&lab.campaign).await.unwrap_err();
    assert_eq!(refused.kind(), Some("not-signed-in"));
}
