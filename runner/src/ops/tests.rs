//! The order of operations, on a machine that is only spoken of.

use super::*;

/// Does as it is told; a stand-in for a platform, since only the order is looked at.
#[derive(Default)]
struct Spoken {
    refuses: Option<&'static str>,
    lacks: Option<&'static str>,
    breaks: Option<&'static str>,
    deaf: Option<&'static str>,
    said: Vec<&'static str>,
}

impl Spoken {
    fn asked(&mut self, what: &'static str) -> Came<bool> {
        self.said.push(what);
        match Some(what) {
            it if it == self.refuses => Err(Trouble::Product("no".to_owned())),
            it if it == self.lacks => Err(Trouble::NotOffered),
            it if it == self.breaks => Err(Trouble::Lab("gone".to_owned())),
            it => Ok(it != self.deaf),
        }
    }
}

impl Operated for Spoken {
    async fn arrive(&mut self) -> Came<()> {
        self.asked("arrive").map(drop)
    }
    async fn listed(&mut self) -> Came<(usize, bool)> {
        Ok((usize::from(self.asked("listed")?), true))
    }
    async fn start(&mut self) -> Came<()> {
        self.asked("start").map(drop)
    }
    async fn pause(&mut self) -> Came<bool> {
        self.asked("pause")
    }
    async fn unpause(&mut self) -> Came<bool> {
        self.asked("unpause")
    }
    async fn snapshot(&mut self) -> Came<bool> {
        self.asked("snapshot")
    }
    async fn remove_snapshot(&mut self) -> Came<bool> {
        self.asked("remove snapshot")
    }
    async fn lives(&mut self) -> Came<bool> {
        self.asked("lives")
    }
    async fn shut_down(&mut self) -> Came<Off> {
        let graceful = self.asked("shut down")?;
        Ok(Off { graceful, forced: !graceful })
    }
    async fn force_off(&mut self) -> Came<()> {
        self.asked("force off").map(drop)
    }
    async fn leave(&mut self) -> Came<()> {
        self.asked("leave").map(drop)
    }
}

/// The first letters of what each operation came to, in order.
async fn came(machine: &mut Spoken) -> String {
    let all = operate(machine, |_| {}).await;
    let letter = |it: &Carried| match it.found {
        Found::Held => 'h',
        Found::Otherwise(_) => 'o',
        Found::NotOffered => 'n',
        Found::Failed(_) => 'f',
        Found::NotTried => '-',
        Found::LabError(_) => 'l',
    };
    all.iter().map(letter).collect()
}

#[tokio::test]
async fn each_operation_is_carried_out_once_and_the_machine_goes() {
    let mut machine = Spoken::default();
    assert_eq!(came(&mut machine).await, "hhhhhhhhhh");
    assert_eq!(machine.said.iter().filter(|it| **it == "start").count(), 2);
    assert_eq!(machine.said.last(), Some(&"leave"));
}

#[tokio::test]
async fn what_rests_on_an_operation_that_came_to_nothing_is_not_tried() {
    let of = |refuses| Spoken { refuses: Some(refuses), ..Spoken::default() };
    assert_eq!(came(&mut of("start")).await, "hf-------h");
    assert_eq!(came(&mut of("pause")).await, "hhf----hhh");
    assert_eq!(came(&mut of("snapshot")).await, "hhhhf-hhhh");
    assert_eq!(came(&mut of("shut down")).await, "hhhhhhfhhh");
    assert_eq!(came(&mut of("arrive")).await, "f---------");
}

#[tokio::test]
async fn what_a_driver_lacks_is_no_failure_and_what_has_no_effect_is_one() {
    let mut lacking = Spoken { lacks: Some("snapshot"), ..Spoken::default() };
    assert_eq!(came(&mut lacking).await, "hhhhn-hhhh");
    let mut lacking = Spoken { lacks: Some("pause"), ..Spoken::default() };
    assert_eq!(came(&mut lacking).await, "hhn-hhhhhh");
    let mut deaf = Spoken { deaf: Some("shut down"), ..Spoken::default() };
    assert_eq!(came(&mut deaf).await, "hhhhhhohhh");
    let mut deaf = Spoken { deaf: Some("unpause"), ..Spoken::default() };
    assert_eq!(came(&mut deaf).await, "hhhf---hhh");
}

#[tokio::test]
async fn after_trouble_of_the_lab_nothing_else_is_tried_and_the_machine_still_goes() {
    let mut broken = Spoken { breaks: Some("snapshot"), ..Spoken::default() };
    assert_eq!(came(&mut broken).await, "hhhhl-----");
    assert_eq!(broken.said.last(), Some(&"leave"));
    let mut stuck = Spoken { breaks: Some("leave"), ..Spoken::default() };
    assert_eq!(came(&mut stuck).await, "hhhhhhhhhl");
}
