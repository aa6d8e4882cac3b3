//! Campaigns as a lab records them: the steps of one real trial, walked between twelve platforms.

use std::sync::Arc;

use anyhow::Result;
use domain::event::{
    BaselineSet, CampaignFinished, CampaignStarted, Cost, Ending, Event, Outcome, Pins, Recorded,
    StepFinished, TrialsPlanned,
};
use domain::ids::CampaignId;
use domain::observation::Value;
use domain::plan::{Selection, Trial, plan};
use domain::step::Step;
use domain::testbed::Testbed;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The seven steps of a trial of the embedded lab, recorded from real VMs.
const SAMPLE: &str = include_str!("sample.jsonl");

/// Platforms of the matrix.
const PLATFORMS: usize = 12;

/// Campaigns of a 12 × 12 matrix, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    testbed: Testbed,
    trials: Vec<Trial>,
    steps: Arc<Vec<StepFinished>>,
}

impl Made {
    /// Two guests, two routes, two repetitions: 1,056 trials a campaign.
    pub(crate) fn new() -> Result<Self> {
        let testbed: Testbed = toml::from_str::<Testbed>(&testbed())?.validate()?;
        let trials = plan(&testbed, &Selection::default(), 2)?;
        Ok(Self { testbed, trials, steps: Arc::new(sample()?) })
    }

    /// How many step events one campaign has at most.
    pub(crate) fn steps_each(&self) -> u64 {
        (self.trials.len() * Step::ALL.len()) as u64
    }

    /// The events of one campaign, without their envelopes.
    pub(crate) fn campaign(&self, number: u64) -> impl Iterator<Item = Event> + '_ {
        let id = id(number);
        let start = CampaignStarted {
            campaign: id.clone(),
            testbed: self.testbed.clone(),
            pins: pins(number),
        };
        let planned = self.trials.chunks(100).map({
            let id = id.clone();
            move |trials| {
                let (campaign, trials) = (id.clone(), trials.to_vec());
                Event::TrialsPlanned(TrialsPlanned { campaign, trials })
            }
        });
        let walked = self.trials.iter().zip(0_u64..).flat_map({
            let id = id.clone();
            move |(trial, place)| self.walk(&id, trial, (number, place))
        });
        let end =
            CampaignFinished { campaign: id.clone(), ending: Ending::Completed, cost: cost() };
        let baseline = (number == 0).then(|| Event::BaselineSet(baseline(id, number)));
        std::iter::once(Event::CampaignStarted(start))
            .chain(planned)
            .chain(walked)
            .chain([Event::CampaignFinished(end)])
            .chain(baseline)
    }

    /// A trial: most arrive with a warning, some fail at a step, some change an address.
    fn walk(&self, id: &CampaignId, trial: &Trial, (number, place): (u64, u64)) -> Vec<Event> {
        let chance = (place * 7_919 + number * 104_729) % 97;
        let last = if chance < 9 { Step::ALL[(chance % 7) as usize] } else { Step::Restart };
        let steps = self.steps.iter().filter(|it| it.step <= last);
        let step = |it: &StepFinished| {
            let mut step = it.clone();
            step.campaign = id.clone();
            step.trial = trial.clone();
            step.pins.extend(pins(number));
            if chance < 9 && step.step == last {
                step.outcome = Outcome::NotCompleted { reason: "the guest gave up".to_owned() };
            }
            if chance > 90 && step.step == Step::Restart {
                readdress(&mut step, number);
            }
            Event::StepFinished(step)
        };
        steps.map(step).collect()
    }

    /// All events up to this many steps, in envelopes, for who folds without a store.
    pub(crate) fn recorded(&self, steps: u64) -> impl Iterator<Item = Recorded> + '_ {
        let campaigns = steps.div_ceil(self.steps_each()).max(1);
        let events = (0..campaigns).flat_map(|number| self.campaign(number));
        events.zip(0..).map(|(event, position)| Recorded {
            position,
            at: at(position),
            stream: String::new(),
            version: position,
            command: Uuid::nil(),
            event,
        })
    }
}

/// The seven steps of one real trial.
pub(crate) fn sample() -> Result<Vec<StepFinished>> {
    let steps = SAMPLE.lines().map(|line| {
        let mut event: serde_json::Value = serde_json::from_str(line)?;
        event.as_object_mut().map(|fields| fields.remove("type"));
        serde_json::from_value(event)
    });
    Ok(steps.collect::<Result<_, _>>()?)
}

fn readdress(step: &mut StepFinished, number: u64) {
    let seen = step.observations.iter_mut().find(|it| it.fact == "ip.v4");
    if let Some(seen) = seen {
        seen.value = Value::List(vec![format!("10.71.9.{}/24", number % 250)]);
    }
}

/// When an event was recorded: one every 40 milliseconds.
pub(crate) fn at(position: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_millis(1_790_000_000_000 + position as i64 * 40)
}

/// The campaign of this number.
pub(crate) fn id(number: u64) -> CampaignId {
    format!("c-{number:06}").parse().expect("an identifier of the benchmark")
}

fn pins(number: u64) -> Pins {
    let platforms = (0..PLATFORMS).map(|it| {
        let version = format!("10.{}.{}", number / 20, it % 3);
        (format!("platform:p{it:02}"), version)
    });
    platforms.chain([("converter:img".to_owned(), format!("7.{}", number / 50))]).collect()
}

fn cost() -> Cost {
    Cost { wall_ms: 3_600_000, processors: 2, ..Cost::default() }
}

fn baseline(campaign: CampaignId, number: u64) -> BaselineSet {
    BaselineSet {
        name: "base".parse().expect("an identifier of the benchmark"),
        campaign,
        versions: pins(number),
        revision: 1,
        follows: None,
        reason: String::new(),
        by: "bench".to_owned(),
    }
}

fn testbed() -> String {
    let platforms: String = (0..PLATFORMS)
        .map(|it| {
            format!(
                "[[platform]]\nid = \"p{it:02}\"\nvendor = \"maker\"\nproduct = \"Platform {it}\"\n\
                 driver = \"qemu\"\n"
            )
        })
        .collect();
    format!(
        "name = \"twelve\"\nslots = {{ cpu = 2, memory_mib = 2048 }}\n\
         vendor = [{{ id = \"maker\", name = \"Maker\" }}]\n\
         guest = [\n\
         {{ id = \"one\", name = \"One\", architecture = \"x86_64\", firmware = \"bios\", memory_mib = 256, cpus = 1 }},\n\
         {{ id = \"two\", name = \"Two\", architecture = \"x86_64\", firmware = \"bios\", memory_mib = 256, cpus = 1 }},\n\
         ]\n\
         converter = [{{ id = \"img\", vendor = \"maker\", product = \"Img\" }}, \
         {{ id = \"packer\", vendor = \"maker\", product = \"Packer\" }}]\n\
         route = [{{ id = \"direct\", through = \"disk\", converters = [\"img\"] }}, \
         {{ id = \"ovf\", through = \"ovf\", converters = [\"packer\", \"img\"] }}]\n{platforms}"
    )
}
