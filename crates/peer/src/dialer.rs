//! Opens connections for WebSocket as this machine does: with the certificates that it trusts, and through the proxy that its
//! environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`). Used for signaling.

use std::io::{Error as IoError, ErrorKind};
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::tunnel::open_tunnel;

/// A WebSocket to a server.
pub type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How a WebSocket is opened; clones share it.
#[derive(Clone)]
pub struct Dialer {
    tls: Arc<ClientConfig>,
    proxies: Arc<Matcher>,
}

impl Dialer {
    /// As this machine and its environment say. An error where its certificates cannot be had.
    pub fn of_this_machine() -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        Ok(Self::new(tls, Matcher::from_env()))
    }

    /// As somebody else says.
    pub fn new(tls: ClientConfig, proxies: Matcher) -> Self {
        Self { tls: Arc::new(tls), proxies: Arc::new(proxies) }
    }

    /// Opens a WebSocket to a `ws:` or `wss:` address. How long that may take is the caller's affair.
    pub async fn open(&self, address: &str, config: WebSocketConfig) -> Result<WebSocket, Error> {
        let request = address.into_client_request()?;
        let tcp = self.reach(request.uri()).await?;
        // What is said is short, and waited for.
        tcp.set_nodelay(true)?;
        let tls = Connector::Rustls(Arc::clone(&self.tls));
        let connecting = client_async_tls_with_config(request, tcp, Some(config), Some(tls));
        Ok(connecting.await?.0)
    }

    async fn reach(&self, uri: &Uri) -> Result<TcpStream, IoError> {
        let secure = uri.scheme_str() == Some("wss");
        let host = uri.host().ok_or(ErrorKind::InvalidInput)?;
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let authority = format!("{host}:{port}");
        // Proxies are chosen by the schemes of HTTP.
        let as_http = format!("{}://{authority}/", if secure { "https" } else { "http" });
        let as_http: Uri = as_http.parse().map_err(|_| ErrorKind::InvalidInput)?;
        match self.proxies.intercept(&as_http) {
            Some(proxy) => open_tunnel(&proxy, &authority).await,
            None => TcpStream::connect(authority).await,
        }
    }
}
