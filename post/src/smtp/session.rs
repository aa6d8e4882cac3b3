//! One talk with a server: opened, one letter after another, ended. lettre speaks; each phase has its own limit of time.

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::response::Response;

use super::Limits;
use super::fault::{Fault, within};
use crate::outcome::Phase;
use crate::parcel::Message;

/// A connection that letters can be given over.
pub(super) struct Session {
    talk: AsyncSmtpConnection,
    /// How many letters it has seen.
    pub(super) letters: u32,
}

impl Session {
    /// Begins with the first letter.
    pub(super) fn over(talk: AsyncSmtpConnection) -> Self {
        Self { talk, letters: 0 }
    }

    /// Gives one letter; the answer to its end is the answer that counts.
    pub(super) async fn give(
        &mut self,
        message: &Message,
        limits: &Limits,
    ) -> Result<String, Fault> {
        self.letters += 1;
        let address = |it: &crate::head::Address, phase| {
            lettre::Address::new(it.local(), it.domain())
                .map_err(|it| Fault::at(phase, it.to_string()))
        };
        let from = Mail::new(Some(address(&message.from, Phase::From)?), vec![]);
        let to = Rcpt::new(address(&message.to, Phase::To)?, vec![]);
        let talk = &mut self.talk;
        expect(within(limits.command, Phase::From, talk.command(from)).await?, Phase::From, 2)?;
        expect(within(limits.command, Phase::To, talk.command(to)).await?, Phase::To, 2)?;
        expect(within(limits.command, Phase::Data, talk.command(Data)).await?, Phase::Data, 3)?;
        // The end of a letter is a line with a dot, for which lettre writes the line end: ours would be an empty line more.
        let bytes = message.bytes().strip_suffix(b"\r\n").unwrap_or(message.bytes());
        let reply = within(limits.letter, Phase::EndOfData, talk.message(bytes)).await?;
        expect(reply, Phase::EndOfData, 2)
    }

    /// Whether the next letter may go over the same connection.
    pub(super) async fn is_sound(
        &mut self,
        given: &Result<String, Fault>,
        limits: &Limits,
    ) -> bool {
        match given {
            Ok(_) => true,
            // A letter was refused, not the connection: begin anew.
            Err(fault) if fault.code.is_some_and(|it| it != 421) => {
                within(limits.command, Phase::From, self.talk.command(Rset)).await.is_ok()
            }
            Err(_) => false,
        }
    }

    /// Says goodbye, and does not mind the answer.
    pub(super) async fn quit(mut self, limits: &Limits) {
        let _ = within(limits.command, Phase::From, self.talk.quit()).await;
    }
}

/// The words of an answer of the class that is asked for.
fn expect(reply: Response, phase: Phase, class: u8) -> Result<String, Fault> {
    let words = reply.message().collect::<Vec<_>>().join(" ");
    let code = u16::from(reply.code());
    if code / 100 == u16::from(class) {
        return Ok(format!("{code} {words}"));
    }
    Err(Fault::at(phase, format!("an answer that makes no sense here: {code} {words}")))
}
