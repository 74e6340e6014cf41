//! The accept loop. axum's own has no limit on how long a client may take over its headers, so
//! this one is hyper's, with one. HTTP/1.1 only: hyper-util's connections, which tell versions
//! apart, wait for a first byte without a limit, and serve HTTP/2 to whoever begins with it.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sharesync_service_kit::proxies::TrustedProxies;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::framing::Wire;

/// How long a client may take to send a request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests under way may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(25);
/// How long to wait after the system refused to accept, as when it is out of descriptors.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Serves until told to stop, then lets requests under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    stop: CancellationToken,
) {
    let proxies = Arc::new(proxies);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, from)) => {
                let client = Client { from: from.ip(), proxies: Arc::clone(&proxies) };
                connections.spawn(serve_connection(stream, client, router.clone(), stop.clone()));
            }
            Err(cause) => back_off(&cause).await,
        }
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN, connections.wait()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

/// Where a connection comes from, and whom to believe about it.
struct Client {
    from: IpAddr,
    proxies: Arc<TrustedProxies>,
}

impl Client {
    /// Tells a request's handlers whose it is.
    fn enter<B>(&self, request: &mut Request<B>) {
        let address = self.proxies.client(self.from, request.headers_mut());
        request.extensions_mut().insert(address);
    }
}

/// Answers the requests of one connection; once told to stop, none after the one under way.
async fn serve_connection(
    stream: TcpStream,
    client: Client,
    router: Router,
    stop: CancellationToken,
) {
    // Small answers must not wait for an acknowledgement of the one before.
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::debug!(%cause, "TCP_NODELAY could not be set");
    }
    let wire = Wire::default();
    let mut http = http1::Builder::new();
    http.timer(wire.timer()).header_read_timeout(HEADER_TIMEOUT);
    let io = TokioIo::new(wire.tap(stream));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let checked = wire.check(&request);
        client.enter(&mut request);
        let router = router.clone();
        async move {
            match checked {
                Ok(()) => router.oneshot(request).await,
                Err(refused) => Ok(([(header::CONNECTION, "close")], refused).into_response()),
            }
        }
    });
    let mut connection = pin!(http.serve_connection(io, service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a connection ended early");
    }
}

async fn back_off(cause: &io::Error) {
    // The client gave up between knocking and being let in: nothing to wait for.
    if cause.kind() == io::ErrorKind::ConnectionAborted {
        return;
    }
    tracing::error!(%cause, "cannot accept connections");
    tokio::time::sleep(ACCEPT_BACKOFF).await;
}
