//! Evidence in a bucket: the same promises, over the network.

use domain::ids::Sha256Digest;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore as _, PutOptions};

use super::*;
use crate::blobs::packing::pack;
use crate::blobs::tests::serial_log;
use crate::blobs::{PACKED, name};

/// Needs an S3 server, for example `moto_server -p 5055`, with an empty bucket `evidence`.
#[test]
#[ignore = "needs an S3 server on port 5055"]
fn evidence_in_a_bucket_is_kept_read_and_verified() {
    let settings = [
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("aws_region", "us-east-1"),
        ("aws_endpoint", "http://127.0.0.1:5055"),
        ("aws_allow_http", "true"),
    ];
    let blobs = Blobs::at_url("s3://evidence/of/portolan", settings).unwrap();
    assert!(blobs.is_empty().unwrap());
    let missing = blobs.get(Sha256Digest::of(b"never kept"));
    assert!(matches!(missing, Err(StoreError::BlobMissing(_))), "{missing:?}");
    let large = serial_log().repeat(10_000);
    for bytes in [&b""[..], b"serial log", &large] {
        let digest = blobs.put(bytes).unwrap();
        assert_eq!(blobs.put(bytes).unwrap(), digest);
        assert_eq!(blobs.get(digest).unwrap(), bytes);
        assert!(blobs.contains(digest).unwrap());
    }
    assert!(!blobs.is_empty().unwrap());
    let digest = Sha256Digest::of(b"serial log");
    let (objects, at) = (Arc::clone(&blobs.objects), ObjectPath::from(name(digest, PACKED)));
    let lie = async move {
        objects.put_opts(&at, pack(b"serial lie").unwrap().into(), PutOptions::default()).await
    };
    blobs.waiting.wait(lie).unwrap().unwrap();
    assert!(matches!(blobs.get(digest), Err(StoreError::BlobDamaged(_))));
    blobs.put(b"serial log").unwrap();
    // From within a runtime, and dropped there.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async move {
        assert_eq!(blobs.get(digest).unwrap(), b"serial log");
        drop(blobs);
    });
    let nowhere = Blobs::at_url("s3://nowhere", settings).unwrap_err().to_string();
    assert!(nowhere.starts_with("cannot list s3://nowhere: "), "{nowhere}");
}

#[test]
fn an_address_that_is_not_understood_is_refused_in_words() {
    let refusal = |url, settings: &[(&str, &str)]| {
        Blobs::at_url(url, settings.iter().copied()).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("http://x", &[]),
        "evidence cannot be kept at http://x: write it as s3://bucket/prefix"
    );
    assert!(
        refusal("s3://x", &[("aws_colour", "red")]).ends_with("there is no setting aws_colour")
    );
}
