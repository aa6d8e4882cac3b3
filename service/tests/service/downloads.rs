//! Files to take away: those of the command line, and never more than their reader may have.

use domain::access::Role;
use reports::bundle::Bundle;
use store::EventLog as _;

use crate::world::World;

const FORMS: [&str; 8] =
    ["report", "csv", "json", "junit", "in-toto", "oscal", "openmetrics", "bundle"];

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_an_attachment_and_names_no_tool_to_the_public() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    for form in FORMS {
        // Signed as it stands: what is signed later would be part of a bundle.
        world.log.checkpoint().unwrap();
        let path = format!("/campaigns/c-2016/{form}");
        let answer = world.get(&path).await;
        assert_eq!(answer.status(), 200, "{form}");
        let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.starts_with("attachment; filename=\"c-2016."), "{name}");
        let public = answer.bytes().await.unwrap();
        let request = || world.ask(&path).bearer_auth(&auditor);
        let asked = request().query(&[("audience", "public")]).send().await.unwrap();
        assert_eq!(asked.bytes().await.unwrap(), public, "{form}: as the public gets it");
        let own = request().send().await.unwrap().bytes().await.unwrap();
        // Metrics tell of no route, whoever asks.
        assert_eq!(public == own, form == "openmetrics", "{form}: an auditor gets more");
        let texts: Vec<Vec<u8>> = match form {
            "bundle" => {
                let bundle = Bundle::unzip(&public).unwrap();
                bundle.check_sums().unwrap();
                bundle.files().map(|(_, bytes)| bytes.to_vec()).collect()
            }
            _ => vec![public.to_vec()],
        };
        for text in texts {
            assert!(!String::from_utf8_lossy(&text).contains("canary"), "{form} names a tool");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_what_is_for_others() {
    let world = World::start().await;
    let report = "/campaigns/c-2016/report?audience=auditor";
    assert_eq!(world.get(report).await.status(), 401);
    let lab = world.grant(Role::Lab).await;
    assert_eq!(world.ask(report).bearer_auth(lab).send().await.unwrap().status(), 403);
    for hostile in ["?audience=everybody", "?form=x", "?known_at=-1"] {
        let path = format!("/campaigns/c-2016/csv{hostile}");
        assert_eq!(world.get(&path).await.status(), 400, "{hostile}");
    }
    assert_eq!(world.get("/campaigns/c-2016/exe").await.status(), 404);
    assert_eq!(world.get("/campaigns/c-2099/csv").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_shown_as_what_it_is_and_to_insiders_only() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    let png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR and so on".to_vec();
    let pieces: [(&[u8], &str, bool); 4] = [
        (b"<script>alert('guest')</script>", "text/plain; charset=utf-8", false),
        (&png, "image/png", false),
        (b"\x89PNG<script>", "application/octet-stream", true),
        (b"half\x00text", "application/octet-stream", true),
    ];
    for (bytes, kind, is_attachment) in pieces {
        let sha256 = world.service.library.blobs().put(bytes).unwrap();
        let path = format!("/evidence/{sha256}");
        assert_eq!(world.get(&path).await.status(), 401);
        let answer = world.ask(&path).bearer_auth(&auditor).send().await.unwrap();
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], kind);
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers.contains_key("content-disposition"), is_attachment);
        assert_eq!(answer.bytes().await.unwrap(), bytes);
    }
    for hostile in ["/evidence/00", "/evidence/..%2f..%2fkey", &format!("/evidence/{:064x}", 7)] {
        let answer = world.ask(hostile).bearer_auth(&auditor).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{hostile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_auditor_is_shown_is_written_down_before_it_is_sent() {
    let world = World::start().await;
    let auditor = world.grant(Role::Auditor).await;
    let written = || world.service.access.look(|it| it.disclosures().len());
    let mut before = written();
    for path in [
        "/campaigns/c-2016",
        "/campaigns/c-2016/bundle",
        "/campaigns/c-2016/report",
        "/api/v1/campaigns/c-2016/matrix",
        "/api/v1/events?limit=3",
        "/tile/entries/000.p/2",
        "/api/v1/log/events/1/proof",
    ] {
        if path.contains("bundle") || path.contains("proof") {
            world.log.checkpoint().unwrap();
        }
        for _ in 0..2 {
            let answer = world.ask(path).bearer_auth(&auditor).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
        }
        assert_eq!(written(), before + 1, "{path} is written down, and once");
        before = written();
        assert_eq!(world.get("/campaigns/c-2016").await.status(), 200);
        assert_eq!(written(), before, "what the public sees is not");
    }
    // As programs get it: the page shows the same, and that is known.
    let page = world.ask("/api/v1/campaigns/c-2016").bearer_auth(&auditor).send().await.unwrap();
    assert_eq!((page.status().as_u16(), written()), (200, before));
    for path in ["/help", "/audit", "/disclosures", "/api/v1/disclosures"] {
        let answer = world.ask(path).bearer_auth(&auditor).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), written()), (200, before), "{path}");
    }
}
