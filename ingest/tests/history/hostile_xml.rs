//! Files that look like JUnit XML and are not what they should be.

use ingest::history::Defaults;

use crate::support::{dated, plain, reading, rejected};

fn case(inner: &str) -> String {
    format!(
        "<testsuite name='g' timestamp='2024-01-01T00:00:00'>\n<testcase name='a → b'{inner}</testsuite>"
    )
}

#[test]
fn entity_bombs_and_doctypes_are_refused_at_once() {
    let mut bomb = String::from("<!DOCTYPE lolz [<!ENTITY a0 \"lol\">");
    for level in 1..20 {
        let inner = format!("&a{};", level - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY a{level} \"{inner}\">"));
    }
    bomb.push_str("]><testsuite>&a19;</testsuite>");
    for text in [bomb.as_str(), "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><testsuite/>"] {
        let refusal = rejected("x.xml", text);
        assert!(refusal.contains("DTD"), "{refusal}");
    }
}

#[test]
fn what_would_cost_more_than_its_size_is_refused_at_once() {
    let deep = format!("<testsuites>{}", "<testsuite>".repeat(1_000_000));
    let wide: String = (0..100_000).map(|it| format!(" a{it}=''")).collect();
    let spaces: String = (0..20_000).map(|it| format!("<a xmlns:n{it}='{it}'/>")).collect();
    for (text, words) in [
        (deep, "line 1: elements stand within each other more than 32 deep"),
        (
            format!("<testsuite>\n<testcase{wide}/></testsuite>"),
            "line 2: an element has more than 64",
        ),
        (format!("<testsuite>{spaces}</testsuite>"), "declares more than 10000 namespaces"),
        (format!("<testsuite>{}</testsuite>", "<a/>".repeat(4_000_000)), "signs `<`: split it"),
        (format!("<testsuite>{}</testsuite>", "=".repeat(9_000_000)), "signs `=`: split it"),
    ] {
        let refusal = rejected("x.xml", text);
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn what_is_no_report_is_refused() {
    for (text, words) in [
        ("<", "not well-formed"),
        ("<a", "not well-formed"),
        ("<testsuite>", "not well-formed"),
        ("<testsuite>\n\n</testcase>", "line 3: the file is not well-formed"),
        ("<testsuite>\u{0}</testsuite>", "not well-formed"),
        ("<testsuite>&lol;</testsuite>", "not well-formed"),
        ("<html/>", "its root is \"html\""),
        ("<testsuites/>", "holds no result that JUnit XML could have"),
        ("<testsuite/><testsuite/>", "not well-formed"),
    ] {
        let refusal = rejected("x.xml", text);
        assert!(refusal.contains(words), "{text}: {refusal}");
    }
    let long = format!("<testsuite><{}", "x".repeat(10_000_000));
    assert!(rejected("x.xml", long).len() < 400);
}

#[test]
fn every_bad_test_case_is_told_with_its_line() {
    let text = "<testsuites>
  <testsuite name='g' timestamp='2024-01-01T00:00:00'>
    <testcase name='a → b' time='1'/>
    <testcase name='a -&gt; b' time='1'/>
    <testcase name='setup'/>
    <testcase name='a → c' time='-1'/>
    <testcase name='a → c' time='1e300'/>
    <testcase
        name='a → c'><properties><property name='standing' value='green'/></properties></testcase>
    <testcase name=' → c'/>
  </testsuite>
  <testsuite name='h'>
    <testcase name='a → b'/>
    <testcase name='a → b' timestamp='noon'/>
  </testsuite>
</testsuites>";
    insta::assert_snapshot!(rejected("x.xml", text));
}

#[test]
fn each_outcome_has_its_standing() {
    for (inner, standing, reason) in [
        ("/>", "SUCCESS", ""),
        ("><failure message='m'>text</failure></testcase>", "FAILURE", "m"),
        ("><failure> text </failure></testcase>", "FAILURE", "text"),
        ("><failure type='t'/></testcase>", "FAILURE", "t"),
        ("><error message='m'/></testcase>", "lab error", "m"),
        ("><skipped/></testcase>", "not run", ""),
        (" status='notrun'/>", "not run", ""),
        (" status='run'/>", "SUCCESS", ""),
        ("><skipped/><error message='e'/><failure message='f'/></testcase>", "FAILURE", "f"),
        ("><system-out>=====</system-out></testcase>", "SUCCESS", ""),
    ] {
        let campaigns = plain("x.xml", case(inner)).unwrap();
        let trial = &campaigns[0].trials[0];
        assert_eq!((trial.standing.word(), trial.reason.as_str()), (standing, reason), "{inner}");
    }
}

#[test]
fn what_is_more_certain_outweighs_what_is_less() {
    let text = "<testsuite name='g'><properties><property name='target' value='from-the-suite'/>
        <property name='campaign' value='c'/><property name='java.version' value='1'/></properties>
        <testcase classname='x' name='t'><properties><property name='source' value='from-the-case'/>
        </properties></testcase></testsuite>";
    let map = "(?P<source>x)[.](?P<guest>t)".parse().unwrap();
    let defaults = Defaults { map: Some(map), target: Some("whole".parse().unwrap()), ..dated() };
    let campaigns = reading("x.xml", text, &defaults).unwrap();
    assert_eq!(campaigns[0].campaign.as_str(), "imported-c");
    assert_eq!(
        campaigns[0].trials[0].trial.to_string(),
        "t from-the-case → from-the-suite by told"
    );
    let without = text.replace("name='target'", "name='other'");
    let campaigns = reading("x.xml", without, &defaults).unwrap();
    assert_eq!(campaigns[0].trials[0].trial.target.as_str(), "whole");
}

#[test]
fn test_cases_are_found_in_whatever_suites_they_stand() {
    let text = "<testsuites><testsuite name='o' timestamp='2024-01-01T00:00:00Z'><wrapper>
        <testsuite name='g'><testcase name='a → b'/></testsuite></wrapper>
        <testsuite><testcase name='a → b'/></testsuite></testsuite></testsuites>";
    let campaigns = plain("x.xml", text).unwrap();
    let guests: Vec<&str> = campaigns[0].trials.iter().map(|it| it.trial.guest.as_str()).collect();
    assert_eq!(guests, ["g", "o"]);
}

#[test]
fn what_a_suite_says_at_length_is_not_copied_into_every_test_case() {
    let long = "x".repeat(10_000_000);
    let cases = "<testcase name='a → b'/>".repeat(3000);
    let text = format!("<testsuite name='{long}' timestamp='{long}'>{cases}</testsuite>");
    let refusal = plain("x.xml", text).unwrap_err();
    assert_eq!(refusal.count, 3000);
    assert!(refusal.to_string().len() < 30_000);
}
