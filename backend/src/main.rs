//! `sharesync-server`: arguments, logging, signals; everything else is in the library.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use sharesync_server::config::{self, Config};
use sharesync_server::doctor::{self, Instructions};
use sharesync_server::{Server, probe};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::telemetry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Moves files between people: directly while both are there, by a link when they are not.
#[derive(Parser)]
#[command(version, about, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (what happens without a command, too)
    Serve,
    /// Look whether what is counted and what is stored agree, while no server runs; ends with 1 where they do not
    Doctor {
        /// Mend what can be mended: count quotas anew, remove bytes that nobody has
        #[arg(long)]
        mend: bool,
        /// Read every file, and compare it with its SHA-256
        #[arg(long)]
        read: bool,
    },
    /// Ask the server that runs here whether it is ready; ends with 1 where it is not
    Health,
    /// Print the API's OpenAPI 3.1 document
    Openapi,
}

const AFTER_HELP: &str = "\
Environment, all of it optional:
  PORT                 where to listen (5001)
  HOST                 on which address (0.0.0.0: all of them)
  PUBLIC_URL           how people reach the server, such as https://files.example.com
  SHARESYNC_DATA_DIR   where everything is kept (./data)
  DATABASE_URL         the database, sqlite:PATH or postgres://… (sqlite:<data folder>/sharesync.db)
  S3_ENDPOINT          an S3 service, such as https://s3.example.com: what is stored goes to a bucket there,
                       and not to the data folder; MINIO_ENDPOINT does as well; without either, but with
                       S3_BUCKET_NAME, it is Amazon's
  S3_PUBLIC_ENDPOINT   where browsers reach it, if that is elsewhere (S3_ENDPOINT)
  S3_REGION            its region (us-east-1)
  S3_BUCKET_NAME       the bucket, which is made where it is missing (sharesync)
  S3_ACCESS_KEY        with S3_SECRET_KEY: the key to it
  S3_PATH_STYLE        true: the bucket's name begins the path; false: the host (true with S3_ENDPOINT)
  SECRET_KEY           32 bytes or more to derive keys from (made at the first start)
  SECRET_KEY_PREVIOUS  what that was before: those who are signed in stay so when it changes
  ENCRYPTION_KEY       32 bytes or more: what is stored is encrypted under it
  ENCRYPTION_KEY_PREVIOUS
                       what that was before: what was stored under it is still read
  ADMIN_EMAIL          with ADMIN_PASSWORD: makes the first administrator
  REGISTRATION         who may make an account: open, invited, domains, or closed (open)
  REGISTRATION_DOMAINS domains of their e-mail addresses, separated by commas
  DEFAULT_ROLE         what a new account is for: standard, or client (standard)
  GOOGLE_CLIENT_ID     with GOOGLE_CLIENT_SECRET: people may sign in with Google
  OIDC_<NAME>_ISSUER   with OIDC_<NAME>_CLIENT_ID and OIDC_<NAME>_CLIENT_SECRET: or with any other OpenID
                       provider, which people are shown by OIDC_<NAME>_LABEL; both come back to
                       PUBLIC_URL/api/auth/<name>/callback (google, or <NAME> in lower case)
  CLAMD_ADDRESS        the ClamAV that looks at what is uploaded, as host:port or unix:/path; without it
                       files are marked as not scanned
  SMTP_URL             where mail is sent, such as smtps://user:password@mail.example.com; without it
                       mail lies in <data folder>/mail
  MAIL_FROM            whom mail is from (ShareSync <no-reply@host of PUBLIC_URL>)
  REQUIRE_EMAIL_VERIFICATION
                       whether addresses are to be proven before anybody can sign in (true with SMTP_URL)
  MAX_CONTENT_LENGTH   largest upload in bytes (524288000: 500 MiB); for one role MAX_CONTENT_LENGTH_CLIENT,
                       _STANDARD, _OPS, _ADMIN
  ALLOWED_TYPES        media types that are taken, separated by commas, such as image/*,application/pdf (all)
  REFUSED_TYPES        media types that are not (none)
  MAX_IMAGE_PIXELS     pixels of a picture (250000000)
  MAX_ARCHIVE_EXPANSION
                       bytes that a ZIP may unpack to (107374182400: 100 GiB)
  USER_QUOTA           what a new account may store, in bytes (1073741824: 1 GiB)
  FILE_EXPIRY_DAYS     how long stored files are kept, unless somebody says otherwise (7)
  KEEP_ROLES           roles whose files may be kept without expiry, or expire later than that, up to a year,
                       separated by commas; none: nobody's (admin,ops,standard)
  EXPIRY_WARNING_DAYS  how many days before a file expires its owner is warned by mail; 0: not at all (2)
  TRASH_DAYS           how long what was deleted, or has expired, can be taken back (7)
  STUN_URLS            STUN servers for transfers across networks, separated by commas
  TURN                 on, or off: whether transfers without a direct path are carried over UDP (on)
  TURN_PORT            the UDP port for that (3478)
  STUN_SECOND_PORT     a second UDP port, by which pages find out how their network maps addresses;
                       off: none (the one above TURN_PORT)
  TURN_PUBLIC_IP       the server's address as seen from outside, where PUBLIC_URL has a name
  TURN_ALLOW_PRIVATE   true: also to addresses of private networks (false)
  TURN_URLS            another server to do it, with TURN_SECRET: coturn's static-auth-secret
  NEARBY               off: tell no device of others behind the same address (on)
  TRUSTED_PROXIES      addresses and networks of proxies in front of the server, separated by commas:
                       their X-Forwarded-For is believed
  SOCKETS_PER_CLIENT   sockets (signaling, live updates) that one client address may have open (64)
  REDIS_URL            where nodes share signaling's rooms and these limits; without it they are in memory
  REDIS_CA_FILE        certificates (PEM) of the authorities that a rediss:// is believed by (those of
                       this machine)
  RELAY_URL            where this node's own relay is reached, among several
  RELAY_ORIGINS        the others' relays, to which pages may connect, separated by commas
  SIGNALING_URL        where signaling is reached, if it runs apart (sharesync-signaling)
  SIGNALING_TICKET_KEY 32 bytes or more, shared with it: signs the tickets that let people in
  RATE_LIMIT_SIGN_IN   how often one network may try a password: 60/min (the default), 5/h …, or off
  RATE_LIMIT_SECOND_FACTOR
                       how often codes may be tried for one account (20/h)
  RATE_LIMIT_SIGN_UP   how often it may register (60/min)
  RATE_LIMIT_RESET     how often it may have mail sent, or try what was mailed (30/min)
  RATE_LIMIT_SHARE_PASSWORD
                       how often it may try to open a share link (30/min)
  RATE_LIMIT_DEVICE_LOGIN
                       how often its computers may ask to be let in by a browser (30/min)
  RATE_LIMIT_DEVICE_POLL
                       how often they may ask whether they are (600/min)
  RATE_LIMIT_DEVICE_CODE
                       how often one account, and one network, may try their codes (120/h)
  RATE_LIMIT_UPLOAD    how often one account may upload (240/min)
  RATE_LIMIT_DOWNLOAD  how often one account, or network, may fetch (600/min)
  RATE_LIMIT_ROOM_JOIN how often one network may make and enter rooms (60/min)
  RUST_LOG             what to log (info)
  LOG_FORMAT           text or json (text)

Whatever is secret may be in a file, which NAME_FILE names in place of NAME: DATABASE_URL, REDIS_URL, SMTP_URL,
SECRET_KEY, ENCRYPTION_KEY, …_PREVIOUS, S3_ACCESS_KEY, S3_SECRET_KEY, ADMIN_PASSWORD, TURN_SECRET,
SIGNALING_TICKET_KEY, and …_CLIENT_SECRET of providers.";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => Box::pin(serve()).await?,
        Command::Doctor { mend, read } => return examine(Instructions { mend, read }).await,
        Command::Health => probe::ask(config::listen_from_env()?).await?,
        Command::Openapi => say(&sharesync_server::openapi().to_pretty_json()?)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn examine(instructions: Instructions) -> anyhow::Result<ExitCode> {
    let config = Config::from_env()?;
    telemetry::init(config.log_json);
    let is_well = doctor::examine(&config, instructions, |finding, is_mended| {
        say(&format!("{finding}{}", if is_mended { ": mended" } else { "" }))
    });
    if is_well.await? {
        say("Nothing is wrong.")?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

async fn serve() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    telemetry::init(config.log_json);
    let listen = config.listen;
    let server = Server::new(config, Clock::System).await?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("PORT: cannot listen on {listen}"))?;
    say(&format!("Listening on http://{}", reachable(listener.local_addr()?)))?;
    let stop = CancellationToken::new();
    stop_on_signal(&stop)?;
    server.serve(listener, stop).await
}

/// The address to type into a browser on this machine.
fn reachable(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("localhost:{}", address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("localhost:{}", address.port()),
        _ => address.to_string(),
    }
}

fn stop_on_signal(stop: &CancellationToken) -> anyhow::Result<()> {
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
        tracing::info!("stopping: letting requests under way end");
    });
    Ok(())
}

/// Prints a line that somebody, or some program, waits for.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
