//! Evidence: whole, under its own digest, or not at all.

use domain::ids::Sha256Digest;
use reqwest::{Method, Response, StatusCode};
use service::door::LabLimits;
use store::Blobs;

use super::world::*;

fn path(bytes: &[u8]) -> String {
    format!("/api/v1/evidence/{}", Sha256Digest::of(bytes))
}

async fn put(world: &World, path: &str, bytes: &[u8]) -> Response {
    world.ask("lab-1", Method::PUT, path).body(bytes.to_vec()).send().await.unwrap()
}

async fn look(world: &World, method: Method, path: &str) -> Response {
    world.ask("lab-2", method, path).send().await.unwrap()
}

#[tokio::test]
async fn a_piece_goes_up_once_and_comes_back_as_it_was() {
    let world = World::start().await;
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let path = path(&bytes);
    assert_eq!(look(&world, Method::HEAD, &path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(problem(look(&world, Method::GET, &path).await).await.0, 404);
    assert_eq!(put(&world, &path, &bytes).await.status(), StatusCode::CREATED);
    assert_eq!(put(&world, &path, &bytes).await.status(), StatusCode::OK);
    assert_eq!(look(&world, Method::HEAD, &path).await.status(), StatusCode::OK);
    let found = look(&world, Method::GET, &path).await;
    assert_eq!(found.headers()["content-type"], "application/octet-stream");
    assert_eq!(found.headers()["x-content-type-options"], "nosniff");
    assert_eq!(found.bytes().await.unwrap(), bytes);
    assert_eq!(put(&world, &super::evidence::path(b""), b"").await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn bytes_under_a_wrong_digest_are_not_kept() {
    let world = World::start().await;
    let path = path(b"true");
    let (status, kind, json) = problem(put(&world, &path, b"false").await).await;
    assert_eq!((status, &*kind), (422, "invalid"));
    assert!(json["detail"].as_str().unwrap().contains(&Sha256Digest::of(b"false").to_string()));
    assert_eq!(look(&world, Method::HEAD, &path).await.status(), StatusCode::NOT_FOUND);
    for name in ["x", "..%2f..%2fetc", &"0".repeat(63), &"g".repeat(64)] {
        let answer = put(&world, &format!("/api/v1/evidence/{name}"), b"x").await;
        assert_eq!(problem(answer).await.0, 422, "{name}");
    }
}

#[tokio::test]
async fn a_piece_is_bounded_in_size_and_pace_and_comes_as_it_is() {
    let limits = LabLimits {
        evidence_kib_per_second: 1,
        evidence_kib_at_once: 1500,
        ..LabLimits::default()
    };
    let world = World::with(limits).await;
    let large = vec![0; Blobs::LARGEST + 1];
    let (status, kind, _) = problem(put(&world, &path(&large), &large).await).await;
    assert_eq!((status, &*kind), (413, "too-large"));
    let (first, second) = (vec![1; 1 << 20], vec![2; 1 << 20]);
    assert_eq!(put(&world, &path(&first), &first).await.status(), StatusCode::CREATED);
    let answer = put(&world, &path(&second), &second).await;
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(problem(answer).await.0, 429);
    let packed = world.ask("lab-1", Method::PUT, &path(b"x")).header("content-encoding", "gzip");
    assert_eq!(problem(packed.body("x").send().await.unwrap()).await.0, 415);
}
