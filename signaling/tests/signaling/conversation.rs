//! What `docs/PROTOCOL.md` says of signaling, told by well-behaved clients.

use serde_json::json;
use sharesync_protocol::signaling::IceServer;
use sharesync_signaling::SignalingConfig;

use crate::polling::PollingClient;
use crate::server::Server;

#[tokio::test]
async fn a_room_is_made_and_entered() {
    let ice_server =
        IceServer { urls: vec!["stun:stun.example.org".into()], username: None, credential: None };
    let server = Server::with(SignalingConfig {
        ice_servers: vec![ice_server],
        ..SignalingConfig::default()
    })
    .await;

    let (mut host, created) = server.host().await;
    assert_eq!(created["room"].as_str().unwrap().len(), 22);
    assert_eq!(created["peers"], json!([]));
    assert_eq!(created["ice_servers"], json!([{ "urls": ["stun:stun.example.org"] }]));

    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    assert_eq!(joined["room"], created["room"]);
    assert_eq!(joined["peers"], json!([created["self"]]));
    assert_ne!(joined["self"], created["self"]);
    assert_eq!(joined["ice_servers"], created["ice_servers"]);
    let asked = guest.ok("ice-servers", json!({})).await;
    assert_eq!(asked, json!({ "ice_servers": created["ice_servers"] }));

    let (_, third) = server.guest(&mut host, &created["room"]).await;
    assert_eq!(third["peers"], json!([created["self"], joined["self"]]));
    guest.event("peer-joined").await;
}

#[tokio::test]
async fn offers_answers_and_candidates_reach_the_named_member_only() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let (mut third, third_joined) = server.guest(&mut host, &created["room"]).await;
    guest.event("peer-joined").await;

    for event in ["offer", "answer", "ice-candidate"] {
        let message = json!({ "to": joined["self"]["id"], "sdp": "v=0\r\n", "candidate": { "sdpMid": null, "ü": [1, 2.5] } });
        assert_eq!(host.ok(event, message).await, json!({}));
        let relayed = guest.event(event).await;
        assert_eq!(
            relayed,
            json!({ "from": created["self"]["id"], "sdp": "v=0\r\n", "candidate": { "sdpMid": null, "ü": [1, 2.5] } })
        );
    }
    // Whatever had gone to the third by mistake would come before this.
    host.ok("offer", json!({ "to": third_joined["self"]["id"], "sdp": "for you" })).await;
    assert_eq!(third.event("offer").await["sdp"], "for you");
}

#[tokio::test]
async fn messages_keep_their_order() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    for number in 0..50 {
        let message = json!(["ice-candidate", { "to": joined["self"]["id"], "number": number }]);
        host.send_event(&message.to_string()).await;
    }
    for number in 0..50 {
        assert_eq!(guest.event("ice-candidate").await["number"], number);
    }
}

#[tokio::test]
async fn the_sender_cannot_say_who_it_is() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let message = json!({ "to": created["self"]["id"], "from": created["self"]["id"], "sdp": "x" });
    guest.ok("offer", message).await;
    let relayed = host.event("offer").await;
    assert_eq!(relayed, json!({ "from": joined["self"]["id"], "sdp": "x" }));
}

#[tokio::test]
async fn nothing_leaves_a_room() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let (mut stranger, _) = server.host().await;
    let mut outsider = server.client().await;

    let message = json!({ "to": joined["self"]["id"], "sdp": "stray" });
    assert_eq!(stranger.refused("offer", message.clone()).await, "unknown_peer");
    assert_eq!(outsider.refused("offer", message.clone()).await, "not_in_room");
    let message = json!({ "to": "AAAAAAAAAAAAAAAAAAAAAA" });
    assert_eq!(host.refused("offer", message).await, "unknown_peer");

    host.ok("offer", json!({ "to": joined["self"]["id"], "sdp": "first" })).await;
    assert_eq!(guest.event("offer").await["sdp"], "first");
}

#[tokio::test]
async fn whoever_leaves_is_missed_and_can_come_back_as_another() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;

    assert_eq!(guest.ok("leave", json!({})).await, json!({}));
    let news = host.event("peer-left").await;
    assert_eq!(news, json!({ "peer": joined["self"] }));
    assert_eq!(guest.refused("leave", json!({})).await, "not_in_room");
    let message = json!({ "to": joined["self"]["id"], "sdp": "x" });
    assert_eq!(host.refused("offer", message).await, "unknown_peer");

    let again = guest.ok("join", json!({ "room": created["room"] })).await;
    assert_ne!(again["self"], joined["self"]);
    host.event("peer-joined").await;
}

#[tokio::test]
async fn a_socket_is_in_one_room_at_most() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (_other, elsewhere) = server.host().await;
    for room in [&created["room"], &elsewhere["room"]] {
        let refusal = host.refused("join", json!({ "room": room })).await;
        assert_eq!(refusal, "already_in_room");
    }
    assert_eq!(host.refused("create", json!({})).await, "already_in_room");
}

#[tokio::test]
async fn refusals_name_their_reason() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let unknown = json!({ "room": "AAAAAAAAAAAAAAAAAAAAAA" });
    assert_eq!(client.refused("join", unknown).await, "unknown_room");
    assert_eq!(client.refused("leave", json!({})).await, "not_in_room");
    assert_eq!(client.refused("ice-servers", json!({})).await, "not_in_room");
    for event in
        ["dance", "peer-joined", "peer-away", "peer-left", "displaced", "connect", "disconnect", ""]
    {
        assert_eq!(client.refused(event, json!({})).await, "unknown_event");
    }
    assert_eq!(client.emit_text(r#"["dance"]"#).await["error"]["code"], "unknown_event");
}

#[tokio::test]
async fn events_without_acknowledgement_are_served_in_silence() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.send(r#"42/p2p,["dance",{}]"#).await;
    client.send(r#"42/p2p,["join",{}]"#).await;
    client.send(r#"42/p2p,["create",{}]"#).await;
    assert_eq!(client.refused("create", json!({})).await, "already_in_room");
}

#[tokio::test]
async fn long_polling_serves_where_websockets_do_not_pass() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let guest = PollingClient::connect(server.address).await;
    let join = json!(["join", { "room": created["room"] }]);
    guest.send(&format!("42/p2p,1{join}")).await;
    assert!(guest.read().await[0].starts_with("43/p2p,1[{"));
    let peer = host.event("peer-joined").await["peer"]["id"].clone();
    host.ok("offer", json!({ "to": peer, "sdp": "x" })).await;
    let from = created["self"]["id"].as_str().unwrap();
    let expected = format!(r#"42/p2p,["offer",{{"from":"{from}","sdp":"x"}}]"#);
    assert_eq!(guest.read().await, [expected]);
}
