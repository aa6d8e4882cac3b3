//! Journeys with real VMs on the small testbed. Slow: they run in the profile `full`.
//!
//! What the matrix must be is known from first principles. `server` has every driver and a static
//! address on a stretched network: from emulated to paravirtual hardware nothing is lost (SUCCESS),
//! the other way it falls back to emulated drivers (WARNING). `lean` has a host-only initramfs: at
//! the other platform its storage driver is missing (FAILURE).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod interrupted;
mod lab;

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

    // The gate.
    lab.run(&["matrix", "--guest", "server"]).expect_code(0);
    let told = lab.run(&["explain", "kvm-like", "xen-like", "lean"]);
    assert!(told.out.contains("storage driver missing in initramfs"), "{}", told.out);
    assert!(told.out.contains("G.driver") || told.out.contains("R.step.7"), "{}", told.out);

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
    for secret in ["qemu-img", "portolan-ovf", "Portolan OVF packer"] {
        assert!(!page.contains(secret), "the public report names {secret}");
        let csv = lab.run(&["matrix", "--format", "csv", "--audience", "public"]).out;
        assert!(!csv.contains(secret), "the public CSV names {secret}");
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
    assert!(called.err.contains("1 cells score FAILURE or lower"), "{}", called.err);
}
