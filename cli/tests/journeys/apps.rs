//! Applications on real VMs. Two guests with the same web server come into another network: the one that
//! listens everywhere serves the page that was written at the source (and nothing worse than a WARNING is
//! left, for its address changed), the one that is bound to its old address is lost (FAILURE).

use crate::lab::Lab;

#[test]
fn a_page_that_travels_is_served_again_and_one_bound_to_its_address_is_lost() {
    let lab = Lab::new();
    lab.run(&["run", "apps", "--quiet"]).expect_code(0);
    let matrix = [
        "shop kvm-like xen-like WARNING",
        "shop xen-like kvm-like WARNING",
        "shop-fixed kvm-like xen-like FAILURE",
        "shop-fixed xen-like kvm-like FAILURE",
    ];
    assert_eq!(lab.standings(), matrix);
    lab.expect_each_step_once();
    lab.expect_nothing_left();

    let restarts = lab.restarts();
    assert_eq!(restarts.len(), 4);
    for (trial, before, after) in restarts {
        let fixed = trial.contains("shop-fixed");
        assert_eq!(before["app.page.answers"]["flag"], true, "{trial}: {before}");
        assert_eq!(before["app.page.status"]["integer"], 200, "{trial}");
        assert_eq!(before["app.page.sha256"], before["app.stored.sha256"], "{trial}: its own page");
        assert_eq!(
            after["app.stored.sha256"], before["app.stored.sha256"],
            "{trial}: it travelled"
        );
        assert_eq!(after["app.page.answers"]["flag"], !fixed, "{trial}: {after}");
        assert_ne!(after["ip.v4"], before["ip.v4"], "{trial}: the network is another");
        if !fixed {
            assert_eq!(after["app.answers"], before["app.answers"], "{trial}");
            assert!(after["app.quick.latency_ms"]["integer"].is_i64(), "{trial}: {after}");
            assert_eq!(after["app.in_time"]["list"][0], "quick", "{trial}");
        }
    }

    let told = lab.run(&["explain", "kvm-like", "xen-like", "shop-fixed"]);
    for words in ["A.answers", "gone: page 200 ", "app.page.answers: yes → no"] {
        assert!(told.out.contains(words), "{words}: {}", told.out);
    }
    let told = lab.run(&["explain", "kvm-like", "xen-like", "shop"]);
    assert!(!told.out.contains("A."), "{}", told.out);
}
