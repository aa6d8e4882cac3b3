//! A process that is killed, at any moment of its life, loses nothing that it acknowledged.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::check;
use crate::rng::Rng;
use crate::script::Ack;
use crate::session::appender;

#[test]
fn a_killed_process_loses_nothing_and_records_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let said = folder.path().join("said");
    let mut acks = Vec::new();
    let mut rng = Rng::new(&[9]);
    // A busy machine gets less done before it is killed: then it is killed more often.
    for round in 0..600 {
        if round >= 30 && acks.len() > 100 {
            break;
        }
        // Every other process is killed while it starts.
        let life = if round % 2 == 0 { rng.below(60) } else { 60 + rng.below(300) };
        kill_after(Duration::from_millis(life as u64), &store, &said);
        acks.extend(acknowledged(&said));
    }
    println!("{} acknowledgements", acks.len());
    assert!(acks.len() > 100, "{} acknowledgements are too few to prove anything", acks.len());
    check::store(&store, &acks).unwrap();
}

fn kill_after(life: Duration, store: &Path, said: &Path) {
    let words = ["decisions=0", "writers=3", "segment=16384", "checkpoint=20"];
    let mut command = appender(store, &words);
    let mut child = command.stdout(File::create(said).unwrap()).spawn().unwrap();
    std::thread::sleep(life);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), None, "it ended by itself");
}

fn acknowledged(said: &Path) -> Vec<Ack> {
    let said = std::fs::read_to_string(said).unwrap();
    said.lines().map(|line| line.parse().unwrap()).collect()
}
