//! The way to the service: by TLS, through a proxy, and to where the server says that it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper_util::client::proxy::matcher::Matcher;
use rcgen::generate_simple_self_signed;
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use sharesync_peer::{Dialer, SignalingClient, SignalingError, SignalingPlace};
use sharesync_protocol::api::SignalingAccess;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::TicketKey;
use sharesync_signaling::SignalingConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::member::PATIENCE;
use crate::node::{Node, dialer, place_at, tls};

fn without_tickets(server: &str, dialer: Dialer) -> SignalingPlace {
    SignalingPlace::new(server.parse().unwrap(), dialer, async || Some(SignalingAccess::default()))
}

async fn connects(place: &SignalingPlace) -> Result<(), SignalingError> {
    SignalingClient::connect(place).await.map(|_| ())
}

#[tokio::test]
async fn a_server_is_reached_by_tls_if_its_certificate_is_trusted() {
    let node = Node::start().await;
    let certified = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = node.address;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut onward = TcpStream::connect(server).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut onward).await });
        }
    });

    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let trusting = Dialer::new(tls(roots), Matcher::builder().build());
    let address = format!("https://localhost:{port}");
    connects(&without_tickets(&address, trusting)).await.unwrap();
    assert!(connects(&without_tickets(&address, dialer())).await.is_err());
    assert!(Dialer::of_this_machine().is_ok());
}

/// A proxy that answers with `status` and tells what it was asked.
async fn proxy(status: &'static str) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, asked) = mpsc::channel(8);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut request).await.unwrap();
            }
            let request = String::from_utf8(request).unwrap();
            let target = request.split(' ').nth(1).unwrap().to_owned();
            tell.send(request).await.unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nVia: 1.1 test\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
            if status.starts_with('2') {
                let mut onward = TcpStream::connect(target).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut stream, &mut onward).await });
            }
        }
    });
    (address, asked)
}

fn through(matcher: Matcher) -> Dialer {
    Dialer::new(tls(RootCertStore::empty()), matcher)
}

#[tokio::test]
async fn a_server_is_reached_through_the_proxy_that_is_named() {
    let node = Node::start().await;
    let (proxy, mut asked) = proxy("200 OK").await;
    let named = format!("http://user:secret@{proxy}");
    let server = format!("http://{}", node.address);
    let matcher = Matcher::builder().http(named.as_str()).build();
    connects(&without_tickets(&server, through(matcher))).await.unwrap();
    let request = timeout(PATIENCE, asked.recv()).await.expect("it is asked").unwrap();
    assert!(request.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", node.address)), "{request}");
    assert!(request.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n"), "{request}");

    let matcher = Matcher::builder().all(named.as_str()).no("127.0.0.1").build();
    connects(&without_tickets(&server, through(matcher))).await.unwrap();
    assert!(asked.try_recv().is_err(), "nobody asks it where it is not to be used");
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_of_another_kind_is_told() {
    let node = Node::start().await;
    let server = format!("http://{}", node.address);
    let (proxy, _asked) = proxy("407 Proxy Authentication Required").await;
    for (named, expected) in
        [(format!("http://{proxy}"), "407"), (format!("socks5://{proxy}"), "only proxies")]
    {
        let matcher = Matcher::builder().all(named.as_str()).build();
        let error = connects(&without_tickets(&server, through(matcher))).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_service_that_runs_apart_is_found_and_shown_a_fresh_ticket_each_time() {
    let key = TicketKey::of(&RootSecret::new(vec![1; 32]).unwrap());
    let config = SignalingConfig { ticket_key: Some(key.clone()), ..SignalingConfig::default() };
    let node = Node::with(config).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, url) = (Arc::clone(&asked), format!("http://{}", node.address));
    let server = "http://server.invalid".parse().unwrap();
    let place = SignalingPlace::new(server, dialer(), move || {
        // The first is over by the time it is shown.
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        let ticket = if first { "over".to_owned() } else { key.mint(&Clock::System) };
        let (url, ticket) = (Some(url.clone()), Some(ticket));
        async move { Some(SignalingAccess { url, ticket, expires_in: None }) }
    });
    connects(&place).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    connects(&place).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert!(connects(&place_at(node.address)).await.is_err(), "without one nobody is let in");
}

#[tokio::test]
async fn whoever_came_by_tls_is_not_led_away_from_it() {
    let node = Node::start().await;
    let url = format!("http://{}", node.address);
    let place =
        SignalingPlace::new("https://server.invalid".parse().unwrap(), dialer(), move || {
            let access = SignalingAccess { url: Some(url.clone()), ..SignalingAccess::default() };
            async move { Some(access) }
        });
    let error = connects(&place).await.unwrap_err();
    assert!(error.to_string().contains("without encryption"), "{error}");
    let nobody =
        SignalingPlace::new("http://server.invalid".parse().unwrap(), dialer(), async || None);
    assert!(matches!(connects(&nobody).await, Err(SignalingError::Unreachable(_))));
}
