//! A receipt holds: the call it names prints what it says, whatever is recorded later, and elsewhere.

use domain::ids::Sha256Digest;
use domain::step::Step;

use crate::bench::Bench;
use crate::fixture::*;

/// The call and the digest at the foot of a text.
fn receipt(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    let [digest, command, title] = lines[..] else { panic!("{text}") };
    assert!(title.starts_with("The same view again, whatever is recorded later"), "{text}");
    (command.trim().to_owned(), digest.trim().to_owned())
}

/// The same of a page.
fn receipt_of_page(page: &str) -> (String, String) {
    let footer = page.split("<footer>").nth(1).unwrap();
    let between = |from: &str, to: &str, text: &str| {
        text.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned()
    };
    let digest = between("<span class=\"digest\">", "<", footer.split("</code>").nth(1).unwrap());
    (between("<code>", "</code>", footer).replace("&#39;", "'"), digest)
}

/// Everything that may happen to a log afterwards.
fn go_on(bench: &Bench) {
    bench.waive("2024-07-01T00:00:00Z", "2999-01-01T00:00:00Z");
    let trial = &trials()[2];
    let position = bench.position("c-summer", trial, Step::Restart).to_string();
    bench.served(&["withdraw", &position, "--reason", "the switch was off"]);
    bench.served(&["upgrade", "kvm-like", "7.2.22", "10.1.0"]);
    bench.served(&["baseline", "set", "spring"]);
    let desk = bench.desk();
    take_over(&desk, "c-2013", "2024-07-02T00:00:00Z");
    walk(&desk, "c-autumn", ("2024-09-01T08:00:00Z", "10.1.0"), summer);
}

/// Every way of asking that shows a receipt.
fn calls(bench: &Bench) -> Vec<(String, String)> {
    let text = |words: &[&str]| receipt(&bench.served(&[&["matrix"], words].concat()).out);
    let page = |words: &[&str]| {
        let words = [&["matrix", "--format", "html"], words].concat();
        receipt_of_page(&bench.served(&words).out)
    };
    let mut mine = bench.call("policy show").out;
    mine = mine.replace("name = \"portolan-default\"", "name = \"mine\"");
    bench.write("it's my policy.toml", mine.replace("G.cpu.flags", "G.cpu.features"));
    let policy = ["--policy", "it's my policy.toml"];
    vec![
        text(&[]),
        text(&["--campaign", "c-spring"]),
        text(&["--guest", "lean"]),
        text(&["--as-of", "2024-03-31"]),
        text(&["--known-at", "60"]),
        text(&["--as-of", "2024-03-01T08:00:30Z", "--known-at", "60"]),
        text(&["--audience", "public"]),
        text(&["--audience", "auditor", "--guest", "server"]),
        text(&policy),
        page(&[]),
        page(&["--audience", "public"]),
        page(&policy),
    ]
}

#[test]
fn every_receipt_holds_whatever_is_recorded_later() {
    let bench = Bench::charted();
    let mut receipts = calls(&bench);
    bench.served(&["report", "--out", "report.html", "--quiet"]);
    receipts.push(receipt_of_page(&String::from_utf8(bench.read("report.html")).unwrap()));
    // Also those that depend on an instant, since something is waived.
    bench.waive("2024-06-15T00:00:00Z", "2024-08-01T00:00:00Z");
    let under_waiver = calls(&bench);
    assert!(under_waiver[0].0.contains(" --as-of "), "{}", under_waiver[0].0);
    receipts.extend(under_waiver);
    let check = |bench: &Bench| {
        for (command, digest) in &receipts {
            let found = bench.shell(command);
            assert_eq!(found.split(' ').next(), Some(digest.as_str()), "{command}");
        }
    };
    check(&bench);
    go_on_without_waiver(&bench);
    check(&bench);

    // And from a copy of the log on another machine.
    bench.call("log export --out log.jsonl").expect_code(0);
    let elsewhere = Bench::empty();
    elsewhere.write("log.jsonl", bench.read("log.jsonl"));
    elsewhere.write("it's my policy.toml", bench.read("it's my policy.toml"));
    elsewhere.call("log import log.jsonl").expect_code(0);
    check(&elsewhere);
}

fn go_on_without_waiver(bench: &Bench) {
    bench.served(&["waiver", "end", "cpu", "--reason", "all replaced"]);
    let position = bench.position("c-summer", &trials()[2], Step::Restart).to_string();
    bench.served(&["withdraw", &position, "--reason", "the switch was off"]);
    walk(&bench.desk(), "c-autumn", ("2024-09-01T08:00:00Z", "10.1.0"), summer);
}

#[test]
fn the_digest_is_that_of_the_bytes_that_are_printed() {
    let bench = Bench::charted();
    let (command, digest) = receipt(&bench.served(&["matrix"]).out);
    assert_eq!(
        command,
        "portolan matrix --campaign c-summer --known-at 107 --format json | sha256sum"
    );
    let printed = bench.call("matrix --campaign c-summer --known-at 107 --format json").out;
    assert_eq!(Sha256Digest::of(printed.as_bytes()).to_string(), digest);
    assert_eq!(bench.call("matrix --json").out, printed, "asked for in fewer words");
}

#[test]
fn what_was_printed_then_is_printed_again_to_the_byte() {
    let bench = Bench::charted();
    let forms = ["text", "json", "csv", "csv-steps", "html"];
    let print = |form: &str, more: &str| bench.call(&format!("matrix --format {form}{more}")).out;
    let last = bench.events() - 1;
    let then: Vec<String> = forms.iter().map(|it| print(it, "")).collect();
    go_on(&bench);
    for (form, then) in forms.iter().zip(&then) {
        assert_eq!(print(form, &format!(" --known-at {last}")), *then, "{form}");
        assert_ne!(print(form, ""), *then, "{form}: the question has another answer today");
    }
}

#[test]
fn a_public_receipt_names_no_tool_either() {
    let bench = Bench::charted();
    let policy = bench.call("policy show").out.replace("portolan-default", "mine");
    bench.write("as-Qemu-Img.toml", policy);
    for words in [
        "matrix --audience public",
        "report --out public.html",
        "matrix --audience public --format html",
    ] {
        let line = format!("{words} --policy as-Qemu-Img.toml");
        bench.refused(
            &line,
            2,
            "the name of the policy's file names the conversion tool `qemu-img`",
        );
    }
    assert!(!bench.file("public.html").exists());
    bench.call("matrix --policy as-Qemu-Img.toml").expect_code(0);
}
