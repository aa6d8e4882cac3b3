//! One call to the service that runs over the store.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use secrecy::ExposeSecret as _;
use service::access::RunningService;
use service::problem::Problem;

use crate::exit::Exit;

/// How long a call may take.
const LONGEST_CALL: Duration = Duration::from_secs(30);
/// Largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 16 << 20;

/// What the service answers.
pub(in crate::commands) fn call(
    service: &RunningService,
    method: &str,
    path: &str,
    body: Option<serde_json::Value>,
) -> Result<String, Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start").map_err(Exit::Lab)?;
    let method = Method::from_bytes(method.as_bytes()).map_err(Exit::lab)?;
    let url = format!("{}{path}", service.url);
    let told = runtime.block_on(async {
        let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(LONGEST_CALL);
        let request = client.build()?.request(method, url);
        let request = request.bearer_auth(service.token.expose_secret());
        let request = match body {
            Some(body) => {
                let json = ("content-type", "application/json");
                request.header(json.0, json.1).body(body.to_string())
            }
            None => request,
        };
        let answer = request.send().await?;
        let is_good = answer.status().is_success();
        Ok::<_, anyhow::Error>((is_good, text(answer).await?))
    });
    let pid = service.pid;
    let cannot = || format!("the store is owned by process {pid}, and its service does not answer");
    match told.with_context(cannot).map_err(Exit::Lab)? {
        (true, text) => Ok(text),
        (false, text) => Err(refused(&text)),
    }
}

async fn text(mut answer: Response) -> Result<String, anyhow::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        anyhow::ensure!(body.len() + chunk.len() <= LARGEST_ANSWER, "its answer is too long");
        body.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8(body)?)
}

/// A refusal in the words of the service.
fn refused(text: &str) -> Exit {
    match serde_json::from_str::<Problem>(text) {
        Ok(problem) if problem.status >= 500 => Exit::lab(problem.detail),
        Ok(problem) => Exit::usage(problem.detail),
        Err(_) => Exit::lab("the service refused without saying why"),
    }
}
