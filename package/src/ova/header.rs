//! One header of a tar archive: 512 bytes, POSIX.1-1988 with GNU's numbers above 8 GiB.

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;
/// A block.
pub(super) type Block = [u8; BLOCK];

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) flag: u8,
}

/// Reads a header; in words, why it is none.
pub(super) fn read(block: &Block) -> Result<Header, &'static str> {
    let told = number(&block[148..156]).ok_or("its checksum is no number")?;
    if told != checksum(block) {
        return Err("its checksum is wrong");
    }
    let bytes = number(&block[124..136]).ok_or("its size is no number")?;
    let mut name = text(&block[0..100]);
    // GNU's own magic has no prefix there but times.
    if &block[257..263] == b"ustar\0" && block[345] != 0 {
        name = format!("{}/{name}", text(&block[345..500]));
    }
    Ok(Header { name, bytes, flag: block[156] })
}

/// A header of a plain file, readable by everybody, of nobody's and of no time: the same package gives the
/// same bytes. None if the name does not fit.
pub(super) fn write(name: &str, bytes: u64) -> Option<Block> {
    let mut block = [0; BLOCK];
    let (prefix, last) = split(name)?;
    block[..last.len()].copy_from_slice(last.as_bytes());
    block[345..345 + prefix.len()].copy_from_slice(prefix.as_bytes());
    block[100..108].copy_from_slice(b"0000644\0");
    for field in [108..116, 116..124] {
        block[field].copy_from_slice(b"0000000\0");
    }
    match bytes {
        0..0o100_000_000_000 => {
            block[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes())
        }
        _ => {
            block[124] = 0x80;
            block[128..136].copy_from_slice(&bytes.to_be_bytes());
        }
    }
    block[136..148].copy_from_slice(b"00000000000\0");
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum = checksum(&block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(block)
}

/// A long name stands in two fields, parted at a slash.
fn split(name: &str) -> Option<(&str, &str)> {
    if name.len() <= 100 {
        return Some(("", name));
    }
    let at = name.char_indices().find(|(at, c)| *c == '/' && name.len() - at - 1 <= 100)?.0;
    (at <= 155).then(|| (&name[..at], &name[at + 1..]))
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|it| *it == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// Octal digits, or with the highest bit set the bytes of the number itself.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (head, tail) = field.split_at(field.len() - 8);
        // The checksum's field has eight bytes, the mark among them: then there is no head.
        let positive = head.first() == Some(&0x80) && head[1..].iter().all(|it| *it == 0);
        return positive.then(|| tail.iter().fold(0, |sum, it| sum << 8 | u64::from(*it)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

/// The sum of all bytes, its own field taken as blanks.
fn checksum(block: &Block) -> u64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|it| u64::from(*it)).sum::<u64>();
    sum(&block[..148]) + 8 * u64::from(b' ') + sum(&block[156..])
}
