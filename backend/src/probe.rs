//! Asks the server on this machine whether it is ready: for whatever watches over a container in which there is no other
//! program to ask with. Called by `sharesync-server health`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the server that listens there. An error says what it is not ready for, or that it does not answer.
pub async fn ask(listen: SocketAddr) -> anyhow::Result<()> {
    let url = format!("http://{}/api/health/ready", reachable(listen));
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let answer = client.get(url).send().await.context("the server does not answer")?;
    let status = answer.status();
    if !status.is_success() {
        bail!("{status}: {}", answer.text().await.unwrap_or_default());
    }
    Ok(())
}

/// Where a server is reached that listens on all addresses, among others.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
