//! `sharesync-test-bucket`: the S3 server of tests as a program, for browser tests and benchmarks.
//!
//! From the environment: `S3_ACCESS_KEY`, `S3_SECRET_KEY`, `S3_BUCKET_NAME`, `S3_FOLDER`, where objects lie, and `PORT`
//! (0, any, without it). Standard output says `Listening on http://…`; it ends with SIGTERM or SIGINT. SIGUSR1 makes it refuse
//! connections, SIGUSR2 accept them again, with all that it had.

use std::env;
use std::io::Write;

use anyhow::Context;
use sharesync_test_bucket::{BucketServer, Opening};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port =
        env::var("PORT").ok().map_or(Ok(0), |port| port.parse()).context("PORT is no port")?;
    let opening = Opening {
        access_key: setting("S3_ACCESS_KEY")?,
        secret_key: setting("S3_SECRET_KEY")?,
        bucket: setting("S3_BUCKET_NAME")?,
        folder: setting("S3_FOLDER")?.into(),
        port,
    };
    let (mut terminated, mut interrupted) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (mut pausing, mut resuming) =
        (signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?);
    let server = BucketServer::open(opening).await?;
    writeln!(std::io::stdout(), "Listening on {}", server.endpoint())?;
    loop {
        tokio::select! {
            _ = terminated.recv() => break,
            _ = interrupted.recv() => break,
            _ = pausing.recv() => server.pause().await,
            _ = resuming.recv() => server.resume().await?,
        }
    }
    server.pause().await;
    Ok(())
}

fn setting(name: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("{name} is missing"))
}
