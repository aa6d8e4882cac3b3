//! The one place that reads the clock and draws random numbers. Everything else is given them.

use domain::ids::CampaignId;
use jiff::Timestamp;
use uuid::Uuid;

use crate::exit::Exit;

/// Now.
#[expect(clippy::disallowed_methods, reason = "cli is where time comes from")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A fresh campaign id that sorts by time: `c-20261123-034501-1f2e`.
#[expect(clippy::disallowed_methods, reason = "cli is where random ids come from")]
pub(crate) fn new_campaign() -> Result<CampaignId, domain::ids::InvalidId> {
    let random = Uuid::now_v7().simple().to_string();
    let digits: String = now().to_string().chars().filter(char::is_ascii_digit).collect();
    format!("c-{}-{}-{}", &digits[..8], &digits[8..14], &random[28..]).parse()
}

/// 32 random bytes, for a key.
pub(crate) fn seed() -> Result<[u8; 32], Exit> {
    let mut seed = [0; 32];
    let drawn = getrandom::fill(&mut seed);
    drawn.map_err(|error| Exit::lab(format!("the system gives no random numbers: {error}")))?;
    Ok(seed)
}
