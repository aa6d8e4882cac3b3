//! Where somebody goes after signing in: a place of this service and nowhere else.

/// Longest path that is kept, in bytes.
const LONGEST: usize = 1024;

/// The place that was asked for if it is a path of this service, the first page otherwise.
///
/// Browsers read `\` as `/`, leave tabs and line breaks out, and take `//host` for another host: what
/// holds any of that is not taken.
pub(crate) fn local(wanted: Option<&str>) -> &str {
    wanted.filter(|it| is_local(it)).unwrap_or("/")
}

fn is_local(wanted: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    wanted.len() <= LONGEST
        && wanted.starts_with('/')
        && wanted.bytes().all(is_plain)
        && !path.contains("//")
        && !path.split('/').any(|it| it == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_elsewhere_is_not_taken() {
        for bad in [
            "",
            "x",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /x",
            "/ /evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/x\r\nSet-Cookie: a=b",
            "/a//evil.example",
            "/..//evil.example",
            "/../x",
            "/ä",
            &format!("/{}", "x".repeat(LONGEST)),
        ] {
            assert_eq!(local(Some(bad)), "/", "{bad:?}");
        }
        for good in ["/", "/campaigns/c-1", "/diff?baseline=b&to=https://x.example//y", "/a#b"] {
            assert_eq!(local(Some(good)), good);
        }
        assert_eq!(local(None), "/");
    }
}
