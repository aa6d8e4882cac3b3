//! What holds a cell back is told at the step where it was found, and what was not observed as such.

use domain::event::{Event, Recorded, StepFinished};
use domain::observation::{Channel, Observation, Value};
use domain::step::Step;
use reports::explain::Explanation;
use reports::explain_text::explanation;
use reports::history::History;
use reports::html::Audience;
use reports::insight::insights;
use reports::matrix::Judged;
use reports::public::PublicView;
use reports::text::{Colour, matrices};
use reports::{cells_csv, json};

use crate::fixture::{events, only_campaign, policy, report_of, view_of};

/// The campaign with every finished step of one cell altered.
fn altered(cell: [&str; 3], alter: impl Fn(&mut StepFinished, u64)) -> Vec<Recorded> {
    let mut events = events();
    for recorded in &mut events {
        let position = recorded.position;
        if let Event::StepFinished(finished) = &mut recorded.event {
            let trial = &finished.trial;
            if [trial.guest.as_str(), trial.source.as_str(), trial.target.as_str()] == cell {
                alter(finished, position);
            }
        }
    }
    events
}

fn explained([guest, source, target]: [&str; 3], events: &[Recorded]) -> String {
    let (history, policy) = (History::of(events), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let id = |text: &str| text.parse().unwrap();
    let told = Explanation::new(&judged, &guest.parse().unwrap(), &id(source), &id(target));
    explanation(&told.unwrap(), Colour::Never)
}

/// A pause that does not resume at step 1, and at step 7 no address beside what changed there.
fn held_at_two_steps() -> Vec<Recorded> {
    altered(["host-only", "xen-like", "kvm"], |finished, _| match finished.step {
        Step::SanityCheck => {
            let broken = Observation::flag("pause.resumed", false, Channel::PlatformApi);
            finished.observations.push(broken);
        }
        Step::Restart => finished.observations.retain(|it| it.fact != "ip.v4"),
        Step::Shutdown
        | Step::Export
        | Step::ResourceCheck
        | Step::ConsistencyCheck
        | Step::Import => {}
    })
}

#[test]
fn every_topic_stands_at_its_own_step() {
    let events = held_at_two_steps();
    let view = view_of(&events);
    let whole = "step 1 (sanity check at the source): shutdown or pause; \
                 step 7 (restart at the target): firewall, clock, IP address (not observed)";
    assert!(matrices(&view, None, Colour::Never).contains(&format!("! WARNING at {whole}\n")));
    assert!(cells_csv::public(&view).unwrap().contains(&format!(",\"{whole}\",strict 3,")));
    let told = explained(["host-only", "xen-like", "kvm"], &events);
    assert!(told.contains(&format!("  limiting  {whole}\n")), "{told}");
}

#[test]
fn the_page_claims_a_step_only_where_it_names_each() {
    let (history, policy) = (History::of(&held_at_two_steps()), policy());
    let judged = Judged::new(only_campaign(&history), &policy);
    let page = report_of(&judged, Audience::Public, &history);
    let first =
        "<b>shutdown or pause</b> <span class=\"muted\">at step 1 (sanity check at the source);";
    let second =
        "<b>firewall, clock, IP address (not observed)</b> <span class=\"muted\">at step 7";
    assert!(page.contains(first) && page.contains(second));
    let all = "<small>firewall, clock, shutdown or pause, IP address (not observed)</small>";
    assert!(page.contains(all));
}

#[test]
fn the_file_keeps_what_changed_apart_from_what_was_not_observed() {
    let file = serde_json::to_value(json::public(&view_of(&held_at_two_steps()))).unwrap();
    let cells = file["matrices"][1]["cells"].as_array().unwrap();
    let cell = cells.iter().find(|it| it["source"] == "xen-like" && it["target"] == "kvm").unwrap();
    let limit = &cell["limit"];
    assert_eq!(limit["topics"], serde_json::json!(["firewall", "clock", "power"]));
    assert_eq!(limit["not_observed"], serde_json::json!(["address"]));
    assert_eq!(
        (&limit["by_step"][0]["step"], &limit["by_step"][1]["step"]),
        (&1.into(), &7.into())
    );
}

#[test]
fn what_was_not_observed_is_not_what_changes_most() {
    let blind = ["firewall.rules", "clock.source"];
    let events = altered(["host-only", "xen-like", "kvm"], |finished, _| {
        if finished.step == Step::Restart {
            finished.observations.retain(|it| !blind.contains(&it.fact.as_str()));
        }
    });
    let mut view = view_of(&events);
    view.matrices.remove(0);
    assert!(
        matrices(&view, None, Colour::Never)
            .contains("firewall (not observed), clock (not observed)")
    );
    assert!(!insights(&view).iter().any(|it| it.starts_with("What changes most")));
}

#[test]
fn where_all_are_as_hard_none_is_the_hardest() {
    let mut view = view_of(&events());
    view.matrices.remove(0);
    view.matrices[0].cells.retain(|it| it.source.as_str() == "acme-like");
    assert!(!insights(&view).iter().any(|it| it.contains("hardest")), "{:?}", insights(&view));
}

#[test]
fn what_differs_at_every_boot_neither_shows_nor_keeps_repetitions_apart() {
    let of_one_boot =
        ["boot.count", "boot.id", "boot.uptime_ms", "clock.epoch_s", "pause.uptime_gap_ms"];
    let cell = ["host-only", "xen-like", "kvm"];
    let events = altered(cell, |finished, position| {
        if matches!(finished.step, Step::SanityCheck | Step::Restart) {
            let value = || Value::Integer(position as i64);
            let fact = |fact| Observation::new(fact, value(), Channel::SerialConsole);
            finished.observations.extend(of_one_boot.into_iter().map(fact));
        }
    });
    assert_eq!(explained(cell, &events), explained(cell, &self::events()));
    assert_eq!(explained(cell, &events).matches("as repetition 1").count(), 3);
}

#[test]
fn a_fact_of_one_side_is_shown_as_not_observed_on_the_other() {
    let text = explained(["host-only", "xen-like", "kvm"], &held_at_two_steps());
    assert!(text.contains("facts that changed (5 did not)"), "{text}");
    let one_sided =
        "     facts read on one side only\n       ip.v4: 10.71.1.15/24 → not observed\n";
    assert!(text.contains(one_sided), "{text}");
    assert!(!text.contains("\n       pause.resumed"), "only the guest's own facts are read twice");
}

#[test]
fn of_two_routes_that_tie_operators_read_the_named_one_first() {
    let text = serde_json::to_string(&events()).unwrap().replace("canary-direct", "zz-direct");
    let events: Vec<Recorded> = serde_json::from_str(&text).unwrap();
    let (history, policy) = (History::of(&events), policy());
    let judged = Judged::new(only_campaign(&history), &policy);

    let told = explained(["portable", "xen-like", "kvm"], &events);
    let best = told.split("\n\n").nth(3).unwrap();
    assert!(best.starts_with("* 2. canary-other by"), "{told}");
    assert!(told.contains("  limiting  step 7 (restart at the target): clock\n"), "{told}");

    let row =
        |sheet: String| sheet.lines().find(|it| it.contains("xen-like,kvm")).unwrap().to_owned();
    assert!(row(cells_csv::public(&PublicView::from(&judged)).unwrap()).contains(",processor,"));
    let operators = row(cells_csv::operator(&judged).unwrap());
    assert!(operators.contains(",clock,") && operators.ends_with(",canary-other"), "{operators}");

    let file = json::operator(&judged, &history);
    let cell = &file.matrices[0].cells[3];
    assert_eq!((&cell.routes[0].route, cell.routes[0].number), (&cell.best_route, 2));
    assert_eq!(cell.limit, cell.routes[0].limit);
}
