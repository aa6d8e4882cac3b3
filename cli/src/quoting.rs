//! Words as a shell needs them, so that a line that was printed can be copied.

/// An argument in a shell's quotes, where it needs them.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for argument in ["plain-1.toml", "two words", "it's", "$(id)", "", "a;b", "ä", "--x=\"y\""]
        {
            let line = format!("printf %s {}", quoted(argument));
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), argument);
        }
        assert_eq!(quoted("plain-1.toml"), "plain-1.toml");
    }
}
