//! `sharesync-signaling`: the signaling service in a process of its own, for installations that run
//! it apart from the server. Arguments, logging, signals; everything else is in the library.

mod settings;

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use clap::Parser;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::proxies::TrustedProxies;
use sharesync_service_kit::secret::{RootSecret, random_bytes};
use sharesync_service_kit::telemetry;
use sharesync_service_kit::ticket::TicketKey;
use sharesync_signaling::service::{Service, Surroundings};
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
  REDIS_URL             where rooms are shared with other such services, such as
                        redis://127.0.0.1:6379; without it they are in memory
  REDIS_CA_FILE         certificates (PEM) of the authorities that a rediss:// is believed by
                        (those of this machine)
  RELAY_URL             where this service's own relays are reached, among several, such as
                        wss://one.signaling.example.com/relay; without it there are none
  TRUSTED_PROXIES       addresses and networks whose X-Forwarded-For is believed, separated by commas
  NEARBY                off: tell no device of others behind the same address (on)
  SOCKETS_PER_CLIENT    connections that one client address may have open (64)
  RATE_LIMIT_ROOM_JOIN  how often one network may make and enter rooms: 60/min (the default),
                        5/h …, or off
  STUN_URLS             STUN servers for transfers across networks, separated by commas
  TURN                  on, or off: whether transfers without a direct path are carried over UDP (on)
  TURN_PORT             the UDP port for that (3478)
  STUN_SECOND_PORT      a second UDP port, by which pages find out how their network maps addresses;
                        off: none (the one above TURN_PORT)
  TURN_PUBLIC_IP        this machine's address as seen from outside
  TURN_ALLOW_PRIVATE    true: also to addresses of private networks (false)
  TURN_URLS             another server to do it, with TURN_SECRET: coturn's static-auth-secret
  RUST_LOG              what to log (info)
  LOG_FORMAT            text or json (text)

SIGNALING_TICKET_KEY, REDIS_URL and TURN_SECRET may be in files, which NAME_FILE names in place of NAME.";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Arguments::parse();
    let settings = Settings::read(&|name| std::env::var(name).ok())?;
    telemetry::init(settings.log_json);
    let ticket_key = settings.secret.as_ref().map(TicketKey::of);
    if ticket_key.is_none() {
        tracing::warn!("SIGNALING_TICKET_KEY is not set: whoever comes is let in");
    }
    // TURN's credentials are good with every node that has the secret; without one, with this alone.
    let own = || RootSecret::new(random_bytes::<32>().into()).expect("32 bytes are enough");
    let secret = settings.secret.unwrap_or_else(own);
    let service = Service::start(
        settings.service,
        Surroundings {
            origins: settings.origins,
            ticket_key,
            host: settings.listen.ip(),
            secret: &secret,
            // There is no database here: what members report is dropped.
            counts: None,
            clock: Clock::System,
        },
    );
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("PORT: cannot listen on {}", settings.listen))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    drop(out);
    serve(listener, settings.trusted_proxies, service).await
}

/// Serves until told to stop.
async fn serve(
    listener: TcpListener,
    proxies: TrustedProxies,
    service: Service,
) -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let health = Router::new()
        .route("/health", get(async || "ok"))
        .route("/health/ready", get(is_ready))
        .with_state(service.clone());
    let router = service.mount(health).layer(from_fn_with_state(proxies, tell_the_client));
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        service.close().await;
    };
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router).with_graceful_shutdown(stop).await.context("cannot serve")
}

async fn is_ready(State(service): State<Service>) -> (StatusCode, &'static str) {
    if service.is_ready() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "Redis cannot be reached")
    }
}

/// A client's address is the connection's, or what a trusted proxy says.
async fn tell_the_client(
    State(proxies): State<TrustedProxies>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = proxies.client(from.ip(), request.headers_mut());
    request.extensions_mut().insert(client);
    next.run(request).await
}
