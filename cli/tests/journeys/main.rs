//! Journeys with real VMs on the small testbed. Slow: they run in the profile `full`.
//!
//! What the matrix must be is known from first principles. `server` has every driver and a static
//! address on a stretched network: from emulated to paravirtual hardware nothing is lost (SUCCESS),
//! the other way it falls back to emulated drivers (WARNING). `lean` has a host-only initramfs: at
//! the other platform its storage driver is missing (FAILURE).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../called.rs"]
mod called;

mod apps;
mod faults;
mod interrupted;
mod lab;
mod libvirt;
mod live;
mod ops;
mod over_time;
mod remote;
mod safety;
mod session;

use lab::Lab;

#[test]
fn the_small_lab_has_the_matrix_that_follows_from_its_hardware() {
    let lab = Lab::new();
    lab.run(&["run", "small", "--quiet"]).expect_code(0);
    assert_eq!(lab.standings(), lab::EXPECTED);

    // The evidence is whole, and every step of every trial was recorded once.
    lab.run(&["log", "verify"]).expect_code(0);
    lab.expect_each_step_once();
    lab.expect_nothing_left();

    // From the score down to the console behind it, by the digits that are shown.
    let told = lab.run(&["explain", "kvm-like", "xen-like", "lean"]);
    assert!(told.out.contains("storage driver missing in initramfs"), "{}", told.out);
    assert!(told.out.contains("R.step.7"), "{}", told.out);
    let kept = told.out.lines().rev().find_map(|line| line.split_once("serial.log ("));
    let digits = kept.unwrap().1.split_once("sha256 ").unwrap().1.split('…').next().unwrap();
    let console = lab.run(&["log", "evidence", digits]);
    console.expect_code(0);
    assert!(console.out.contains("Dropping to a shell!"), "{}", console.out);

    // Built once: a second build finds every image.
    let built = lab.run(&["lab", "build", "small", "--json"]);
    assert!(!built.out.contains("\"built\": true"), "{}", built.out);
}

#[test]
fn public_output_names_no_tool_and_operators_see_all() {
    let lab = Lab::new();
    let part = ["--guest", "server", "--source", "xen-like"];
    lab.run(&[&["run", "small", "--quiet", "--fail-on", "failure"][..], &part].concat())
        .expect_code(0);
    let page = lab.report("public");
    let forms: [&[&str]; 5] = [
        &["--format", "text"],
        &["--format", "csv"],
        &["--format", "json"],
        &["--format", "html"],
        &["--json"],
    ];
    let mut public: Vec<String> = forms
        .iter()
        .map(|form| {
            let called = lab.run(&[&["matrix", "--audience", "public"], *form].concat());
            called.expect_code(0).out.clone()
        })
        .collect();
    public.push(page.clone());
    for (output, form) in public.iter().zip(["text", "csv", "json", "html", "--json", "report"]) {
        for secret in ["qemu-img", "portolan-ovf", "Portolan OVF packer"] {
            assert!(!output.contains(secret), "public {form} names {secret}");
        }
    }
    assert!(lab.report("operator").contains("qemu-img"));
    assert_eq!(page, lab.report("public"), "the same bytes twice");
    lab.run(&["matrix", "--format", "csv-steps", "--audience", "public"]).expect_code(2);
}

#[test]
fn a_score_below_the_gate_ends_with_one() {
    let lab = Lab::new();
    let words = ["run", "small", "--quiet", "--guest", "lean", "--source", "kvm-like"];
    let called = lab.run(&[&words[..], &["--fail-on", "failure"]].concat());
    called.expect_code(1);
    assert!(called.err.contains("one cell scores FAILURE or lower"), "{}", called.err);
}
