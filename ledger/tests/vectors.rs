//! Published vectors: Certificate Transparency's eight leaves, Go's notes, the paths of C2SP.

use ledger::{
    EntriesId, Hash, MemoryTiles, Note, Signer, TileId, Verifier, consistency, empty_root,
    inclusion, leaf_hash, root, verify_consistency, verify_inclusion,
};

/// The leaves of google/certificate-transparency and transparency-dev/merkle (`LeafInputs`).
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// Their roots by size (`RootHashes`).
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Index, size and proof (`TestRefInclusionProof`).
const INCLUSIONS: [(u64, u64, &[&str]); 7] = [
    (0, 1, &[]),
    (0, 2, &["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]),
    (1, 2, &["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

/// Old size, new size and proof (`TestRefConsistencyProof`).
const CONSISTENCIES: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn hash(hex: &str) -> Hash {
    hex.parse().unwrap()
}

fn eight_leaves() -> MemoryTiles {
    let mut tree = MemoryTiles::new();
    LEAVES.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    tree
}

#[test]
fn roots_of_certificate_transparency() {
    let tree = eight_leaves();
    assert_eq!(empty_root(), hash(ROOTS[0]));
    for (size, expected) in (0..).zip(ROOTS) {
        assert_eq!(root(&tree, size).unwrap(), hash(expected), "size {size}");
    }
}

#[test]
fn inclusion_proofs_of_certificate_transparency() {
    let tree = eight_leaves();
    for (index, size, expected) in INCLUSIONS {
        let expected: Vec<_> = expected.iter().map(|it| hash(it)).collect();
        assert_eq!(inclusion(&tree, index, size).unwrap(), expected, "{index} in {size}");
        let leaf = leaf_hash(LEAVES[index as usize]);
        verify_inclusion(&leaf, index, size, &expected, &hash(ROOTS[size as usize])).unwrap();
    }
}

#[test]
fn consistency_proofs_of_certificate_transparency() {
    let tree = eight_leaves();
    for (old, new, expected) in CONSISTENCIES {
        let expected: Vec<_> = expected.iter().map(|it| hash(it)).collect();
        assert_eq!(consistency(&tree, old, new).unwrap(), expected, "{old} to {new}");
        let (old_root, new_root) = (hash(ROOTS[old as usize]), hash(ROOTS[new as usize]));
        verify_consistency(old, &old_root, new, &new_root, &expected).unwrap();
    }
}

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
const PETERS_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZIn\
                           NIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCHS_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2t\
                           iOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

#[test]
fn keys_and_notes_of_go() {
    let signer = Signer::parse(PETERS_SECRET).unwrap();
    assert_eq!(signer.encode().as_str(), PETERS_SECRET);
    assert_eq!(signer.verifier().to_string(), PETER);
    let note = Note::sign(TEXT.to_owned(), &[&signer]).unwrap();
    assert_eq!(note.to_string(), format!("{TEXT}\n{PETERS_LINE}"));

    let both: Note = format!("{TEXT}\n{PETERS_LINE}{ENOCHS_LINE}").parse().unwrap();
    let keys: Vec<Verifier> = vec![PETER.parse().unwrap(), ENOCH.parse().unwrap()];
    assert_eq!(both.text(), TEXT);
    assert_eq!(both.verify(&keys).unwrap(), keys.iter().collect::<Vec<_>>());
    assert_eq!(both.verify(&keys[1..]).unwrap(), [&keys[1]]);
}

#[test]
fn every_mangled_key_of_go_is_refused() {
    for (begin, end) in (0..PETER.len()).flat_map(|it| (it..=PETER.len()).map(move |end| (it, end)))
    {
        assert_eq!(PETER[begin..end].parse::<Verifier>().is_ok(), end - begin == PETER.len());
    }
    for position in 0..PETERS_SECRET.len() {
        let mut bytes = PETERS_SECRET.as_bytes().to_vec();
        bytes[position] += 1;
        assert!(Signer::parse(std::str::from_utf8(&bytes).unwrap()).is_err(), "byte {position}");
        if let Some(byte) = PETER.as_bytes().get(position) {
            let mut bytes = PETER.as_bytes().to_vec();
            bytes[position] = byte + 1;
            assert!(std::str::from_utf8(&bytes).unwrap().parse::<Verifier>().is_err());
        }
    }
    // Wrong length and wrong algorithm, each with the id adjusted.
    let bad = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert!(bad.parse::<Verifier>().is_err());
    let bad = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(bad.parse::<Verifier>(), Err(ledger::KeyError::Algorithm));
}

#[test]
fn malformed_notes_of_go_are_refused() {
    let bad = [
        TEXT.to_owned(),
        format!("{TEXT}\n"),
        format!("{TEXT}\n{}", PETERS_LINE.trim_end()),
        format!("\u{1}{TEXT}\n{PETERS_LINE}"),
        format!("{TEXT}\n{}", PETERS_LINE.replace("PeterNeumann", "Bad Name")),
        format!("{TEXT}\n{PETERS_LINE}Unexpected line.\n"),
        format!("{TEXT}\n{}", PETERS_LINE.repeat(101)),
        "abc".to_owned(),
    ];
    for note in bad {
        assert!(note.parse::<Note>().is_err(), "{note:?}");
    }
    let not_utf8 = [b"\xff", format!("{TEXT}\n{PETERS_LINE}").as_bytes()].concat();
    assert_eq!(Note::try_from(&*not_utf8), Err(ledger::NoteError::Text));
}

#[test]
fn paths_of_the_specification() {
    let path = |level, index, width| TileId { level, index, width }.path();
    assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(path(0, 1_234, 17), "tile/0/x001/234.p/17");
    assert_eq!(path(3, 0, 1), "tile/3/000.p/1");
    assert_eq!(path(0, u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615");
    let entries = EntriesId { index: 999, width: 255 };
    assert_eq!(entries.path(), "tile/entries/999.p/255");
    assert_eq!(entries.path().parse(), Ok(entries));
}

#[test]
fn other_spellings_of_a_path_are_refused() {
    let bad = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/1",
        "tile/00/001",
        "tile/8/001",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001.p/",
        "tile/0/001.p",
        "tile/-1/001",
        "tile/0/+01",
        "tile/0/0x1",
        "tile/0/001 ",
        "/tile/0/001",
        "tile/0/x1/001",
        "tile/0/٠٠١",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/entries/001",
    ];
    for path in bad {
        assert!(path.parse::<TileId>().is_err(), "{path}");
    }
    assert!("tile/0/001".parse::<EntriesId>().is_err());
}
