//! Why a chain of keys is broken.

/// Most keys of one log that are looked at: each costs a check of every signature.
pub const MOST_KEYS: usize = 1024;

/// Refuses more keys than any log has had.
pub(crate) fn check_number(keys: usize) -> Result<(), ChainError> {
    if keys > MOST_KEYS { Err(ChainError::TooManyKeys(keys)) } else { Ok(()) }
}

/// Why the keys of an export do not follow from each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The list of keys is empty.
    #[error("the bundle names no key")]
    NoKey,
    /// More keys than any log has had.
    #[error("the bundle names {0} keys; at most {MOST_KEYS} are looked at")]
    TooManyKeys(usize),
    /// A key with another name than the log.
    #[error("key {key} does not bear the name of the log {origin:?}")]
    OtherName {
        /// Name and id.
        key: String,
        /// The log.
        origin: String,
    },
    /// An event of key change that cannot be read.
    #[error("the KeyChanged event at position {position} cannot be read: {reason}")]
    Unreadable {
        /// Position in the log.
        position: u64,
        /// Why.
        reason: String,
    },
    /// A change from a key that was not in force, or to itself.
    #[error(
        "the KeyChanged event at position {position} changes from {from} to {to}, but {in_force} \
         was in force"
    )]
    WrongKey {
        /// Position in the log.
        position: u64,
        /// Name and id of the key it replaces.
        from: String,
        /// Name and id of the key it introduces.
        to: String,
        /// Name and id of the key in force.
        in_force: String,
    },
    /// A change that the old key has not signed, between the keys that are trusted and the last.
    #[error(
        "the key change at position {position} is not signed by the key before it, and no trusted \
         key comes after it: get the newer key from the log's operator, and ask why"
    )]
    Unproven {
        /// Position in the log.
        position: u64,
    },
    /// A checkpoint that lacks the signature of the key in force.
    #[error("the checkpoint of size {size} lacks the signature of {key}, which was in force")]
    Unsigned {
        /// Size of the checkpoint.
        size: u64,
        /// Name and id.
        key: String,
    },
    /// The list of keys in the header is another than that of the events.
    #[error(
        "line 1 lists {listed} keys, the events prove {proven}; these must be the same, in order"
    )]
    OtherKeys {
        /// How many keys the header lists.
        listed: usize,
        /// How many keys the events prove, the first included.
        proven: usize,
    },
}
