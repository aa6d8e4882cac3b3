//! Every driver that is shipped: it is read, its transcript conforms, and no trouble makes it tell what is not so.

use std::sync::Arc;

use platforms::command::{CommandPlatform, Driver, Exercised};
use platforms::conformance::{CommandSubject, Held, Suite, hold};
use platforms::platform::Platform as _;
use platforms::shipped::{self, Shipped};
use platforms::transport::{
    Answer, Broken, Call, Faulty, Origin, Pending, Replay, Secrets, Transcript, Transport, Trouble,
};
use platforms::words::{FaultClass, PowerOp, VmRef};

use crate::world::{Leaping, over};

fn read(shipped: &Shipped) -> Arc<Driver> {
    Arc::new(Driver::read(shipped.text).unwrap_or_else(|it| panic!("{}: {it:?}", shipped.id)))
}

/// What the transcripts were made with.
fn vars(driver: &Driver) -> Vec<(&'static str, &'static str)> {
    let known = |(name, value): &(&'static str, &'static str)| {
        driver.vars.contains_key(*name) && !(driver.id != "xen-xl" && *value == "ssh_config")
    };
    let host = match driver.id.as_str() {
        "xen-xl" => "dom0",
        "hyperv" => "hv1",
        _ => "pve1",
    };
    let all = [
        ("host", host),
        ("ssh_config", "ssh_config"),
        ("sr", "x"),
        ("url", "https://vc.example/sdk"),
        ("user", "portolan"),
    ];
    all.into_iter().filter(known).collect()
}

fn platform(shipped: &Shipped, transport: Arc<dyn Transport>) -> CommandPlatform {
    let driver = read(shipped);
    over(&driver, &vars(&driver), transport)
}

async fn replayed(shipped: &Shipped, vm: Option<&str>) -> Suite {
    let driver = read(shipped);
    let transcript = Transcript::read(shipped.transcript.unwrap()).unwrap();
    let transport: Arc<dyn Transport> = Arc::new(Replay::of(transcript));
    let platform = over(&driver, &vars(&driver), Arc::clone(&transport));
    let subject = CommandSubject::new(&platform, driver, (transport, false), Secrets::default());
    hold(&subject, vm, &Leaping::default()).await
}

#[tokio::test]
async fn each_transcript_conforms() {
    for shipped in shipped::ALL.iter().filter(|it| it.transcript.is_some()) {
        let (vm, least) = if shipped.id == "xen-xl" { (Some("web"), 24) } else { (None, 12) };
        let suite = replayed(shipped, vm).await;
        assert!(suite.conforms(), "{}: {suite:#?}", shipped.id);
        assert!(suite.holding() >= least, "{}: {suite:#?}", shipped.id);
        let ambiguous = suite.clauses.iter().find(|it| it.id == "find.ambiguous").unwrap();
        assert_eq!(ambiguous.held, Held::Holds, "{}: two have one name", shipped.id);
    }
}

/// A driver never claims more than was done: what was never run has a transcript that says so, and the other way round.
#[test]
fn a_transcript_says_no_more_than_its_driver() {
    for shipped in shipped::ALL {
        let driver = read(shipped);
        assert_eq!(driver.id, shipped.id);
        assert!(!driver.sources.is_empty(), "{}: from which documentation?", shipped.id);
        let origin = shipped.transcript.map(|it| Transcript::read(it).unwrap().origin);
        let allowed = match driver.exercised {
            Exercised::DocumentationOnly => origin == Some(Origin::WrittenFromDocumentation),
            Exercised::ThirdPartySimulator | Exercised::RealThing => {
                origin.is_none_or(|it| it == Origin::Recorded)
            }
        };
        assert!(allowed, "{}: {origin:?}", shipped.id);
    }
    assert!(shipped::ALL.is_sorted_by(|a, b| a.id < b.id));
}

/// Answers everything alike: an exit code of 0, and this.
struct Always(String);

impl Transport for Always {
    fn call<'a>(&'a self, _: &'a Call) -> Pending<'a, Result<Answer, Broken>> {
        let answer =
            Answer { exit: Some(0), stdout: self.0.clone(), stderr: String::new(), cut: false };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

/// The first answer of a driver's transcript to `list`, or one in its form.
fn listing(shipped: &Shipped) -> String {
    match shipped.id {
        "libvirt" => "6695eb01-f6a4-8304-79aa-97f2502e193f   test\n".to_owned(),
        "vsphere" => "/DC0/vm/web\n/DC0/vm/other/web\n/DC0/vm/db\n".to_owned(),
        _ => {
            let calls = Transcript::read(shipped.transcript.unwrap()).unwrap().calls;
            // The suite asks what the platform is, then for its machines.
            calls.iter().find(|it| it.argv != calls[0].argv).unwrap().stdout.clone()
        }
    }
}

#[tokio::test]
async fn no_trouble_of_any_driver_is_taken_for_an_answer() {
    for shipped in shipped::ALL {
        let whole = listing(shipped);
        let answered = platform(shipped, Arc::new(Always(whole.clone()))).list().await;
        assert!(!answered.as_ref().unwrap().is_empty(), "{}: {answered:?}", shipped.id);
        for (trouble, class) in [
            (Trouble::TimesOut, FaultClass::Timeout),
            (Trouble::HalfAnswer, FaultClass::Vendor),
            (Trouble::CutAnswer, FaultClass::Vendor),
            (Trouble::Says("qwx 7".to_owned()), FaultClass::Vendor),
        ] {
            let inner = Arc::new(Always(whole.clone()));
            let faulty = Arc::new(Faulty::new(inner, trouble.clone(), 1));
            let fault = platform(shipped, faulty).list().await.unwrap_err();
            assert_eq!(fault.class, class, "{}, {trouble:?}: {fault:?}", shipped.id);
        }
    }
}

/// What a driver calls transient is tried again where that does no harm, and the answer behind it counts.
#[tokio::test]
async fn an_expired_session_and_a_lost_connection_are_tried_again() {
    for shipped in shipped::ALL {
        let driver = read(shipped);
        let transient = driver.complaints().filter(|(_, it)| it.class == FaultClass::Transient);
        let mut tried = 0;
        for (_, complaint) in transient {
            let inner = Arc::new(Always(listing(shipped)));
            let says = Trouble::Says(complaint.example.clone());
            let faulty = Arc::new(Faulty::new(inner, says.clone(), 1));
            let platform = platform(shipped, Arc::clone(&faulty) as Arc<dyn Transport>);
            assert!(!platform.list().await.unwrap().is_empty(), "{}: {says:?}", shipped.id);
            assert_eq!(faulty.calls(), 2, "{}", shipped.id);
            // Power is asked for once: the first request may have been heard.
            let again = Arc::new(Faulty::new(Arc::new(Always(String::new())), says, u32::MAX));
            let platform = platform.over(Arc::clone(&again) as Arc<dyn Transport>);
            let vm = VmRef { id: "7".to_owned(), name: "web".to_owned() };
            let fault = platform.power(&vm, PowerOp::Start).await.unwrap_err();
            assert_eq!((fault.class, again.calls()), (FaultClass::Transient, 1), "{}", shipped.id);
            tried += 1;
        }
        assert!(tried > 0, "{} knows no transient fault", shipped.id);
    }
}

/// Where a name stands twice, no driver takes the first. libvirt itself has no two machines of one name.
#[tokio::test]
async fn a_name_that_two_have_is_ambiguous_for_every_driver() {
    for shipped in shipped::ALL.iter().filter(|it| it.id != "libvirt") {
        let platform = platform(shipped, Arc::new(Always(listing(shipped))));
        let all = platform.list().await.unwrap();
        let twin = |it: &&VmRef| all.iter().filter(|other| other.name == it.name).count() > 1;
        let twin = all.iter().find(twin).unwrap_or_else(|| panic!("{}: {all:?}", shipped.id));
        let fault = platform.find(&twin.name).await.unwrap_err();
        assert_eq!(fault.class, FaultClass::Ambiguous, "{}: {fault:?}", shipped.id);
    }
}

/// An answer that ends early, is empty or is something else leads to no panic, and never to a machine that is not there.
#[tokio::test]
async fn every_beginning_of_an_answer_is_an_error_or_fewer_machines() {
    for shipped in shipped::ALL {
        let whole = listing(shipped);
        let all = platform(shipped, Arc::new(Always(whole.clone()))).list().await.unwrap();
        let ids = |it: &[VmRef]| it.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
        let known = ids(&all);
        for end in (0..whole.len()).filter(|it| whole.is_char_boundary(*it)) {
            let begun = platform(shipped, Arc::new(Always(whole[..end].to_owned())));
            let Ok(listed) = begun.list().await else {
                continue;
            };
            let listed = ids(&listed);
            // The last may be cut in its middle.
            let but_last = &listed[..listed.len().saturating_sub(1)];
            assert!(but_last.iter().all(|it| known.contains(it)), "{}: {listed:?}", shipped.id);
            assert!(listed.len() <= known.len(), "{}: {listed:?}", shipped.id);
        }
    }
}
