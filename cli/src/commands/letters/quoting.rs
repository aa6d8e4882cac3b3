//! The ends of proofs, read for whom they may be quoted to.

use reports::letters::excerpt::{Proof, Read};
use reports::letters::names::Names;
use reports::vendor::VendorView;
use store::Blobs;

use crate::args::Args;
use crate::exit::Exit;
use crate::opening;

/// Largest proof that is read to be quoted, in bytes.
const LARGEST_PROOF: usize = 1 << 20;

/// Where proofs are, and what none of them may name.
pub(super) struct Quoting {
    blobs: Blobs,
    names: Names,
}

impl Quoting {
    pub(super) fn over(args: &Args, names: Names) -> Result<Self, Exit> {
        Ok(Self { blobs: opening::evidence(args)?, names })
    }

    /// The same view with the ends of these proofs.
    pub(super) fn quote(&self, view: VendorView, proofs: &[Proof]) -> VendorView {
        view.with_excerpts(proofs, &self.read(proofs), &self.names)
    }

    /// A proof that is gone is not quoted; that it is gone is told by `log verify`.
    fn read(&self, proofs: &[Proof]) -> Read {
        let text = |it: &Proof| {
            let found = self.blobs.get(it.sha256).ok().filter(|it| it.len() <= LARGEST_PROOF)?;
            Some((it.sha256, String::from_utf8_lossy(&found).into_owned()))
        };
        proofs.iter().filter_map(text).collect()
    }
}
