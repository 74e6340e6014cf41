//! `sharesync-signaling`: the signaling service in a process of its own, for installations that run
//! it apart from the server. Arguments, logging, signals; everything else is in the library.

mod settings;

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use clap::Parser;
use sharesync_service_kit::client_addr::ClientAddr;
use sharesync_service_kit::telemetry;
use sharesync_signaling::Signaling;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use settings::Settings;

/// Helps people's browsers find each other, apart from the server that serves their pages.
#[derive(Parser)]
#[command(version, about, after_help = AFTER_HELP)]
struct Arguments {}

const AFTER_HELP: &str = "\
Environment, all of it optional:
  PORT                  where to listen (5002)
  HOST                  on which address (0.0.0.0: all of them)
  SIGNALING_TICKET_KEY  32 bytes or more, shared with the server that gives out tickets;
                        without it whoever comes is let in
  PUBLIC_URL            where the pages are, such as https://files.example.com
  ALLOWED_ORIGINS       further sites whose pages may connect, separated by commas
  SOCKETS_PER_CLIENT    connections that one client address may have open (64)
  STUN_URLS             STUN servers for transfers across networks, separated by commas
  RUST_LOG              what to log (info)
  LOG_FORMAT            text or json (text)";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Arguments::parse();
    let Settings { listen, config, log_json } = Settings::read(&|name| std::env::var(name).ok())?;
    telemetry::init(log_json);
    let is_open = config.ticket_key.is_none();
    let signaling = Signaling::new(config);
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("PORT: cannot listen on {listen}"))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    drop(out);
    if is_open {
        tracing::warn!("SIGNALING_TICKET_KEY is not set: whoever comes is let in");
    }
    serve(listener, signaling).await
}

/// Serves until told to stop.
async fn serve(listener: TcpListener, signaling: Signaling) -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let router = signaling.mount(Router::new().route("/health", get(async || "ok")));
    let router = router.layer(from_fn(believe_the_connection));
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        signaling.close().await;
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await.context("cannot serve")
}

/// A client's address is the connection's: no header is believed.
async fn believe_the_connection(
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ClientAddr(from.ip()));
    next.run(request).await
}
