//! The act of delivery: private letters to vendors, notices to teams. What is owed is computed elsewhere and handed over;
//! what became of it is handed back, and recorded elsewhere.

pub mod head;
mod mime;
pub mod openpgp;
pub mod outcome;
pub mod parcel;
pub mod retry;

pub mod folder;
pub mod smtp;
pub mod transport;
pub mod webhook;

pub mod bounce;
pub mod settings;

pub use head::{Address, Mailbox, Malformed, MessageId, OneLine};
pub use openpgp::{Certificate, Protection, Seed, Signer, Unusable};
pub use outcome::{Outcome, Phase, Refusal, Words};
pub use parcel::{Attachment, MediaType, Message, Parcel, Unsendable, Unsubscribe};
pub use settings::{Contact, Reach, Results, Settings, SettingsError, Sight, Subscription, Topic};
pub use transport::Transport;
pub use webhook::{Notice, Webhook};
