//! A second reading of an active segment, from the words at the top of `store/src/disk/record.rs`.

/// What an active segment says.
pub(super) struct Meant {
    pub(super) leaves: Vec<Vec<u8>>,
    /// How many events were safe, as far as any header says.
    pub(super) durable: u64,
}

const HEADER: usize = 40;
const ENTRY: usize = 8;
const LARGEST_BODY: usize = 8 << 20;

struct Header {
    first: u64,
    durable: u64,
    body: usize,
    count: usize,
    sum: u32,
}

pub(super) fn read(file: &[u8], first: u64) -> Meant {
    let (mut leaves, mut durable, mut rest) = (Vec::new(), 0, file);
    while let Some(header) = header(rest) {
        let Some(body) = rest.get(HEADER..HEADER + header.body) else { break };
        let own = split(body, &header);
        let Some(own) = own.filter(|_| header.first == first + leaves.len() as u64) else { break };
        leaves.extend(own);
        durable = header.durable;
        rest = &rest[HEADER + header.body..];
    }
    let behind = (0..rest.len()).filter_map(|at| header(&rest[at..])).map(|it| it.durable);
    Meant { leaves, durable: behind.max().unwrap_or(0).max(durable) }
}

fn header(bytes: &[u8]) -> Option<Header> {
    let bytes = bytes.get(..HEADER).filter(|it| it.starts_with(b"PREC"))?;
    let at32 = |at: usize| le32(&bytes[at..]);
    let at64 = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
    let (body, count) = (at32(24) as usize, at32(28) as usize);
    let plausible = crc32c::crc32c(&bytes[8..]) == at32(4)
        && body <= LARGEST_BODY
        && (1..=body / (ENTRY + 1)).contains(&count);
    plausible.then(|| Header { first: at64(8), durable: at64(16), body, count, sum: at32(32) })
}

/// The leaves of a body, if its table is right, each leaf is, and they fill it.
fn split(body: &[u8], header: &Header) -> Option<Vec<Vec<u8>>> {
    let (table, mut rest) = body.split_at_checked(ENTRY * header.count)?;
    let mut leaves = Vec::new();
    for entry in table.chunks(ENTRY) {
        let [length, sum] = [0, 4].map(|at| le32(&entry[at..]));
        let (leaf, behind) = rest.split_at_checked(length as usize)?;
        if crc32c::crc32c(leaf) != sum {
            return None;
        }
        leaves.push(leaf.to_vec());
        rest = behind.strip_prefix(b"\n")?;
    }
    (rest.is_empty() && crc32c::crc32c(table) == header.sum).then_some(leaves)
}

fn le32(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes[..4].try_into().expect("four"))
}
