//! From the first reference over an upgrade to the plan that mends what is stale, and a correction.

use domain::step::Step;

use crate::fixture::*;

#[test]
fn a_season_from_baseline_to_revalidation() {
    let bench = Bench::empty();
    walk(&bench.desk(), "c-spring", ("2024-03-01T08:00:00Z", "7.2.22"), spring);
    bench.served(&["baseline", "set", "reference", "--reason", "the first season"]);
    walk(&bench.desk(), "c-summer", ("2024-06-01T08:00:00Z", "7.2.22"), summer);
    let list = bench.served(&["baseline", "list", "--json"]).json();
    assert_eq!(list[0]["campaign"], "c-spring", "a reference stays until it is set anew");
    assert!(bench.served(&["plan", "--stale"]).out.contains("none of them stale"));

    // An upgrade is declared: what rests on the version before is stale, and a plan mends it.
    let upgraded = bench.served(&["upgrade", "kvm-like", "7.2.22", "10.1.0"]).out;
    assert!(upgraded.contains("portolan plan --stale"), "{upgraded}");
    let planned = bench.served(&["plan", "--stale", "--out", "stale.json"]).out;
    assert!(planned.contains("4 of 4 cells stale") && planned.contains("run --plan stale.json"));
    let before = bench.events();
    let started = bench.call_without_tools("run --plan stale.json", b"").expect_code(3);
    assert!(started.err.contains("`qemu-system-x86_64` is not installed"), "{}", started.err);
    assert_eq!(bench.events(), before, "nothing was begun");

    // It is walked, at the new version: nothing is stale any more.
    walk(&bench.desk(), "c-autumn", ("2030-09-01T08:00:00Z", "10.1.0"), summer);
    assert!(bench.served(&["plan", "--stale"]).out.contains("none of them stale"));
    bench.served(&["baseline", "set", "autumn", "--follows", "reference"]);
    let shown = bench.served(&["baseline", "show", "autumn", "--json"]).json();
    assert_eq!(shown["versions"]["platform:kvm-like"], "QEMU 10.1.0, q35");
    assert_eq!(shown["lineage"][0]["campaign"], "c-spring");

    // A step turns out to say nothing: it counts no more, and its trials are to be walked again.
    let server = trials().into_iter().filter(|it| it.guest.as_str() == "server");
    for it in server.filter(|it| it.source.as_str() == "xen-like") {
        let position = bench.position("c-autumn", &it, Step::Restart).to_string();
        bench.served(&["withdraw", &position, "--reason", "the switch was off"]);
    }
    let matrix = bench.served(&["matrix", "--json"]).json();
    let cell = &matrix["matrices"][0]["cells"][1];
    assert_eq!((&cell["standing"], &matrix["withdrawn"]), (&"lab error".into(), &2.into()));
    let stale = bench.served(&["plan", "--stale", "--baseline", "autumn", "--json"]).json();
    assert_eq!(stale["stale"].as_array().unwrap().len(), 1);
    assert_eq!(stale["stale"][0]["evidence"], serde_json::Value::Null);
    let stale = bench.served(&["plan", "--stale", "--baseline", "reference", "--json"]).json();
    assert_eq!(stale["stale"][0]["evidence"], "c-summer", "the newest that is left");

    bench.call("log verify").expect_code(0);
}
