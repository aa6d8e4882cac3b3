//! The first question to a platform: who it is and which machines it has; and what to do when it does not say.

use domain::ids::PlatformId;
use platforms::command::CommandPlatform;
use platforms::platform::{Answered, Platform as _};
use platforms::words::{Capability, Fault, FaultClass, PowerOp};

use super::fitness::whole;
use super::harbour::version_of;
use super::trouble::advice;
use super::{Fleet, Harbour};
use crate::lab::seen::Stop;

/// What a campaign needs of the driver at its source.
pub(super) const AT_SOURCE: [Capability; 4] = [
    Capability::Inspect,
    Capability::Power(PowerOp::Start),
    Capability::Console,
    Capability::Power(PowerOp::ShutdownGraceful),
];
/// And at its target.
pub(super) const AT_TARGET: [Capability; 6] = [
    Capability::Resources,
    Capability::Import,
    Capability::Inspect,
    Capability::Power(PowerOp::Start),
    Capability::Console,
    Capability::Power(PowerOp::ShutdownGraceful),
];

/// A platform that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hailed {
    /// Which.
    pub platform: PlatformId,
    /// The driver that asked.
    pub driver: String,
    /// Product and versions, as campaigns pin them; or why there is no talking to it.
    pub answer: Result<String, Trouble>,
}

/// Why a platform cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind, where the driver could tell.
    pub class: Option<FaultClass>,
    /// What is wrong, in one line; secrets are masked.
    pub words: String,
    /// The command that was asked with; empty where none was run.
    pub command: Vec<String>,
    /// What to do.
    pub advice: String,
}

impl Trouble {
    /// The driver of a platform, or a value or secret of it, is not to be had.
    #[must_use]
    pub fn of_testbed(words: &str) -> Self {
        let advice = "mend the testbed, the driver's file or the environment".to_owned();
        Self { class: None, words: words.to_owned(), command: Vec::new(), advice }
    }

    fn of(verb: &str, fault: &Fault, platform: &CommandPlatform) -> Self {
        Self {
            class: Some(fault.class),
            words: Fault::new(fault.class, format!("{verb}: {}", whole(fault))).words,
            command: platform.rehearsed(verb, &[]).unwrap_or_default(),
            advice: advice(fault).to_owned(),
        }
    }

    /// In one line, for a trial that needs this platform.
    pub(super) fn for_trial(&self, platform: &PlatformId) -> Stop {
        let class = self.class.map(|it| format!("{it}: ")).unwrap_or_default();
        Stop::lab(format!("platform `{platform}`: {class}{}. To do: {}", self.words, self.advice))
    }
}

impl Fleet {
    /// Asks every platform behind a driver who it is and which machines it has, all at once; each is asked once. One that
    /// does not answer keeps no other from it.
    pub async fn hail(&self) -> &[Hailed] {
        self.hailed.get_or_init(|| self.hail_all()).await
    }

    async fn hail_all(&self) -> Vec<Hailed> {
        let mut asked = tokio::task::JoinSet::new();
        for (id, harbour) in &self.harbours {
            let (id, platform) = (id.clone(), harbour.platform.clone());
            asked.spawn(async move {
                let driver = platform.driver().id.clone();
                Hailed { platform: id, driver, answer: answer(&platform).await }
            });
        }
        let mut all = asked.join_all().await;
        all.extend(self.out_of_reach.iter().cloned());
        all.sort_by(|a, b| a.platform.cmp(&b.platform));
        all
    }

    /// The trouble of a platform, if it has any.
    pub(super) async fn trouble(&self, platform: &PlatformId) -> Result<(), Stop> {
        let hailed = self.hail().await.iter().find(|it| it.platform == *platform);
        match hailed.map(|it| &it.answer) {
            Some(Err(trouble)) => Err(trouble.for_trial(platform)),
            Some(Ok(_)) | None => Ok(()),
        }
    }
}

async fn answer(platform: &CommandPlatform) -> Result<String, Trouble> {
    let failed = |verb: &'static str| move |fault: Fault| Trouble::of(verb, &fault, platform);
    let version = version_of(platform).await.map_err(failed("identify"))?;
    let listed: Answered<_> = platform.list().await;
    listed.map_err(failed("list")).map(|_| version)
}

/// Whether the driver has every verb that a campaign needs at this end.
pub(super) fn has_all(harbour: &Harbour, end: &str, needed: &[Capability]) -> Result<(), Stop> {
    let can = harbour.platform.capabilities();
    let missing: Vec<String> =
        needed.iter().filter(|it| !can.has(**it)).map(|it| format!("`{it}`")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let driver = &harbour.platform.driver().id;
    let (platform, missing) = (&harbour.declared.id, missing.join(", "));
    Err(Stop::lab(format!(
        "platform `{platform}`: its driver `{driver}` cannot do {missing}, which a run needs at the {end}. To do: give the driver's file these verbs"
    )))
}
