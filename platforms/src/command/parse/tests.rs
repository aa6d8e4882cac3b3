//! Each parser on what real programs print, and on what none should.

use super::*;

fn read(parser: &Parser, text: &str, wanted: &[&str]) -> Result<Vec<Record>, Misread> {
    let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
    parser.check(&wanted).unwrap();
    parser.read(text, &wanted)
}

fn record(fields: &[(&str, &str)]) -> Record {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn tables_of_virsh() {
    let text = " Id   Name   State\n-----------------------\n -    test   shut off\n 2    a b    running\n\n";
    let found = read(&Parser::Table, text, &["Name", "State"]).unwrap();
    assert_eq!(found[0], record(&[("Name", "test"), ("State", "shut off")]));
    assert_eq!(found[1], record(&[("Name", "a b"), ("State", "running")]));
    assert_eq!(read(&Parser::Table, "\n", &["Name"]).unwrap(), []);
    assert!(read(&Parser::Table, text, &["Titel"]).unwrap_err().0.contains("no column `Titel`"));
    let shifted = " Id   Name   State\n 1    a-very-long-name   running\n";
    assert!(read(&Parser::Table, shifted, &["Name"]).unwrap_err().0.contains("line up"));
}

#[test]
fn parameters_of_xe() {
    let text = "uuid ( RO)                          : 8f2c\n             name-label ( RW): web: one\n    \
                networks (MRO): 0/ip: 10.0.0.5; 0/ipv6/0: fe80::1\n\n\nuuid ( RO): 9a\n";
    let found = read(&Parser::XeParams, text, &["uuid", "name-label", "networks/0/ip"]).unwrap();
    let first = [("uuid", "8f2c"), ("name-label", "web: one"), ("networks/0/ip", "10.0.0.5")];
    assert_eq!(found, [record(&first), record(&[("uuid", "9a")])]);
}

#[test]
fn pairs_json_patterns_and_xml() {
    let kv = Parser::Kv { separator: ":".to_owned() };
    let found = read(&kv, "CPU(s):   16\nCPU(s): 3\nMemory size: 9 KiB\n", &["CPU(s)"]).unwrap();
    assert_eq!(found, [record(&[("CPU(s)", "16")])], "the first of a name counts");

    let json = Parser::Json { each: Some("/all".to_owned()), optional: false };
    let text = r#"{"all":[{"a":{"b":1},"c":null},{"a":{"b":"x"}}]}"#;
    let found = read(&json, text, &["/a/b", "/c"]).unwrap();
    assert_eq!(found, [record(&[("/a/b", "1")]), record(&[("/a/b", "x")])]);
    assert_eq!(read(&json, r#"{"all":null}"#, &["/a"]).unwrap(), []);
    assert!(read(&json, r#"{"all":7}"#, &["/a"]).is_err());
    assert!(read(&json, r#"{"al":[]}"#, &["/a"]).is_err(), "no list is no empty list");
    let optional = Parser::Json { each: Some("/all".to_owned()), optional: true };
    assert_eq!(read(&optional, r#"{"al":[]}"#, &["/a"]).unwrap(), []);
    assert!(read(&optional, r#"{"all":7}"#, &["/a"]).is_err());
    assert!(read(&json, r#"{"all":["#, &["/a"]).is_err());

    let pattern = Parser::Regex { pattern: r"^(?<id>\d+)\s+(?<name>\S+)$".to_owned() };
    let found = read(&pattern, "100 web\nnothing\n101 db\n", &["id", "name"]).unwrap();
    assert_eq!(found.len(), 2);

    let xml = Parser::Xml { each: "/domain/devices/disk".to_owned() };
    let text = "<domain><devices><disk><target dev='vda'/></disk><disk><alias> x </alias></disk></devices></domain>";
    let found = read(&xml, text, &["target/@dev", "alias"]).unwrap();
    assert_eq!(found, [record(&[("target/@dev", "vda")]), record(&[("alias", "x")])]);
    let bomb = "<!DOCTYPE d [<!ENTITY a 'aaaa'>]><domain>&a;</domain>";
    assert!(read(&xml, bomb, &["alias"]).unwrap_err().0.contains("no XML"));
}

#[test]
fn too_much_is_refused_and_never_cut() {
    let many = "x\n".repeat(MOST_RECORDS + 1);
    assert!(read(&Parser::Lines, &many, &["line"]).is_err());
    assert!(read(&Parser::Text, &"x".repeat(LONGEST_FIELD + 1), &["text"]).is_err());
}

#[test]
fn a_parser_that_cannot_work_says_what_to_do() {
    let check = |parser: Parser, wanted: &str| {
        let bad = parser.check(&BTreeSet::from([wanted])).unwrap_err();
        bad.to_string()
    };
    let text = check(Parser::Json { each: None, optional: false }, "name");
    assert_eq!(text, "`name` is no JSON pointer; a pointer begins with `/`: write \"/name\"");
    assert!(
        check(Parser::Regex { pattern: "(?<a>x)".to_owned() }, "b").contains("name one: (?<b>…)")
    );
    assert!(check(Parser::Regex { pattern: "(?<a".to_owned() }, "a").contains("cannot be used"));
    assert!(check(Parser::Xml { each: "domain".to_owned() }, "a").contains("write \"/domain\""));
    assert!(check(Parser::Xml { each: "/domain".to_owned() }, "a//b").contains("empty step"));
    assert!(check(Parser::Kv { separator: String::new() }, "a").contains("is empty"));
    assert!(check(Parser::Lines, "a").contains("gives `line` alone"));
}
