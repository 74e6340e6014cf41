//! The accept loop. axum's own has no limit on how long a client may take over its headers, so
//! this one is hyper's, with one.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use sharesync_service_kit::client_addr::ClientAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a client may take to send a request's headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests under way may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(25);
/// How long to wait after the system refused to accept, as when it is out of descriptors.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// Serves until told to stop, then lets requests under way end.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, from)) => {
                let service = router.clone().map_request(move |mut request: Request<_>| {
                    request.extensions_mut().insert(ClientAddr(from.ip()));
                    request
                });
                let service = TowerToHyperService::new(service);
                let connection = http.serve_connection_with_upgrades(io(stream), service);
                let connection = connections.watch(connection.into_owned());
                tokio::spawn(async move {
                    if let Err(cause) = connection.await {
                        tracing::debug!(%cause, "a connection ended early");
                    }
                });
            }
            Err(cause) => back_off(&cause).await,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

fn io(stream: TcpStream) -> TokioIo<TcpStream> {
    // Small answers must not wait for an acknowledgement of the one before.
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::debug!(%cause, "TCP_NODELAY could not be set");
    }
    TokioIo::new(stream)
}

async fn back_off(cause: &io::Error) {
    // The client gave up between knocking and being let in: nothing to wait for.
    if cause.kind() == io::ErrorKind::ConnectionAborted {
        return;
    }
    tracing::error!(%cause, "cannot accept connections");
    tokio::time::sleep(ACCEPT_BACKOFF).await;
}
