//! What a campaign cost, as rows of a table.

use domain::event::Cost;

use crate::public::PublicView;
use crate::setting::Work;
use crate::units::{count, duration, share, size};

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    /// What was spent.
    pub what: &'static str,
    /// How much.
    pub amount: String,
    /// What it means.
    pub meaning: String,
}

/// What a campaign cost; only the work done while it has not ended.
#[must_use]
pub fn cost(view: &PublicView) -> Vec<CostRow> {
    if !view.withheld.is_empty() {
        let meaning = "with cells that are withheld, the cost of all would tell of theirs";
        return vec![row("Time and work", "withheld".to_owned(), meaning)];
    }
    let mut rows = view.course.cost.as_ref().map(measured).unwrap_or_default();
    rows.push(shared(&view.work));
    rows
}

fn measured(cost: &Cost) -> Vec<CostRow> {
    let processors = u64::from(cost.processors.max(1));
    let all_ms = cost.tools_cpu_ms.saturating_add(cost.own_cpu_ms);
    let bound_ms = all_ms / processors;
    let used = share(all_ms, cost.wall_ms.saturating_mul(processors));
    let processors = count(cost.processors as usize, "processor");
    vec![
        row(
            "Wall time",
            duration(cost.wall_ms),
            "from the start, or the last resumption, to the end",
        ),
        row(
            "Bound",
            duration(bound_ms),
            &format!("the same processor time spread evenly over {processors}; no order is faster"),
        ),
        row(
            "Processor time of hypervisors and tools",
            duration(cost.tools_cpu_ms),
            &format!("with Portolan's own, {used} of what {processors} had to give"),
        ),
        row(
            "Portolan's own share",
            duration(cost.own_cpu_ms),
            &format!(
                "{} of the processor time; {} of memory at most",
                share(cost.own_cpu_ms, all_ms),
                size(cost.own_peak_kib.saturating_mul(1024))
            ),
        ),
    ]
}

fn shared(work: &Work) -> CostRow {
    let unshared = duration(work.unshared_ms);
    row(
        "Steps and acts",
        format!("{} by {}", count(work.steps, "step"), count(work.acts, "act")),
        &format!("trials share acts; one by one and unshared, the steps would take {unshared}"),
    )
}

fn row(what: &'static str, amount: String, meaning: &str) -> CostRow {
    CostRow { what, amount, meaning: meaning.to_owned() }
}
