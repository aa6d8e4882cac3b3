//! Policy files that would lead somewhere they must not, or that say what cannot be said.

use super::{Bench, extending, rule};

#[test]
fn circles_depths_and_strangers_end_with_words() {
    let bench = Bench::new();
    bench.write("a.toml", extending("./b.toml", ""));
    bench.write("b.toml", extending("a.toml", ""));
    bench.refused("policy check a.toml", "it extends itself: a.toml → b.toml → a.toml");
    bench.write("self.toml", extending("self.toml", ""));
    bench.refused("policy check self.toml", "it extends itself");
    for number in 0..9 {
        bench.write(&format!("d{number}.toml"), extending(&format!("d{}.toml", number + 1), ""));
    }
    bench.refused("policy check d0.toml", "it builds on more than 4 policies");
    bench.write("e.toml", extending("godl", ""));
    bench.refused("policy check e.toml", "no policy `godl` is shipped; near it: `gold`");
    bench.write("e.toml", extending("nothing.toml", ""));
    bench.refused("policy check e.toml", "cannot read policy nothing.toml, on which e.toml builds");
}

#[test]
fn nothing_outside_the_folder_is_read() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("team")).unwrap();
    bench.write("secret.toml", extending("default", "drop = [\"G.secret\"]"));
    let outside =
        ["../secret.toml", "/etc/passwd", "team/../../secret.toml", "..", "a\\u0000.toml"];
    for base in outside {
        bench.write("team/mine.toml", extending(base, ""));
        bench.refused("policy check team/mine.toml", "names no base");
    }
    std::os::unix::fs::symlink("../secret.toml", bench.path("team/link.toml")).unwrap();
    bench.write("team/mine.toml", extending("link.toml", ""));
    bench.refused("policy check team/mine.toml", "it is a link that leaves its folder");
    let told = bench.told("policy check team/mine.toml", 2).err;
    assert!(!told.contains("G.secret"), "{told}");
}

#[test]
fn large_and_broken_files_are_refused() {
    let bench = Bench::new();
    bench.write("large.toml", vec![b'#'; 10_000_000]);
    bench.refused("policy check large.toml", "more than 1048576 bytes");
    bench.write("mine.toml", extending("large.toml", ""));
    bench.refused("policy check mine.toml", "more than 1048576 bytes");
    bench.refused("policy check /dev/zero", "more than 1048576 bytes");
    bench.refused("policy check .", "cannot read policy");
    bench.write("bytes.toml", [0xff, 0xfe]);
    bench.refused("policy check bytes.toml", "cannot read policy bytes.toml");
    bench.write("deep.toml", format!("name = {}", "[".repeat(100_000)));
    bench.refused("policy check deep.toml", "TOML parse error");
    let many: String = (0..9_000).map(|it| rule(&format!("A.{it}"), "t")).collect();
    bench.write("many.toml", format!("name = \"many\"\nversion = \"1\"\n{many}"));
    let changes =
        (0..9_000).map(|it| format!("[[change]]\nid = \"A.{it}\"\notherwise = \"WARNING\"\n"));
    bench.write("mine.toml", extending("many.toml", &changes.collect::<String>()));
    let told = bench.told("policy check mine.toml", 0).out;
    assert!(told.contains("9000 rules differ:"), "as many as fit are read");
    let long = "x".repeat(900_000);
    bench.write("long.toml", extending("default", &format!("drop = [\"{long}\"]")));
    let told = bench.told("policy check long.toml", 2).err;
    assert!(told.len() < 2_000, "{} bytes of words", told.len());
}

#[test]
fn what_cannot_be_said_is_refused_in_words() {
    let bench = Bench::new();
    let twice = rule("A", "t").repeat(2);
    let cases = [
        ("drop = [\"G.ipp\"]", "its base has no rule or gate `G.ipp`; near it: `G.ip`, `H.ip`"),
        ("drop = [\"R.step.3\"]", "`R.step.3` stands above every policy"),
        ("[[change]]\nid = \"R.step.7\"\notherwise = \"WARNING\"", "stands above every policy"),
        ("[[change]]\nid = \"G.ip\"\nstep = 6", "unknown field `step`"),
        ("[[change]]\nid = \"G.ip\"\nwhen_source_had = \"f\"", "unknown field `when_source_had`"),
        ("[[change]]\nid = \"G.ip\"\nunread = \"SUCCESS\"", "is never a SUCCESS"),
        ("[[change]]\nid = \"G.ip\"", "changes nothing"),
        ("drops = [\"G.ip\"]", "unknown field `drops`"),
        ("[[rules]]\nid = \"A\"", "unknown field `rules`"),
        ("drop = \"G.ip\"", "expected a sequence"),
        (twice.as_str(), "rule `A` stands twice"),
        (
            "[[gate]]\nid = \"C\"\ntitle = \"t\"\notherwise = \"FAILURE\"\n\
          compare = { same = { fact = \"f\" } }",
            "gate `C` compares with step 1",
        ),
    ];
    for (more, words) in cases {
        bench.write("mine.toml", extending("default", more));
        bench.refused("policy check mine.toml", words);
        bench.refused("matrix --policy mine.toml", words);
    }
    let own = rule("G.ip", "t");
    bench.write("mine.toml", extending("default", &own));
    bench.refused("policy check mine.toml", "its base has `G.ip` already: change it");
    bench.write("mine.toml", format!("name = \"m\"\nversion = \"1\"\ndrop = [\"G.ip\"]\n{own}"));
    bench.refused("policy check mine.toml", "`drop` needs a base");
}

#[test]
fn a_file_that_would_move_the_cursor_does_not() {
    let bench = Bench::new();
    let note = "note = \"\\u001b[2J\\u0007\"\n[[change]]\nid = \"G.ip\"\ntitle = \"\\u001b[31m\"\n";
    bench.write("mine.toml", extending("default", note));
    for line in ["policy check mine.toml", "policy diff default mine.toml --rules"] {
        let told = bench.told(line, 0).out;
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{told:?}");
    }
    let flat = bench.told("policy show mine.toml --resolved", 0).out;
    assert!(!flat.chars().any(|c| c.is_control() && c != '\n'), "{flat:?}");
}
