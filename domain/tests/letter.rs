//! The way of a letter, and when results become public: given, when, then.

use domain::event::{
    About, Answered, CampaignPublished, Carrier, DisputeSettled, EmbargoSet, Event, Fate,
    LetterAcknowledged, LetterEvent, LetterFailed, LetterForm, LetterPrepared, LetterPreviewed,
    LetterReported, LetterSent, Recorded,
};
use domain::ids::Sha256Digest;
use domain::letter::{Known, LetterCommand, LetterRegistry, NotWritten, STREAM, Stage, judge};
use domain::registry::Declared;
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn prepare(letter: &str) -> LetterCommand {
    let (campaign, vendor) = ("autumn".parse().unwrap(), "citrix".parse().unwrap());
    prepare_about(letter, About::Results { campaign, vendor })
}

fn prepare_about(letter: &str, about: About) -> LetterCommand {
    LetterCommand::Prepare(LetterPrepared {
        letter: letter.parse().unwrap(),
        about,
        contact: "press".parse().unwrap(),
        form: LetterForm::Plain,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        known_at: 7,
        follows: None,
        content_sha256: Sha256Digest::of(letter.as_bytes()),
        content_bytes: 8,
        by: " ada ".to_owned(),
    })
}

fn preview(letter: &str) -> LetterCommand {
    let (letter, by) = (letter.parse().unwrap(), "ada".to_owned());
    LetterCommand::NotePreview(LetterPreviewed { letter, by })
}

fn sent(letter: &str, message: &str) -> LetterCommand {
    LetterCommand::NoteSent(LetterSent {
        letter: letter.parse().unwrap(),
        attempt: 1,
        message_id: message.to_owned(),
        carrier: Carrier::Smtp,
        reply: "250 ok".to_owned(),
    })
}

fn failure(letter: &str, attempt: u32, permanent: bool) -> LetterCommand {
    let (letter, reason) = (letter.parse().unwrap(), "451 busy".to_owned());
    LetterCommand::NoteFailure(LetterFailed { letter, attempt, permanent, reason })
}

fn report(letter: &str, fate: Fate) -> LetterCommand {
    let (letter, words) = (letter.parse().unwrap(), String::new());
    LetterCommand::NoteReport(LetterReported { letter, fate, status: "5.1.1".to_owned(), words })
}

fn acknowledge(letter: &str) -> LetterCommand {
    let (account, grant) = ("desk".parse().unwrap(), "g-4".parse().unwrap());
    LetterCommand::Acknowledge(LetterAcknowledged {
        letter: letter.parse().unwrap(),
        account,
        grant,
    })
}

fn publish(reason: &str, known_at: u64) -> LetterCommand {
    LetterCommand::Publish(CampaignPublished {
        campaign: "autumn".parse().unwrap(),
        known_at,
        policy: "default 3".to_owned(),
        policy_sha256: Sha256Digest::of(b"policy"),
        fewest_tools: 2,
        withheld: Vec::new(),
        reason: reason.to_owned(),
        by: "ada".to_owned(),
    })
}

fn embargo(until: Timestamp) -> LetterCommand {
    let (reason, by) = ("vendors first".to_owned(), "ada".to_owned());
    let campaign = "autumn".parse().unwrap();
    LetterCommand::Embargo(EmbargoSet { campaign, until, reason, by })
}

fn dispute(position: u64, disputes: bool) -> Declared<Answered> {
    let what = Answered {
        vendor: "citrix".parse().unwrap(),
        campaign: "autumn".parse().unwrap(),
        cell: None,
        disputes,
        may_be_public: false,
        text: "not so".to_owned(),
        account: "desk".parse().unwrap(),
        grant: "g-4".parse().unwrap(),
    };
    Declared { position, at: at(0), what }
}

#[derive(Default)]
struct World {
    letters: LetterRegistry,
    answers: Vec<Declared<Answered>>,
    position: u64,
}

impl World {
    /// Judges a command and applies what it causes; says whether it caused anything.
    fn act(&mut self, command: LetterCommand, at: Timestamp) -> Result<bool, NotWritten> {
        let known = Known { letters: &self.letters, answers: &self.answers };
        let event = judge(known, command, at)?;
        let caused = event.is_some();
        if let Some(event) = event {
            self.letters.evolve(&recorded(self.position, at, event));
            self.position += 1;
        }
        Ok(caused)
    }

    fn stage(&self, letter: &str) -> Stage {
        self.letters.letter(&letter.parse().unwrap()).unwrap().stage()
    }
}

fn recorded(position: u64, at: Timestamp, event: LetterEvent) -> Recorded {
    let (stream, command) = (STREAM.to_owned(), Uuid::nil());
    Recorded { position, at, stream, version: position, command, event: Event::Letter(event) }
}

#[test]
fn a_letter_goes_its_way_and_each_part_of_it_is_noted_once() {
    let mut world = World::default();
    let way = [
        (prepare("a"), Stage::Prepared),
        (preview("a"), Stage::Previewed),
        (failure("a", 1, false), Stage::Delayed),
        (sent("a", "m@x"), Stage::Sent),
        (report("a", Fate::Delayed), Stage::Sent),
        (report("a", Fate::Delivered), Stage::Delivered),
        (acknowledge("a"), Stage::Acknowledged),
    ];
    for (command, stage) in way {
        assert!(world.act(command.clone(), at(1)).unwrap(), "{command:?}");
        assert_eq!(world.stage("a"), stage);
        let again = world.act(command.clone(), at(2));
        assert_eq!(again, Ok(false), "{command:?} is noted twice");
        assert_eq!(world.stage("a"), stage);
    }
}

#[test]
fn nothing_is_sent_that_no_operator_has_seen_but_a_digest_for_a_team() {
    let mut world = World::default();
    let a = "a".parse().unwrap();
    world.act(prepare("a"), at(0)).unwrap();
    assert_eq!(world.act(sent("a", "m@x"), at(1)), Err(NotWritten::NotPreviewed(a)));
    world.act(prepare_about("d", About::Digest { from: 0, to: 7 }), at(0)).unwrap();
    assert!(world.act(sent("d", "n@x"), at(1)).unwrap());
}

#[test]
fn a_digest_follows_the_last_one_to_its_team_or_somebody_else_has_written_one() {
    let mut world = World::default();
    let digest = |letter: &str, follows: Option<&str>| {
        let LetterCommand::Prepare(it) = prepare_about(letter, About::Digest { from: 0, to: 7 })
        else {
            panic!()
        };
        let follows = follows.map(|it| it.parse().unwrap());
        LetterCommand::Prepare(LetterPrepared { follows, ..it })
    };
    let team: domain::ids::ContactId = "press".parse().unwrap();
    let overtaken = Err(NotWritten::Overtaken(team.clone()));
    assert_eq!(world.act(digest("d", Some("a")), at(0)), overtaken, "there is none before it");
    assert_eq!(world.act(digest("d", None), at(0)), Ok(true));
    assert_eq!(world.act(digest("d", None), at(1)), Ok(false), "it is the same");
    assert_eq!(world.act(digest("e", None), at(1)), overtaken);
    world.act(failure("d", 1, true), at(2)).unwrap();
    assert_eq!(world.act(digest("e", None), at(3)), overtaken, "it stands, whatever became of it");
    assert_eq!(world.act(digest("e", Some("d")), at(3)), Ok(true));
    assert_eq!(world.act(digest("f", Some("d")), at(3)), overtaken);
    // What vendors are written is none of it.
    assert_eq!(world.act(prepare("v"), at(4)), Ok(true));
    let last = world.letters.last_digest(&team).unwrap();
    assert_eq!(last.prepared.what.letter.as_str(), "e");
    assert_eq!(world.letters.digests(&team).count(), 2);
}

#[test]
fn a_letter_is_one_message_and_its_attempts_have_one_order() {
    let mut world = World::default();
    let (a, b) = ("a".parse().unwrap(), "b".parse().unwrap());
    assert_eq!(world.act(preview("b"), at(0)), Err(NotWritten::None(b)));
    for command in [prepare("a"), preview("a"), failure("a", 1, false)] {
        world.act(command, at(0)).unwrap();
    }
    let wrong = |attempt| NotWritten::Attempt { letter: "a".parse().unwrap(), attempt };
    assert_eq!(world.act(failure("a", 3, false), at(1)), Err(wrong(3)));
    assert_eq!(world.act(report("a", Fate::Bounced), at(1)), Err(NotWritten::NotSent(a)));
    let a = "a".parse().unwrap();
    world.act(failure("a", 2, true), at(1)).unwrap();
    assert_eq!(world.stage("a"), Stage::Failed);
    assert_eq!(world.act(failure("a", 3, true), at(1)), Err(wrong(3)));
    // It was accepted after all: the answer came after whoever sent it had given up.
    world.act(sent("a", "m@x"), at(2)).unwrap();
    assert_eq!(world.act(sent("a", "other@x"), at(3)), Err(NotWritten::Sent(a)));
    world.act(report("a", Fate::Delivered), at(4)).unwrap();
    world.act(report("a", Fate::Bounced), at(5)).unwrap();
    assert_eq!(world.stage("a"), Stage::Bounced);
}

#[test]
fn results_under_an_embargo_are_public_when_somebody_says_so_and_not_by_the_date() {
    let (mut world, autumn) = (World::default(), "autumn".parse().unwrap());
    assert!(!world.letters.is_embargoed(&autumn));
    assert_eq!(world.act(embargo(at(0)), at(0)), Err(NotWritten::Past(at(0))));
    world.act(embargo(at(50)), at(0)).unwrap();
    world.act(embargo(at(100)), at(0)).unwrap();
    assert!(world.letters.is_embargoed(&autumn) && world.letters.lasts(&autumn, at(99)));
    assert!(!world.letters.lasts(&autumn, at(100)));
    let early = world.act(publish(" ", 7), at(99)).unwrap_err();
    assert!(early.to_string().starts_with("the embargo of `autumn` lasts until 2027-"), "{early}");
    assert!(world.letters.is_embargoed(&autumn));
    assert!(world.act(publish("", 7), at(100)).unwrap());
    assert!(!world.letters.is_embargoed(&autumn));
    assert_eq!(world.act(publish("", 7), at(101)), Ok(false));
    assert_eq!(world.act(embargo(at(200)), at(101)), Err(NotWritten::Public(autumn)));
}

#[test]
fn an_open_dispute_asks_for_a_reason_or_a_reply() {
    let mut world =
        World { answers: vec![dispute(3, false), dispute(5, true)], ..World::default() };
    let settle = |answer| {
        let (text, by) = ("run again: as before".to_owned(), "ada".to_owned());
        LetterCommand::Settle(DisputeSettled { answer, text, by })
    };
    let open = world.act(publish("", 7), at(0)).unwrap_err();
    let words = "`citrix` disputes a result (position 5): publishing now needs a reason, which is \
                 recorded";
    assert_eq!(open.to_string(), words);
    assert_eq!(world.act(settle(3), at(0)), Err(NotWritten::NoDispute(3)));
    assert!(world.act(settle(5), at(0)).unwrap());
    assert_eq!(world.act(settle(5), at(0)), Ok(false));
    assert!(world.act(publish("", 7), at(1)).unwrap());
    world.answers.push(dispute(9, true));
    assert!(world.act(publish("", 8), at(2)).is_err());
    assert!(world.act(publish("the vendor agreed by telephone", 8), at(2)).unwrap());
}

proptest! {
    /// Whatever is asked in whatever order: a letter has one message, and nothing that was sent or
    /// published is ever not.
    #[test]
    fn a_letter_never_goes_back(asked in prop::collection::vec((0..9_usize, 0..3_u32), 0..60)) {
        let (mut world, mut was_sent) = (World::default(), false);
        for (what, number) in asked {
            let command = match what {
                0 => prepare("a"),
                1 => preview("a"),
                2 => sent("a", &format!("m{number}@x")),
                3 => failure("a", number, number == 2),
                4 => report("a", Fate::Delivered),
                5 => report("a", Fate::Bounced),
                6 => acknowledge("a"),
                7 => embargo(at(100)),
                _ => publish("now", 7),
            };
            let before = world.letters.clone();
            let _ = world.act(command, at(1));
            if let Some(letter) = world.letters.letter(&"a".parse().unwrap()) {
                let old = before.letter(&"a".parse().unwrap());
                prop_assert!(old.is_none_or(|old| old.sent.is_none() || old.sent == letter.sent));
                prop_assert!(letter.sent.is_none() || !letter.previewed.is_empty());
                prop_assert!(letter.acknowledged.is_none() || letter.sent.is_some());
                was_sent |= letter.sent.is_some();
                prop_assert_eq!(was_sent, letter.stage() >= Stage::Sent);
            }
            let autumn = "autumn".parse().unwrap();
            let was_public = !before.publications(&autumn).is_empty();
            prop_assert!(!was_public || !world.letters.is_embargoed(&autumn));
        }
    }
}
