//! Letters as files.

use post::folder::Folder;
use post::{Outcome, Phase, Transport};

use crate::message;

#[tokio::test]
async fn a_letter_is_one_file_however_often_it_is_sent() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::at(place.path().join("out"));
    let mut transport = Transport::Folder(folder.clone());
    for to in ["a@example.org", "a@example.org", "b@example.org"] {
        assert!(matches!(transport.send(&message(to)).await, Outcome::Accepted { .. }));
    }
    let names =
        std::fs::read_dir(place.path().join("out")).unwrap().map(|it| it.unwrap().file_name());
    let names: Vec<_> = names.collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let letter = message("a@example.org");
    assert_eq!(std::fs::read(folder.file(letter.message_id())).unwrap(), letter.bytes());
}

#[test]
fn a_notice_is_kept_as_it_would_be_sent() {
    let place = tempfile::tempdir().unwrap();
    let notice = crate::webhooks::notice();
    for _ in 0..2 {
        assert!(matches!(Folder::at(place.path()).keep(&notice), Outcome::Accepted { .. }));
    }
    let mut files = std::fs::read_dir(place.path()).unwrap().map(|it| it.unwrap().path());
    let file = files.next().unwrap();
    assert_eq!((file.extension().unwrap().to_str(), files.next()), (Some("json"), None));
    assert_eq!(std::fs::read_to_string(file).unwrap(), notice.body());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("file"), "").unwrap();
    let mut transport = Transport::Folder(Folder::at(place.path().join("file")));
    let Outcome::Refused(refusal) = transport.send(&message("a@example.org")).await else {
        panic!()
    };
    assert_eq!((refusal.phase, refusal.permanent), (Phase::File, false));
}
