//! The one place that reads the clock, draws random numbers, and reads the environment beside clap.
//! Everything else is given them.

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

/// Settings of S3 that the environment may hold, as the AWS command line names them.
#[cfg(feature = "s3")]
const S3_SETTINGS: [&str; 12] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ALLOW_HTTP",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/// Settings of S3 from the environment.
#[cfg(feature = "s3")]
#[expect(clippy::disallowed_methods, reason = "cli is where the environment is read")]
pub(crate) fn s3_settings() -> Vec<(&'static str, String)> {
    S3_SETTINGS.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))).collect()
}

/// 32 random bytes, for a key.
pub(crate) fn seed() -> Result<[u8; 32], Exit> {
    let mut seed = [0; 32];
    let drawn = getrandom::fill(&mut seed);
    drawn.map_err(|error| Exit::lab(format!("the system gives no random numbers: {error}")))?;
    Ok(seed)
}

/// A random number from 0 to 1, so that many labs do not come back at the same moment. Without
/// random numbers it is always the same.
pub(crate) fn jitter() -> f64 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    f64::from(byte[0]) / 255.0
}

/// A setting of the environment that a file names; none when it is not there or no text.
#[expect(clippy::disallowed_methods, reason = "cli is where the environment is read")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
