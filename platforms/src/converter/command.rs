//! Converters that are files, at work.

use std::collections::BTreeSet;
use std::path::Path;

use super::check::{Recipe, Way};
use super::images::{Image, Images, Verified};
use super::running::{self, Progress};
use super::{Answered, Card, Converter, Estimate, Form, Made, Making, Order, Presence};
use crate::clock::Pending;
use crate::command::{Template, Values};
use crate::transport::Processes;
use crate::words::{Fault, FaultClass};

/// A converter that is a file, worked on this machine.
#[derive(Debug)]
pub struct CommandConverter {
    recipe: Recipe,
    processes: Processes,
}

impl CommandConverter {
    /// The converter of this file.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        Self { recipe, processes: Processes::default() }
    }

    async fn present(&self) -> Answered<Presence> {
        let Some(probe) = &self.recipe.probe else {
            let words = "worked by a person: nothing here starts it";
            return Err(Fault::new(FaultClass::Unsupported, words));
        };
        let said = self.asked(&probe.argv).await?;
        let version = probe.version.captures(&said).and_then(|it| it.name("version"));
        let version =
            version.map(|it| it.as_str().chars().take(200).collect()).ok_or_else(|| {
                let words =
                    format!("{} does not say its version as its file expects", self.card().id);
                Fault::new(FaultClass::Vendor, words).with_raw(&said)
            })?;
        let abilities = match &probe.can {
            None => None,
            Some((argv, pattern)) => {
                let said = self.asked(argv).await?;
                let found = pattern.captures_iter(&said).filter_map(|it| it.name("can"));
                let words = found.flat_map(|it| it.as_str().split_whitespace());
                Some(words.take(10_000).map(str::to_owned).collect::<BTreeSet<String>>())
            }
        };
        let here = |accepts| self.forms(abilities.as_ref(), accepts);
        let (accepts, produces) = (here(true), here(false));
        Ok(Presence { version, abilities: abilities.unwrap_or_default(), accepts, produces })
    }

    /// What a question printed, on both streams.
    async fn asked(&self, argv: &[String]) -> Answered<String> {
        let answer = running::ask(&self.processes, argv, &self.recipe.env).await?;
        match answer.exit {
            Some(0) => Ok(format!("{}\n{}", answer.stdout, answer.stderr)),
            _ => Err(running::complaint(&self.recipe.errors, &argv[0], &answer)),
        }
    }

    /// What this installation accepts, or produces.
    fn forms(&self, abilities: Option<&BTreeSet<String>>, accepts: bool) -> BTreeSet<Form> {
        let mut forms = BTreeSet::new();
        for (conversion, way) in self.card().conversions.iter().zip(&self.recipe.ways) {
            let Some(way) = way else { continue };
            for from in &conversion.from {
                let does = |to: &&Form| way.is_among(abilities, from, to);
                for to in conversion.to.iter().filter(does) {
                    forms.insert(if accepts { from.clone() } else { to.clone() });
                }
            }
        }
        forms
    }

    /// How an order is carried out.
    fn way(&self, order: &Order) -> Answered<&Way> {
        let found = self.card().conversion(&order.from, &order.to);
        let way = found.and_then(|(place, _)| self.recipe.ways.get(place)?.as_ref());
        way.ok_or_else(|| {
            let (card, from, to) = (self.card(), &order.from, &order.to);
            let words = match found {
                Some(_) => {
                    format!("{} is worked by a person: nothing here starts it", card.product)
                }
                None => format!("{} makes no {to} of {from}", card.id),
            };
            Fault::new(FaultClass::Unsupported, words)
        })
    }

    async fn convert(&self, order: &Order, heard: &(dyn Fn(f64) + Sync)) -> Answered<Made> {
        let way = self.way(order)?;
        let making = Making::begin(order)?;
        if order.from.as_str() != Form::OVA {
            Images::default().stands_alone(&Image::of_input(order)?).await?;
        }
        let values = values(order, making.folder());
        let argv = way.arguments(&order.to, &values)?;
        let call = running::call(argv, (&self.recipe.env, &values), way.limit);
        let progress = Progress::new(way.progress.as_ref(), heard);
        let answer = self.processes.watched(&call, &|line| progress.hear(line)).await;
        let answer = answer.map_err(running::broken)?;
        let program = call.program();
        // A tool that says that it failed has failed, whatever it ends with.
        if answer.exit != Some(0) || running::is_known(&self.recipe.errors, &answer) {
            return Err(running::complaint(&self.recipe.errors, &program, &answer));
        }
        let text = |it: &Template| values.argument(it).map(|it| it.real);
        let leaves: Vec<String> = way.leaves.iter().map(text).collect::<Result<_, _>>()?;
        let bytes = making.finish(&text(&way.result)?, &leaves)?;
        Ok(running::made(call.shown(), &answer, way, bytes))
    }
}

impl Converter for CommandConverter {
    fn card(&self) -> &Card {
        &self.recipe.card
    }

    fn probe(&self) -> Pending<'_, Answered<Presence>> {
        Box::pin(self.present())
    }

    fn estimate<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Estimate>> {
        Box::pin(async { Images::default().estimate(&Image::of_input(order)?).await })
    }

    fn run<'a>(
        &'a self,
        order: &'a Order,
        heard: &'a (dyn Fn(f64) + Sync),
    ) -> Pending<'a, Answered<Made>> {
        Box::pin(self.convert(order, heard))
    }

    fn verify<'a>(&'a self, order: &'a Order) -> Pending<'a, Answered<Verified>> {
        Box::pin(async {
            let found = self.card().conversion(&order.from, &order.to);
            let keeps = found.map(|(_, it)| it.keeps);
            let made = Image { path: order.out.clone(), form: order.to.clone() };
            Images::default().verify(&Image::of_input(order)?, &made, keeps).await
        })
    }
}

impl Way {
    /// Whether an installation with these abilities does this; what is not asked is taken for given.
    fn is_among(&self, abilities: Option<&BTreeSet<String>>, from: &Form, to: &Form) -> bool {
        let Some(abilities) = abilities else { return true };
        let values = Values::default().with("from", from.as_str()).with("to", to.as_str());
        let has = |it: &Template| values.argument(it).is_ok_and(|it| abilities.contains(&it.real));
        self.needs.iter().all(has)
    }
}

/// What may stand in arguments.
fn values(order: &Order, folder: &Path) -> Values {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    Values::default()
        .with("from", order.from.as_str())
        .with("to", order.to.as_str())
        .with("input", &text(&order.input))
        .with("disk", &text(&order.disk))
        .with("out", &text(&folder.join("result")))
        .with("folder", &text(folder))
        .with("name", &order.machine.name)
}
