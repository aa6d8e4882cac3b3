//! What pages need beside their HTML. Each name holds a digest of the content, so that a browser may
//! keep it for ever.

use std::sync::LazyLock;

use domain::ids::Sha256Digest;

/// A file that pages refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// What it is called in this source: `portolan.css`.
    pub plain_name: &'static str,
    /// Its name with the digest of its content: `portolan-0123456789ab.css`.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
}

/// What reports, comparisons and pictures look like, and what pages add to that.
const STYLE: &str = concat!(
    include_str!("../../../templates/report/style.css"),
    include_str!("../../../templates/diff/style.css"),
    include_str!("../../../templates/picture/style.css"),
    include_str!("../../../templates/assets/portolan.css"),
);

const SCRIPT: &[u8] = include_bytes!("../../../templates/assets/live.js");
const MARK: &[u8] = include_bytes!("../../../templates/assets/mark.svg");

static ALL: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        asset("portolan.css", "text/css; charset=utf-8", STYLE.as_bytes()),
        asset("live.js", "text/javascript; charset=utf-8", SCRIPT),
        asset("mark.svg", "image/svg+xml", MARK),
    ]
});

/// Every asset.
#[must_use]
pub fn all() -> &'static [Asset] {
    &*ALL
}

/// The asset of this name, digest included.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    all().iter().find(|it| it.name == name)
}

/// The path at which the asset of this plain name is kept. A name that is none leads nowhere.
#[must_use]
pub fn path(plain_name: &str) -> String {
    let found = all().iter().find(|it| it.plain_name == plain_name);
    format!("/assets/{}", found.map_or(plain_name, |it| &it.name))
}

fn asset(plain_name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let digest = Sha256Digest::of(bytes).to_string();
    let (stem, ending) = plain_name.rsplit_once('.').unwrap_or((plain_name, "bin"));
    let name = format!("{stem}-{}.{ending}", &digest[..12]);
    Asset { plain_name, name, content_type, bytes }
}
