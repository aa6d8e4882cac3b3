//! Words of a mail's head, each checked where it comes in: one line, an address, the name of a message.

mod address;
mod line;
mod message_id;
mod subject;

pub(crate) use address::is_domain;
pub use address::{Address, Mailbox};
pub use line::OneLine;
pub use message_id::MessageId;
pub(crate) use subject::subject;

/// Why a word cannot stand in a mail. It does not repeat the word: that may be somebody's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A line end or another control character, which would begin a header of its own.
    #[error("it holds a control character or a line end; write it on one line")]
    Control,
    /// Longer than a line of mail bears.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// Not an address that every mail server takes.
    #[error(
        "it is not a mail address as in `name@example.org`: ASCII only (a domain of other letters in its `xn--` form), \
         without quotes, spaces and comments"
    )]
    NotAnAddress,
    /// Not the name of a message.
    #[error("it is not a Message-ID as in `<2013.press@portolan.example>`")]
    NotAMessageId,
    /// Not an https address.
    #[error(
        "it is not an address as in `https://example.org/…`, in ASCII, without spaces and brackets"
    )]
    NotALink,
    /// Not a media type.
    #[error("it is not the type of a file as in `text/csv`")]
    NotAMediaType,
}
