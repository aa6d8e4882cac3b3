//! Evidence in an S3-compatible store, reached by a runtime of its own.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::prefix::PrefixStore;
use tokio::runtime::{Builder, Runtime};

use super::Blobs;
use super::waiting::Waiting;
use crate::StoreError;

impl Blobs {
    /// The evidence at `s3://bucket/prefix`.
    ///
    /// Settings are named as in the AWS command line's environment, in either case:
    /// `aws_access_key_id`, `aws_secret_access_key`, `aws_region`, `aws_endpoint` and so on.
    /// A plain `http:` endpoint needs `aws_allow_http` = `true`. Nothing is read from the
    /// environment here. The bucket must be there, and it must be allowed to list it: S3 hides from
    /// others what is missing.
    ///
    /// # Errors
    /// [`StoreError::BlobPlace`] when the address or a setting is not understood, [`StoreError::Io`]
    /// when the bucket cannot be listed.
    pub fn at_url<'a>(
        url: &str,
        settings: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, StoreError> {
        let wrong = |why: String| StoreError::BlobPlace { url: url.to_owned(), why };
        let address = url.strip_prefix("s3://").unwrap_or_default().trim_end_matches('/');
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        if bucket.is_empty() {
            return Err(wrong("write it as s3://bucket/prefix".to_owned()));
        }
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket);
        for (key, value) in settings {
            let key = key.to_ascii_lowercase();
            let key: AmazonS3ConfigKey =
                key.parse().map_err(|_| wrong(format!("there is no setting {key}")))?;
            builder = builder.with_config(key, value);
        }
        let bucket = builder.build().map_err(|error| wrong(error.to_string()))?;
        let own = Own::start().map_err(|error| wrong(error.to_string()))?;
        let blobs = Self {
            objects: Arc::new(PrefixStore::new(bucket, prefix)),
            waiting: Waiting::Apart(own),
            root: PathBuf::from(url),
            folder: None,
            doubtful: AtomicBool::new(false),
        };
        // Otherwise a wrong bucket would look like one where everything is missing.
        blobs.list(None).map(|_| blobs)
    }
}

/// A runtime that callers wait for from outside, so that it does not matter where they stand.
#[derive(Debug)]
pub(super) struct Own(Option<Runtime>);

impl Own {
    fn start() -> io::Result<Self> {
        let mut runtime = Builder::new_multi_thread();
        runtime.worker_threads(1).thread_name("evidence").enable_all().build().map(Some).map(Self)
    }

    pub(super) fn wait<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<T> {
        let gone = || io::Error::other("the thread of the evidence store has ended");
        let (tell, told) = mpsc::channel();
        let runtime = self.0.as_ref().ok_or_else(gone)?;
        runtime.spawn(async move { tell.send(call.await) });
        told.recv().map_err(|_| gone())
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // A runtime that is dropped within another one panics; in the background it may.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
