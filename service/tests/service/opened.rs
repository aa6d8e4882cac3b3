//! A service over a log, with every part that it is made of.

use std::path::Path;
use std::sync::Arc;

use ingest::{AccessDesk, Beginning, LetterDesk};
use service::door::Door;
use service::library::Library;
use service::service::{Parts, Service};
use service::settings::Settings;
use store::{Blobs, DiskLog, EventLog};

/// A service over this log, whose store is this folder.
pub(crate) fn service(folder: &Path, log: &Arc<DiskLog>, settings: Settings) -> Service {
    let blobs = Arc::new(Blobs::local(&folder.join("evidence")).unwrap());
    let shared = Arc::clone(log) as Arc<dyn EventLog>;
    let access = Arc::new(AccessDesk::open(Arc::clone(&shared)).unwrap());
    let letters = Arc::new(LetterDesk::open(Arc::clone(&shared)).unwrap());
    let (mut desk, both) = (Beginning::default(), (Arc::clone(log), Arc::clone(&blobs)));
    let library = Library::open_beside(both, settings.policy.clone(), |it| desk.see(it)).unwrap();
    let desk = Arc::new(desk.open(shared, blobs).unwrap());
    let door = Door::open(folder, &desk, settings.limits.labs).unwrap();
    let parts = Parts { library: Arc::new(library), desk, access, letters, door };
    Service::open(settings, parts).unwrap()
}
