//! Names of files within a package, which strangers choose.

/// Longest name of a file, in bytes.
pub(crate) const LONGEST: usize = 1024;

/// Whether a name leads to a place within the package: relative, `/` between its parts, none of
/// them `..` or empty, and no sign that some system would read otherwise.
#[must_use]
pub fn is_inside(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    name.len() <= LONGEST
        && name.split('/').all(plain)
        && !name.contains(['\\', '\0'])
        && !name.chars().any(char::is_control)
        && !has_drive_or_scheme(name)
}

/// `C:…` of Windows, or a URL.
fn has_drive_or_scheme(name: &str) -> bool {
    let first = name.split('/').next().unwrap_or_default();
    first.contains(':') && (first.len() == 2 || name.contains("//") || first.ends_with(':'))
}

/// How a file's name ends, in small letters.
pub(crate) fn ending(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_of_a_package_is_seen() {
        for name in ["a.vmdk", "sub/a.vmdk", "a b (1).vmdk", "..a", "a..", "a:b", "ä.iso"] {
            assert!(is_inside(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "./a",
            "a/",
            "..\\a",
            "C:\\a",
            "C:",
            "C:/a",
            "http://host/a",
            "file:///etc/passwd",
            "a\0b",
            "a\nb",
        ] {
            assert!(!is_inside(name), "{name:?}");
        }
        assert!(!is_inside(&"a".repeat(1025)));
        assert_eq!(ending("x/Disk.VMDK"), "vmdk");
    }
}
