//! Colours of pages: the same two schemes whether the system or a reader chooses, and readable.

use std::collections::BTreeMap;

const REPORT: &str = include_str!("../../../../templates/report/style.css");
const PAGES: &str = include_str!("../../../../templates/assets/portolan.css");

/// The colours that stand between a text and the brace that ends its block.
fn colours<'a>(css: &'a str, after: &str) -> BTreeMap<&'a str, &'a str> {
    let block = css.split_once(after).unwrap().1.split_once('}').unwrap().0;
    let pairs = block.split(';').filter_map(|it| it.split_once(": #"));
    pairs.map(|(name, hex)| (name.trim(), hex.trim())).filter(|it| it.0.starts_with("--")).collect()
}

fn luminance(hex: &str) -> f64 {
    let channel = |place: usize| {
        let value = f64::from(u8::from_str_radix(&hex[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Light and dark, as the system chooses and as a reader does.
fn schemes() -> [[BTreeMap<&'static str, &'static str>; 2]; 2] {
    let mut light = colours(REPORT, ":root {");
    light.extend(colours(PAGES, ":root {"));
    let mut dark = colours(REPORT, "prefers-color-scheme: dark) {\n  :root {");
    dark.extend(colours(PAGES, ":root:not([data-theme=\"light\"]) {"));
    let chosen = colours(PAGES, "[data-theme=\"light\"] {");
    [[light, chosen], [dark, colours(PAGES, "[data-theme=\"dark\"] {")]]
}

#[test]
fn a_scheme_is_the_same_whoever_chooses_it() {
    for [system, reader] in schemes() {
        assert!(system.len() > 20, "{system:?}");
        assert_eq!(system, reader);
    }
}

#[test]
fn text_and_shapes_stand_out() {
    for [scheme, _] in schemes() {
        let of = |name: &str| scheme[name];
        for text in ["--ink", "--muted", "--link"] {
            for under in ["--page", "--sheet", "--raised"] {
                assert!(contrast(of(text), of(under)) >= 4.5, "{text} on {under}");
            }
        }
        assert!(contrast(of("--sheet"), of("--link")) >= 4.5, "buttons");
        for shape in ["--good-tone", "--fair-tone", "--bad-tone", "--lab-tone", "--accent"] {
            assert!(contrast(of(shape), of("--sheet")) >= 3.0, "{shape}");
        }
    }
}

/// Words for screen readers are placed absolutely: only what is placed itself can hold them back from
/// widening the page.
#[test]
fn what_scrolls_holds_its_hidden_words() {
    let block = REPORT.split_once("\n.wide {").unwrap().1.split_once('}').unwrap().0;
    assert!(block.contains("overflow-x: auto") && block.contains("position: relative"), "{block}");
}
