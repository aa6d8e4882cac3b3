//! What labs and operators send and are sent, for the description of the interface. The types
//! themselves are the domain's, which knows nothing of descriptions; answers are held against these.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A lab asks for work.
#[derive(ToSchema)]
#[schema(as = LeaseRequest)]
#[expect(dead_code, reason = "it describes what is sent and is never sent")]
pub(super) struct Wanted {
    /// What the lab calls itself.
    #[schema(min_length = 1)]
    lab: String,
    /// The platforms it reaches: a trial needs both of its own.
    #[schema(min_items = 1)]
    platforms: Vec<String>,
    /// The versions it found there, by subject; may be told with the first heartbeat instead.
    #[schema(required = false)]
    pins: BTreeMap<String, String>,
    /// Most trials it wants.
    #[schema(minimum = 1, maximum = 1024)]
    most: u32,
}

/// A lab is still at it.
#[derive(ToSchema)]
#[schema(as = Heartbeat)]
#[expect(dead_code, reason = "it describes what is sent and is never sent")]
pub(super) struct Beat {
    /// Versions found meanwhile, by subject.
    #[schema(required = false)]
    pins: BTreeMap<String, String>,
}

/// A lease goes on.
#[derive(ToSchema)]
#[schema(as = Until)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct GoesOn {
    /// Which lease.
    lease: String,
    /// How long from now, in seconds.
    seconds: u32,
    /// An operator stops the campaign: finish the step, then give the lease back.
    stopping: bool,
}

/// Trials that are a lab's own for a while.
#[derive(ToSchema)]
#[schema(as = Leased)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct Given {
    /// Which lease.
    lease: String,
    /// Whose trials.
    campaign: String,
    /// The testbed they are walked on.
    #[schema(value_type = Object)]
    testbed: (),
    /// The versions pinned so far, by subject.
    pins: BTreeMap<String, String>,
    /// The trials, in the order of the plan.
    trials: Vec<TrialShape>,
    /// How long without a heartbeat or a batch, in seconds.
    seconds: u32,
}

/// How far a campaign has come.
#[derive(ToSchema)]
#[schema(as = CampaignSoFar)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct Come {
    /// Which one.
    campaign: String,
    /// How many events it has: what the next batch may expect.
    version: u64,
    /// The testbed as declared.
    #[schema(value_type = Object)]
    testbed: (),
    /// The versions in force, by subject.
    pins: BTreeMap<String, String>,
    /// How often it was resumed.
    resumed: u32,
    /// How it ended, if it did.
    ended: Option<String>,
    /// Whether it is offered: then nobody records without a lease.
    offered: bool,
    /// Its trials, in the order of the plan.
    trials: Vec<TrialShape>,
}

/// How far a trial has come.
#[derive(ToSchema)]
#[schema(as = TrialSoFar)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
struct TrialShape {
    /// Which one: guest, source, target, route and repetition.
    #[schema(value_type = Object)]
    trial: (),
    /// How many steps were completed.
    #[schema(maximum = 7)]
    completed: u8,
    /// The step to walk next; none when the trial is over.
    next_step: Option<String>,
    /// Which attempt at that step it would be, 0 for the first.
    attempt: u32,
}

/// A campaign that is or was offered.
#[derive(ToSchema)]
#[schema(as = Offered)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct Standing {
    /// Which one.
    campaign: String,
    /// How many events it has.
    version: u64,
    /// Whether it is offered still.
    offered: bool,
    /// How it ended, if it did.
    ended: Option<String>,
    /// Trials that are leased now.
    leased: u64,
}

/// A campaign whose trials labs may take.
#[derive(ToSchema)]
#[schema(as = OfferRequest)]
#[expect(dead_code, reason = "it describes what is sent and is never sent")]
pub(super) struct Offering {
    /// What it is to be called.
    campaign: String,
    /// The testbed.
    #[schema(value_type = Object)]
    testbed: (),
    /// Its trials: guest, source, target, route and repetition, in the order they are to be walked.
    #[schema(value_type = Vec<Object>)]
    plan: (),
}

/// Commands of one campaign, in their order.
#[derive(ToSchema)]
#[schema(as = Submission)]
#[expect(dead_code, reason = "it describes what is sent and is never sent")]
pub(super) struct Batch {
    /// `portolan.submission/1`
    schema: String,
    /// Whose commands.
    campaign: String,
    /// How many events the sender believes the campaign to have before them.
    expected_version: Option<u64>,
    /// The lease under which the sender works, if it does.
    lease: Option<String>,
    /// The commands.
    #[schema(value_type = Vec<Object>, min_items = 1, max_items = 1024)]
    commands: (),
}

/// What became of a batch.
#[derive(ToSchema)]
#[schema(as = Accepted)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct Became {
    /// `portolan.accepted/1`
    schema: String,
    /// Whose commands.
    campaign: String,
    /// How many events the campaign has now: what the next batch may expect.
    version: u64,
    /// One entry for each command that is recorded, in their order; all are safe on disk.
    recorded: Vec<RecordedShape>,
    /// The first command that is not recorded, if any; none behind it is.
    refused: Option<RefusedShape>,
}

/// What the log holds of one command.
#[derive(ToSchema)]
#[schema(as = RecordedCommand)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
struct RecordedShape {
    /// The identity of the command, a UUID.
    command: String,
    /// Position of the first event it caused; none when it caused none.
    position: Option<u64>,
    /// How many events it caused.
    events: u64,
    /// Whether it had been recorded before.
    repeated: bool,
}

/// The command that was refused.
#[derive(ToSchema)]
#[schema(as = RefusedCommand)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
struct RefusedShape {
    /// Its place in the batch, 0 for the first.
    index: u64,
    /// Why, in words.
    why: String,
}

/// What became of a declaration.
#[derive(ToSchema)]
#[schema(as = DeclarationAnswer)]
#[expect(dead_code, reason = "it describes an answer and is never one")]
pub(super) struct Declared {
    /// Position of the event that records it; none when it stood already.
    position: Option<u64>,
}
