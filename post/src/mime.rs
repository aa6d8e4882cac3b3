//! The bytes of a letter, by lettre: text and HTML as alternatives, files beside them, and OpenPGP around all of it.

use std::time::{Duration, SystemTime};

use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};

use crate::head::{Mailbox, subject};
use crate::openpgp::{Protection, Sealed};
use crate::parcel::{Attachment, Parcel, Unsendable};

/// What stands outside of a letter that is encrypted.
const OUTER_SUBJECT: &str = "Results for you";

pub(crate) fn write(parcel: &Parcel, protection: &Protection<'_>) -> Result<Vec<u8>, Unsendable> {
    let head = head(parcel)?;
    let message = match protection {
        Protection::None => titled(head, parcel).multipart(content(parcel)),
        Protection::OpenPgp(sealing) => {
            let outer = head.raw_header(subject(OUTER_SUBJECT));
            let sealed = sealing.seal(&inside(parcel, &outer)?)?;
            outer.multipart(envelope(parcel, sealed))
        }
    };
    Ok(message.map_err(|it| Unsendable::Form(it.to_string()))?.formatted())
}

/// Every header but the subject.
fn head(parcel: &Parcel) -> Result<MessageBuilder, Unsendable> {
    let seconds = u64::try_from(parcel.date.as_second()).map_err(|_| Unsendable::Date)?;
    // What a mail can say: four digits of a year.
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let mut head = lettre::Message::builder()
        .message_id(Some(parcel.message_id.as_str().to_owned()))
        .date(date)
        .from(mailbox(&parcel.from)?)
        .to(mailbox(&parcel.to)?);
    if let Some(reply_to) = &parcel.reply_to {
        head = head.reply_to(mailbox(reply_to)?);
    }
    if let Some(unsubscribe) = &parcel.list_unsubscribe {
        head = head.raw_header(raw("List-Unsubscribe", &format!("<{}>", unsubscribe.link)));
        if unsubscribe.one_click {
            head = head.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    if parcel.auto_submitted {
        head = head.raw_header(raw("Auto-Submitted", "auto-generated"));
    }
    Ok(head)
}

fn titled(head: MessageBuilder, parcel: &Parcel) -> MessageBuilder {
    head.raw_header(subject(parcel.subject.as_str()))
}

fn mailbox(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, Unsendable> {
    let name = mailbox.name.as_ref().map(|it| it.as_str().to_owned());
    // Its error would repeat the address.
    let address = lettre::Address::new(mailbox.address.local(), mailbox.address.domain())
        .map_err(|it| Unsendable::Form(format!("an address is not taken: {it}")))?;
    Ok(lettre::message::Mailbox::new(name, address))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// `mixed(alternative(text, html), files…)`.
fn content(parcel: &Parcel) -> MultiPart {
    let mut letter = MultiPart::alternative()
        .boundary(boundary(parcel, "alternative"))
        .singlepart(text(ContentType::TEXT_PLAIN, &parcel.text));
    if let Some(html) = &parcel.html {
        letter = letter.singlepart(text(ContentType::TEXT_HTML, html));
    }
    let whole = MultiPart::mixed().boundary(boundary(parcel, "mixed")).multipart(letter);
    parcel.attachments.iter().map(file).fold(whole, MultiPart::singlepart)
}

/// A line that cannot occur in any part: `=_` is nothing in quoted-printable, and nothing in Base64.
fn boundary(parcel: &Parcel, part: &str) -> String {
    let digest =
        Sha256::new().chain_update(part).chain_update(parcel.message_id.as_str()).finalize();
    let number = digest[..8].iter().fold(0_u64, |all, it| all << 8 | u64::from(*it));
    format!("=_{part}_{number:016x}")
}

fn text(kind: ContentType, text: &str) -> SinglePart {
    // One form of line end, which is CR LF on its way.
    let lines = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    encoded(
        SinglePart::builder().content_type(kind),
        lines.into_bytes(),
        ContentTransferEncoding::QuotedPrintable,
    )
}

fn file(attachment: &Attachment) -> SinglePart {
    let part = SinglePart::builder()
        .header(ContentDisposition::attachment(attachment.name.as_str()))
        .content_type(attachment.media_type.0.clone());
    encoded(part, attachment.bytes.clone(), ContentTransferEncoding::Base64)
}

fn encoded(
    part: lettre::message::SinglePartBuilder,
    bytes: Vec<u8>,
    encoding: ContentTransferEncoding,
) -> SinglePart {
    // Both encodings take any bytes: there is nothing to give back.
    part.body(Body::new_with_encoding(bytes, encoding).unwrap_or_else(Body::new))
}

/// What is encrypted: the letter under headers of its own (RFC 9788), the outer ones among them as they stand outside.
fn inside(parcel: &Parcel, outer: &MessageBuilder) -> Result<Vec<u8>, Unsendable> {
    let mut letter = content(parcel);
    let kind = letter.headers().get_raw("Content-Type").unwrap_or_default().to_owned();
    // The second parameter is for readers that are older than the RFC.
    letter.headers_mut().insert_raw(raw(
        "Content-Type",
        &format!("{kind}; hp=\"cipher\"; protected-headers=\"v1\""),
    ));
    let bare = |builder: MessageBuilder| {
        let message = builder.body(String::new()).map_err(|it| Unsendable::Form(it.to_string()))?;
        Ok::<_, Unsendable>(message.headers().clone())
    };
    let mut written = bare(titled(head(parcel)?, parcel))?;
    for body_only in ["MIME-Version", "Content-Transfer-Encoding"] {
        written.remove_raw(body_only);
    }
    let mut bytes = written.to_string().into_bytes();
    let outer = bare(outer.clone())?;
    for name in ["Date", "From", "To", "Message-ID", "Subject"] {
        let value = outer.get_raw(name).unwrap_or_default();
        bytes.extend(format!("{}: {name}: {value}\r\n", "HP-Outer").bytes());
    }
    bytes.extend(letter.formatted());
    Ok(bytes)
}

/// `encrypted(version, letter)` of RFC 3156.
fn envelope(parcel: &Parcel, sealed: Sealed) -> MultiPart {
    let control = SinglePart::builder()
        .header(ContentType::parse("application/pgp-encrypted").unwrap_or(ContentType::TEXT_PLAIN))
        .body("Version: 1\r\n".to_owned());
    let letter = SinglePart::builder()
        .header(
            ContentType::parse("application/octet-stream; name=\"encrypted.asc\"")
                .unwrap_or(ContentType::TEXT_PLAIN),
        )
        .header(ContentDisposition::inline_with_name("encrypted.asc"))
        .body(sealed.armored);
    MultiPart::encrypted("application/pgp-encrypted".to_owned())
        .boundary(boundary(parcel, "encrypted"))
        .singlepart(control)
        .singlepart(letter)
}
