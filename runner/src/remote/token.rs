//! The secret by which a lab is known at a service. It cannot be printed.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use secrecy::{ExposeSecret as _, SecretString};

/// Longest token, in letters: 32 bytes in base64url take 43.
const LONGEST: usize = 64;

/// A token, as an operator of the service gave it.
#[derive(Debug, Clone)]
pub struct Token(SecretString);

/// A text that is not a token. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a token: one is made by `portolan access token` and is 43 letters long")]
pub struct NotAToken;

impl Token {
    /// Checks a token; spaces and line ends around it are left away.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn read(secret: &SecretString) -> Result<Self, NotAToken> {
        let text = secret.expose_secret().trim();
        let secret = (text.len() <= LONGEST).then(|| Base64UrlUnpadded::decode_vec(text));
        match secret {
            Some(Ok(bytes)) if bytes.len() >= 16 => Ok(Self(SecretString::from(text))),
            _ => Err(NotAToken),
        }
    }

    /// The header that shows it.
    pub(super) fn bearer(&self) -> SecretString {
        SecretString::from(format!("Bearer {}", self.0.expose_secret()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_and_never_shown() {
        let text = "A".repeat(43);
        let token = Token::read(&SecretString::from(format!(" {text}\n"))).expect("a token");
        assert!(!format!("{token:?}").contains(&text));
        assert_eq!(token.bearer().expose_secret(), format!("Bearer {text}"));
        for bad in ["", "short", "a b", "ä", "../../etc/passwd", &"A".repeat(65), "x\ny\0"] {
            assert!(Token::read(&SecretString::from(bad)).is_err(), "{bad:?}");
        }
    }
}
