//! Everything that is shown of a history, in every form, as the command line shows it.

use domain::event::Recorded;
use domain::policy::Policy;
use jiff::Timestamp;
use reports::chronicle::Chronicle;
use reports::explain::Explanation;
use reports::explain_text::explanation;
use reports::history::History;
use reports::html::{Audience, Report};
use reports::matrix::{Judged, Lens};
use reports::public::PublicView;
use reports::receipt::Receipt;
use reports::text::{Colour, matrices};
use reports::viewpoint::Viewpoint;
use reports::{cells_csv, declared, json, steps_csv};

use crate::fixture::policy;

/// The history of these events from somewhere in time.
pub(crate) fn seen<'a>(
    events: impl IntoIterator<Item = &'a Recorded>,
    viewpoint: Viewpoint,
) -> History {
    let mut history = History::seen_from(viewpoint);
    events.into_iter().for_each(|it| history.project(it));
    history
}

/// The same in the chronicle.
pub(crate) fn chronicled<'a>(
    events: impl IntoIterator<Item = &'a Recorded>,
    viewpoint: Viewpoint,
) -> Chronicle {
    let mut chronicle = Chronicle::new(policy(), viewpoint);
    events.into_iter().for_each(|it| chronicle.project(it.clone()));
    chronicle
}

pub(crate) fn as_of(instant: Timestamp) -> Viewpoint {
    Viewpoint { as_of: Some(instant), known_at: None }
}

pub(crate) fn known_at(position: u64) -> Viewpoint {
    Viewpoint { as_of: None, known_at: Some(position) }
}

/// A campaign judged as the history's viewpoint has it.
pub(crate) fn judged<R>(
    history: &History,
    campaign: &str,
    policy: &Policy,
    show: impl FnOnce(&Judged<'_>) -> R,
) -> R {
    let (waivers, raw) = (history.in_force(), self::policy());
    let campaign = history.campaign(&campaign.parse().unwrap()).unwrap();
    show(&Judged::through(campaign, &Lens { policy, waivers: &waivers, raw: &raw }))
}

/// How each cell stands, row by row, with the raw standing where that is another.
pub(crate) fn standings(history: &History, campaign: &str) -> Vec<String> {
    judged(history, campaign, &policy(), |judged| {
        let view = PublicView::from(judged);
        let cell = |(_, it): (_, &reports::public::PublicCell)| match it.differing_raw() {
            Some(raw) => format!("{} raw {raw}", it.standing),
            None => it.standing.to_string(),
        };
        view.cells().map(cell).collect()
    })
}

/// Every byte that is shown of every campaign, its viewpoint nailed down.
pub(crate) fn outputs(history: &History) -> Vec<String> {
    let mut outputs = Vec::new();
    for campaign in history.campaigns() {
        judged(history, campaign.id.as_str(), &policy(), |it| outputs.extend(shown(history, it)));
    }
    let registry = history.registry();
    outputs.push(declared::baselines_text(&declared::baselines(registry)));
    if let Some(at) = history.viewpoint().as_of {
        outputs.push(declared::waivers_text(&declared::waivers(registry, at)));
    }
    outputs
}

pub(crate) fn shown(history: &History, judged: &Judged<'_>) -> Vec<String> {
    let view = PublicView::from(judged).of_history(history);
    let file = json::operator(judged, history);
    let receipt = Receipt::new(&file, None).unwrap();
    let page = |audience| {
        let receipt = Some(&receipt);
        Report { judged, audience, history, receipt, leaves: None, records: &[] }.page().unwrap()
    };
    let mut shown = vec![
        matrices(&view, Some(&receipt), Colour::Never),
        json::text(&file).unwrap(),
        json::text(&json::public(&view)).unwrap(),
        cells_csv::public(&view).unwrap(),
        cells_csv::operator(judged).unwrap(),
        steps_csv::operator(judged).unwrap(),
        page(Audience::Public),
        page(Audience::Operator),
        page(Audience::Auditor),
    ];
    for (guest, cell) in judged.cells() {
        let told = Explanation::of(judged, guest, cell);
        shown.push(serde_json::to_string(&told).unwrap());
        shown.push(explanation(&told, Colour::Never));
    }
    shown
}
