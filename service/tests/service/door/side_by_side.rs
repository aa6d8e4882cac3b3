//! Many clients at once, each of which repeats itself.

use std::sync::Arc;

use super::world::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_clients_on_several_campaigns_lose_and_double_nothing() {
    let world = Arc::new(World::start().await);
    let campaigns = ["c-1", "c-2", "c-3", "c-4"];
    let clients = (0..8_usize).map(|client| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            // Two clients share a campaign and half of its trials each; both send its start.
            let campaign = campaigns[client / 2];
            world.record(&batch(campaign, vec![start()])).await;
            for trial in trials().iter().skip(client % 2).step_by(2) {
                for part in walk(trial).chunks(3) {
                    let part = batch(campaign, part.to_vec());
                    let first = world.record(&part).await;
                    let again = world.record(&part).await;
                    assert_eq!((first.refused, again.refused), (None, None));
                    assert!(again.recorded.iter().all(|it| it.repeated));
                }
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    for campaign in campaigns {
        let events = world.events(campaign);
        let steps = events.iter().filter(|it| **it == "StepFinished").count();
        assert_eq!((events.len(), steps), (2 + 7 * trials().len(), 7 * trials().len()));
        let state = world.state(campaign).await;
        let open = state["trials"].as_array().unwrap().iter();
        assert_eq!(open.filter(|it| !it["next_step"].is_null()).count(), 0);
    }
}
