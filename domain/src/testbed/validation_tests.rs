//! What is refused in a testbed file, and in which words.

use crate::testbed::{Testbed, Timeouts};

const GOOD: &str = r#"
name = "two"
slots = { cpu = 2, memory_mib = 1024 }
[[vendor]]
id = "maker"
name = "Maker"
[[platform]]
id = "a"
vendor = "maker"
product = "A"
driver = "qemu"
[[platform]]
id = "b"
vendor = "maker"
product = "B"
driver = "qemu"
[[guest]]
id = "g"
name = "G"
architecture = "x86_64"
firmware = "bios"
memory_mib = 256
cpus = 1
[[converter]]
id = "tool"
vendor = "maker"
product = "Tool"
[[route]]
id = "direct"
through = "disk"
converters = ["tool"]
"#;

fn read(text: &str) -> Result<Testbed, String> {
    let testbed: Testbed = toml::from_str(text).map_err(|error| error.to_string())?;
    testbed.validate().map_err(|problem| problem.to_string())
}

#[test]
fn a_good_testbed_is_accepted_with_default_timeouts() {
    assert_eq!(read(GOOD).unwrap().timeouts, Timeouts::default());
}

#[test]
fn each_problem_is_named_in_the_words_of_the_file() {
    let cases = [
        ("id = \"b\"", "id = \"a\"", "platform `a` is declared twice"),
        ("vendor = \"maker\"\nproduct = \"B\"", "vendor = \"x\"\nproduct = \"B\"", "vendor `x`"),
        ("converters = [\"tool\"]", "converters = [\"tol\"]", "converter `tol`"),
        ("converters = [\"tool\"]", "converters = []", "route `direct` must name one"),
        ("memory_mib = 256", "memory_mib = 4096", "memory_mib of guest `g` is 4096"),
        ("cpu = 2", "cpu = 0", "slots.cpu is 0"),
        ("id = \"g\"", "id = \"../g\"", "\"../g\" is not an identifier"),
        ("name = \"two\"", "name = \"two\"\nnmae = \"x\"", "nmae"),
        ("through = \"disk\"", "through = \"tape\"", "tape"),
    ];
    for (right, wrong, words) in cases {
        assert!(GOOD.contains(right), "{right}");
        let refusal = read(&GOOD.replacen(right, wrong, 1)).unwrap_err();
        assert!(refusal.contains(words), "expected {words:?} in {refusal:?}");
    }
}
