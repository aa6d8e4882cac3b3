//! Transcripts: what was recorded is answered, in its order, and nothing else.

use std::sync::Arc;

use platforms::platform::Platform as _;
use platforms::transport::{Processes, Recording, Replay, Transcript};
use platforms::words::FaultClass;

use crate::world::{driver, over};

#[tokio::test]
async fn a_replay_says_what_was_recorded_and_names_what_was_not() {
    let driver = driver(
        r#"
[vars]
where = { about = "where it is" }
[verb.console]
argv = ["sh", "-c", "printf 'a\u0001b'; echo ${vm} at ${where} >&2"]
"#,
    );
    let recording = Arc::new(Recording::of(Arc::new(Processes::default())));
    let live = over(&driver, &[("where", "home")], Arc::<Recording>::clone(&recording));
    let vm = live.find("web").await.unwrap();
    let said = live.console(&vm).await.unwrap();
    let text = recording.transcript("made-up", "for a test").text().unwrap();
    let transcript = Transcript::read(&text).unwrap();
    assert_eq!(transcript.calls.len(), 2, "{text}");

    let replay = |given: &str| {
        let transport = Arc::new(Replay::of(transcript.clone()));
        over(&driver, &[("where", given)], transport)
    };
    let same = replay("home");
    assert_eq!(same.find("web").await.unwrap(), vm);
    assert_eq!(same.console(&vm).await.unwrap(), said);
    let fault = same.console(&vm).await.unwrap_err();
    assert!(fault.words.contains("no further answer"), "{fault}");
    let fault = replay("abroad").console(&vm).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Vendor);
    assert!(fault.words.contains("nearest to it: `sh -c printf"), "{fault}");
}

#[test]
fn what_is_no_transcript_is_said() {
    for text in ["", "driver = 7", "driver = \"a\"\norigin = \"dreamt\"", "[[call]]\nargs = []"] {
        let fault = Transcript::read(text).unwrap_err().to_string();
        assert!(fault.starts_with("this is no transcript"), "{fault}");
    }
}
