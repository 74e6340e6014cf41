//! Who is refused before there is a socket: other sites' pages, and networks with too many; which
//! namespaces there are, and the closing of it all.

use reqwest::StatusCode;
use sharesync_service_kit::origin::AllowedOrigins;
use sharesync_signaling::SignalingConfig;
use tokio::time::timeout;

use crate::node::FROM;
use crate::polling::PollingClient;
use crate::server::Server;
use crate::socket::{Client, PATIENCE, Packet};

async fn open_by_polling(server: &Server, headers: &[(&str, &str)]) -> StatusCode {
    let url = format!("http://{}/socket.io/?EIO=4&transport=polling", server.address);
    let mut request = reqwest::Client::new().get(url);
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status()
}

/// What both transports answer to a handshake with these headers.
async fn statuses(server: &Server, headers: &[(&str, &str)]) -> [u16; 2] {
    let by_websocket = Client::try_connect(server.address, headers).await;
    let by_polling = open_by_polling(server, headers).await;
    [by_websocket.err().unwrap_or(200), by_polling.as_u16()]
}

#[tokio::test]
async fn another_sites_page_gets_no_socket() {
    let server = Server::start().await;
    let port = server.address.port();
    for origin in [
        "https://evil.example",
        &format!("http://evil.example:{port}"),
        &format!("http://127.0.0.1.evil.example:{port}"),
        "http://127.0.0.1",
        "null",
        "",
        "\u{80}",
    ] {
        assert_eq!(statuses(&server, &[("origin", origin)]).await, [403, 403], "{origin}");
    }
    let own = format!("http://{}", server.address);
    let two = [("origin", own.as_str()), ("origin", "https://evil.example")];
    assert_eq!(statuses(&server, &two).await, [403, 403]);
    assert_eq!(server.signaling.sockets_open(), 0);
}

#[tokio::test]
async fn the_servers_own_page_and_programs_get_one() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    assert_eq!(statuses(&server, &[("origin", &own)]).await, [200, 200]);
    assert_eq!(statuses(&server, &[]).await, [200, 200]);
    Client::connect(server.address, &[("origin", &own)]).await;
}

#[tokio::test]
async fn a_configured_sites_page_gets_one() {
    let origins = AllowedOrigins::new(["https://files.example.com".to_owned()]);
    let server = Server::with(SignalingConfig { origins, ..SignalingConfig::default() }).await;
    let configured = [("origin", "https://files.example.com")];
    assert_eq!(statuses(&server, &configured).await, [200, 200]);
    let other = [("origin", "https://files.example.org")];
    assert_eq!(statuses(&server, &other).await, [403, 403]);

    let url = format!("http://{}/socket.io/?EIO=4&transport=polling", server.address);
    for (origin, readable) in [(configured[0].1, true), (other[0].1, false)] {
        let request = reqwest::Client::new().get(&url).header("origin", origin);
        let response = request.send().await.unwrap();
        let reader = response.headers().get("access-control-allow-origin");
        assert_eq!(reader.map(|reader| reader.to_str().unwrap()), readable.then_some(origin));
    }
}

#[tokio::test]
async fn another_sites_page_cannot_go_on_with_a_socket_either() {
    let server = Server::start().await;
    let client = PollingClient::connect(server.address).await;
    let stolen = client.url().to_owned();
    let request = reqwest::Client::new().post(stolen).header("origin", "https://evil.example");
    let response = request.body("42/p2p,[\"create\",{}]").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(server.signaling.rooms_open().await, 0);
}

#[tokio::test]
async fn only_the_sockets_have_a_door() {
    let server = Server::start().await;
    for path in ["/", "/socket.iox", "/api/health"] {
        let request = reqwest::Client::new().get(format!("http://{}{path}", server.address));
        let response = request.header("origin", "https://evil.example").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/socket.io", "/socket.io/", "/socket.io/x"] {
        let request = reqwest::Client::new().get(format!("http://{}{path}", server.address));
        let response = request.header("origin", "https://evil.example").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_network_has_so_many_sockets_and_gets_their_places_back() {
    let server =
        Server::with(SignalingConfig { sockets_per_client: 2, ..SignalingConfig::default() }).await;
    let from = |address| [(FROM, address)];
    let mut outside = Client::connect_outside(server.address, &from("2001:db8::1")).await;
    let inside = server.client_from("2001:db8::2").await;
    assert_eq!(statuses(&server, &from("2001:db8::3")).await, [429, 429]);
    assert_eq!(statuses(&server, &from("2001:db8:0:1::1")).await, [200, 200]);

    inside.close().await;
    // The place is free once the server has seen the socket go; until then it refuses.
    let place_back = async {
        while let Err(status) = Client::try_connect(server.address, &from("2001:db8::3")).await {
            assert_eq!(status, 429);
        }
    };
    timeout(PATIENCE, place_back).await.expect("the place comes back");
    outside.send("40/p2p,").await;
    assert!(outside.receive().await.is_some());
}

#[tokio::test]
async fn a_socket_that_polls_has_one_place_however_often_it_asks() {
    let server =
        Server::with(SignalingConfig { sockets_per_client: 1, ..SignalingConfig::default() }).await;
    let client = PollingClient::connect(server.address).await;
    assert_eq!(statuses(&server, &[]).await, [429, 429]);
    assert_eq!(client.send("42/p2p,1[\"leave\",{}]").await, StatusCode::OK);
    assert!(client.read().await[0].starts_with("43/p2p,1"));

    // It says goodbye.
    assert_eq!(client.send("1").await, StatusCode::OK);
    let place_back = async { while open_by_polling(&server, &[]).await != StatusCode::OK {} };
    timeout(PATIENCE, place_back).await.expect("the place comes back");
}

#[tokio::test]
async fn only_the_namespace_of_rooms_is_there() {
    let server = Server::start().await;
    for namespace in ["", "/admin,"] {
        let mut client = Client::connect_outside(server.address, &[]).await;
        client.send(&format!("40{namespace}")).await;
        let Some(Packet::Opening(answer)) = client.receive().await else {
            panic!("a connect packet is answered");
        };
        assert!(answer.starts_with("44"), "{answer}");
    }
}

#[tokio::test]
async fn closing_closes_every_socket() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, _) = server.guest(&mut host, &created["room"]).await;
    assert_eq!(server.signaling.sockets_open(), 2);
    server.signaling.close().await;
    assert!(host.is_closed().await);
    assert!(guest.is_closed().await);
}
