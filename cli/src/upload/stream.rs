//! Sends what is read from standard input, whose length nobody knows: by a form, from beginning to end. It cannot go on
//! after an interruption, for what was read is gone; the server then keeps nothing of it.

use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, TryStreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use sharesync_protocol::api::UploadedFile;
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::Wish;
use crate::api::{Api, read};
use crate::failure::{Failure, Result};
use crate::saved_digest::SavedDigest;

/// Sends all that comes, under a name.
pub async fn send_stream(
    api: &Api,
    input: impl AsyncRead + Send + 'static,
    name: &str,
    wish: &Wish,
) -> Result<UploadedFile> {
    let progress = api.output().progress(name, None);
    let digest = Arc::new(Mutex::new(SavedDigest::new(None)));
    let failed = Arc::new(Mutex::new(None));
    let (taken, broken) = (Arc::clone(&digest), Arc::clone(&failed));
    let mut gone = 0;
    let pieces = ReaderStream::with_capacity(input, 64 * 1024);
    let pieces = pieces.map_ok(move |piece| {
        gone += piece.len() as u64;
        progress.set(gone);
        taken.lock().expect("nothing panics with it").update(&piece);
        piece
    });
    let pieces = pieces.map(move |piece| {
        piece.inspect_err(|error| {
            *broken.lock().expect("nothing panics with it") = Some(error.to_string());
        })
    });
    let part = Part::stream(Body::wrap_stream(pieces)).file_name(name.to_owned());
    let request = api.request(Method::POST, &address(wish));
    let sent = api.send(request.multipart(Form::new().part("file", part))).await;
    if let Some(error) = failed.lock().expect("nothing panics with it").take() {
        return Err(Failure::local("read from standard input", error));
    }
    let file: UploadedFile = read(sent?).await?;
    let digest = std::mem::replace(
        &mut *digest.lock().expect("nothing panics with it"),
        SavedDigest::new(None),
    );
    if digest.is(&file.digest) {
        return Ok(file);
    }
    Err(Failure::damaged(
        "what the server has stored is not what was sent: delete it and send it again",
    ))
}

fn address(wish: &Wish) -> String {
    let mut query = vec![];
    if !wish.to.is_empty() {
        query.push(format!("path={}", utf8_percent_encode(&wish.to, NON_ALPHANUMERIC)));
    }
    if let Some(seconds) = wish.expires_in {
        query.push(format!("expires_in={seconds}"));
    }
    if wish.keep {
        query.push("keep=true".into());
    }
    format!("/api/upload?{}", query.join("&"))
}
