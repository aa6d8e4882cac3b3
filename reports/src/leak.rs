//! Free texts of a declaration that would name a conversion tool where none may be named.

use domain::testbed::{Converter, Testbed, Vendor};

use crate::chronicle::CampaignRecord;
use crate::diff::public::PublicDiff;
use crate::matrix::Judged;
use crate::public::PublicView;

/// The first declared text of the public view that names a conversion tool by its identifier or its
/// product, in words that say where it stands and what to do; none when nothing public names one.
#[must_use]
pub fn tool_named(judged: &Judged<'_>) -> Option<String> {
    tool_named_in_view(&PublicView::from(judged), &judged.campaign.testbed)
}

/// The same of a public view, given the testbed of its campaign.
#[must_use]
pub fn tool_named_in_view(view: &PublicView, testbed: &Testbed) -> Option<String> {
    let remedy = "and run the campaign anew, or show it to operators only";
    named(&[testbed], &declared(view), remedy)
}

/// The first of these texts that names a conversion tool of the testbed, in words that say where it
/// stands and what to do.
#[must_use]
pub fn tool_named_in(testbed: &Testbed, texts: &[(String, &str)]) -> Option<String> {
    named(&[testbed], texts, "or show it to operators only")
}

/// The same for a public comparison: none of its words may name a tool of these testbeds.
#[must_use]
pub fn tool_named_in_diff(view: &PublicDiff, testbeds: &[&Testbed]) -> Option<String> {
    named(testbeds, &declared_in_diff(view), "or show it to operators only")
}

/// The same for a campaign that a chronicle keeps.
#[must_use]
pub fn tool_named_in_record(record: &CampaignRecord) -> Option<String> {
    let testbed = &record.testbed;
    let mut texts = vec![
        ("the testbed's name".to_owned(), testbed.name.as_str()),
        ("the campaign's name".to_owned(), record.id.as_str()),
    ];
    for it in &testbed.platforms {
        texts.push((format!("the product of platform `{}`", it.id), &it.product));
        texts.push((format!("the console of platform `{}`", it.id), &it.console));
    }
    let makes = |it: &&Vendor| testbed.platforms.iter().any(|platform| platform.vendor == it.id);
    texts.extend(testbed.vendors.iter().filter(makes).map(|it| {
        let place = format!("the name of vendor `{}`", it.id);
        (place, it.name.as_str())
    }));
    texts.extend(testbed.guests.iter().map(|it| {
        let place = format!("the name of guest `{}`", it.id);
        (place, it.name.as_str())
    }));
    tool_named_in(testbed, &texts)
}

fn named(testbeds: &[&Testbed], texts: &[(String, &str)], remedy: &str) -> Option<String> {
    let converters = || testbeds.iter().flat_map(|it| &it.converters);
    texts.iter().find_map(|(place, text)| {
        let named = converters().find_map(|it| name_in(text, it))?;
        Some(format!(
            "{place} names the conversion tool `{named}`, and public output may name none: \
             reword {text:?} {remedy}"
        ))
    })
}

/// Every text of a view that somebody wrote freely, with where it stands.
fn declared(view: &PublicView) -> Vec<(String, &str)> {
    let mut texts = vec![
        ("the testbed's name".to_owned(), view.testbed.as_str()),
        ("the policy's name or version".to_owned(), &view.policy),
    ];
    for it in &view.waivers {
        texts.push((format!("the name of waiver `{}`", it.waiver), it.waiver.as_str()));
        texts.push((format!("the rule of waiver `{}`", it.waiver), &it.rule));
    }
    for it in &view.platforms {
        texts.push((format!("the product of platform `{}`", it.id), &it.product));
        texts.push((format!("the console of platform `{}`", it.id), &it.console));
        texts.push((format!("the vendor of platform `{}`", it.id), &it.vendor));
    }
    texts.extend(view.guests.iter().map(|it| {
        let place = format!("the name of guest `{}`", it.id);
        (place, it.name.as_str())
    }));
    texts
}

/// Every text of a comparison that somebody wrote freely. Names of campaigns and baselines are given
/// by hand, too.
fn declared_in_diff(view: &PublicDiff) -> Vec<(String, &str)> {
    let mut texts = vec![("the policy's name or version".to_owned(), view.policy.as_str())];
    if let Some((name, _)) = &view.baseline {
        texts.push(("the baseline's name".to_owned(), name.as_str()));
    }
    for side in [&view.from, &view.to] {
        texts.push((format!("the testbed's name in campaign `{}`", side.campaign), &side.testbed));
        texts.push(("the campaign's name".to_owned(), side.campaign.as_str()));
    }
    for (id, name) in &view.scene.guests {
        texts.push((format!("the name of guest `{id}`"), name));
    }
    for cell in &view.cells {
        let since = cell.since.iter().flat_map(|it| [&it.first, &it.last_other]);
        let told = since.chain(&cell.open_since);
        texts.extend(told.map(|it| ("the campaign's name".to_owned(), it.as_str())));
    }
    texts
}

/// The converter's identifier or product, if the text holds the whole of it.
fn name_in(text: &str, converter: &Converter) -> Option<String> {
    let names = [converter.id.to_string(), converter.product.clone()];
    names.into_iter().find(|name| holds(text, name))
}

/// Whether a text holds a name as whole words, in capitals or not.
pub(crate) fn holds(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.trim().to_lowercase());
    let is_edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && text.match_indices(&name).any(|(start, found)| {
            let (before, after) = (&text[..start], &text[start + found.len()..]);
            is_edge(before.chars().next_back()) && is_edge(after.chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_found_in_capitals_or_not_and_parts_are_not() {
        for text in ["qemu-img", "lab with QEMU-IMG 7.2", "by qemu-img, then"] {
            assert!(holds(text, "qemu-img"), "{text}");
        }
        let innocent = [
            "QEMU project",
            "KVM's virtual hardware, played by QEMU",
            "qemu-imgs",
            "xqemu-img",
            "",
        ];
        for text in innocent {
            assert!(!holds(text, "qemu-img"), "{text}");
        }
        assert!(!holds("anything", " "), "an empty product names nothing");
    }
}
