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
