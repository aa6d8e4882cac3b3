//! The files that are shipped.

use std::collections::BTreeSet;

use domain::testbed::ConverterStatus;
use platforms::command::Exercised;
use platforms::converter::{CommandConverter, Converter as _, Recipe, SHIPPED, shipped};
use platforms::words::FaultClass;
use proptest::prelude::*;

use super::converter;

#[test]
fn every_file_reads_and_is_called_as_it_calls_itself() {
    let mut known = BTreeSet::new();
    for it in SHIPPED {
        let recipe = Recipe::read(it.text).unwrap_or_else(|it| panic!("{it:?}"));
        assert_eq!(recipe.card.id.as_str(), it.id);
        assert!(known.insert(it.id));
    }
}

proptest! {
    #[test]
    fn any_file_is_a_converter_or_has_mistakes_that_can_be_found(
        at in 0.0..1.0_f64,
        length in 0..40_usize,
        put in r#"[a-z${}"\[\]()<>?=.\n]{0,12}"#,
    ) {
        for it in SHIPPED {
            let begin = it.text.floor_char_boundary((at * it.text.len() as f64) as usize);
            let end = it.text.floor_char_boundary((begin + length).min(it.text.len())).max(begin);
            let text = format!("{}{put}{}", &it.text[..begin], &it.text[end..]);
            for problem in Recipe::read(&text).err().into_iter().flatten() {
                let lines = text.lines().count().max(1) + 1;
                prop_assert!((1..=lines).contains(&problem.line), "{}", problem);
                prop_assert!(!problem.what.is_empty() && !problem.remedy.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn what_is_retired_was_never_exercised_and_is_worked_by_a_person() {
    let read = |it: &platforms::converter::ShippedConverter| Recipe::read(it.text).unwrap();
    let retired: Vec<Recipe> =
        SHIPPED.iter().map(read).filter(|it| it.card.status == ConverterStatus::Retired).collect();
    assert_eq!(retired.len(), 3);
    for recipe in retired {
        assert_eq!(recipe.card.exercised, Exercised::DocumentationOnly);
        assert!(recipe.card.evidence.starts_with("nothing: "));
        assert!(recipe.card.conversions.iter().all(|it| !it.is_drivable));
        let absent = CommandConverter::new(recipe).probe().await.unwrap_err();
        assert_eq!(absent.class, FaultClass::Unsupported);
    }
}

#[tokio::test]
async fn qemu_img_says_what_it_can_and_what_it_does_not_say_it_cannot() {
    let text = shipped("qemu-img").unwrap().text;
    let here = converter(text).probe().await.unwrap();
    assert!(here.version.starts_with(|it: char| it.is_ascii_digit()), "{here:?}");
    for form in ["raw", "qcow2", "vmdk", "vpc", "vhdx", "vdi"] {
        assert!(here.abilities.contains(form) && here.produces.contains(&super::form(form)));
    }
    // An installation that was built without a format.
    let poor = text.replace(
        r#"argv = ["qemu-img", "--help"]"#,
        r#"argv = ["echo", "Supported formats: raw qcow2 vmdk"]"#,
    );
    let poor = converter(&poor).probe().await.unwrap();
    let produces: Vec<&str> = poor.produces.iter().map(|it| it.as_str()).collect();
    assert_eq!(produces, ["qcow2", "raw", "vmdk"]);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_not_found() {
    let text = shipped("virt-v2v").unwrap().text;
    let absent = converter(&text.replace("\"virt-v2v\", ", "\"portolan-no-such-tool\", "));
    assert_eq!(absent.probe().await.unwrap_err().class, FaultClass::NotFound);
}
