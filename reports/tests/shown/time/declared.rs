//! Baselines with their lineage, waivers with their states, as people and programs read them.

use domain::declare::Declaration;
use domain::event::Pins;
use reports::declared::{
    baseline, baseline_text, baselines, baselines_text, waivers, waivers_text,
};

use super::book::*;

fn set(book: &mut Book, instant: &str, (name, campaign): (&str, &str), follows: Option<&str>) {
    let declaration = Declaration::SetBaseline {
        name: name.parse().unwrap(),
        campaign: campaign.parse().unwrap(),
        versions: Pins::from([("platform:kvm".to_owned(), "QEMU 7.2\u{1b}[2J".to_owned())]),
        follows: follows.map(|it| it.parse().unwrap()),
        reason: format!("since {campaign}"),
    };
    book.declare(at(instant), declaration);
}

fn lineage(book: &Book, name: &str) -> Vec<String> {
    let entry = baseline(&book.registry, &name.parse().unwrap()).unwrap();
    entry.lineage.iter().map(|it| format!("{} {}", it.name, it.campaign)).collect()
}

#[test]
fn a_lineage_tells_what_stood_before_the_newest_first() {
    let mut book = Book::default();
    set(&mut book, "2026-01-01T00:00:00Z", ("spring", "c-1"), None);
    set(&mut book, "2026-02-01T00:00:00Z", ("spring", "c-2"), None);
    set(&mut book, "2026-03-01T00:00:00Z", ("autumn", "c-3"), Some("spring"));
    // What is set later is no ancestor, even under the name that is continued.
    set(&mut book, "2026-04-01T00:00:00Z", ("spring", "c-4"), None);
    set(&mut book, "2026-05-01T00:00:00Z", ("autumn", "c-5"), None);
    assert_eq!(lineage(&book, "spring"), ["spring c-2", "spring c-1"]);
    assert_eq!(lineage(&book, "autumn"), ["autumn c-3", "spring c-2", "spring c-1"]);
    // Names that continue each other come to an end.
    set(&mut book, "2026-06-01T00:00:00Z", ("spring", "c-6"), Some("autumn"));
    let all = ["autumn c-5", "spring c-4", "autumn c-3", "spring c-2", "spring c-1"];
    assert_eq!(lineage(&book, "spring"), all);
    assert!(baseline(&book.registry, &"winter".parse().unwrap()).is_none());
}

#[test]
fn baselines_read_well() {
    let mut book = Book::default();
    set(&mut book, "2026-01-01T00:00:00Z", ("spring", "c-1"), None);
    set(&mut book, "2026-03-01T00:00:00Z", ("autumn", "c-3"), Some("spring"));
    let entries = baselines(&book.registry);
    insta::assert_snapshot!("baselines", baselines_text(&entries));
    insta::assert_snapshot!("baseline", baseline_text(&entries[0]));
    assert!(!baseline_text(&entries[0]).contains('\u{1b}'));
}

#[test]
fn waivers_read_well_at_any_instant() {
    let mut book = Book::default();
    for (name, until) in [("long", "2027-01-01T00:00:00Z"), ("short", "2026-02-01T00:00:00Z")] {
        book.waive(at("2026-01-01T00:00:00Z"), (name, "G.cpu.model"), until);
    }
    book.waive(at("2026-01-01T00:00:00Z"), ("over", "G.clock"), "2027-01-01T00:00:00Z");
    let (waiver, reason) = ("over".parse().unwrap(), "replaced".to_owned());
    book.declare(at("2026-02-10T00:00:00Z"), Declaration::EndWaiver { waiver, reason });
    let on = |instant: &str| waivers(&book.registry, at(instant));
    insta::assert_snapshot!("waivers", waivers_text(&on("2026-03-01T00:00:00Z")));
    let in_force =
        |instant: &str| -> Vec<bool> { on(instant).iter().map(|it| it.in_force).collect() };
    assert_eq!(in_force("2026-01-15T00:00:00Z"), [true, true, true]);
    assert_eq!(in_force("2026-02-10T00:00:00Z"), [true, false, false]);
}
