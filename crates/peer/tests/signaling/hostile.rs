//! No server does a peer more harm than not to serve it.

use serde_json::{Value, json};
use sharesync_peer::{
    ConnectError, EmitError, Entrance, Lost, SignalingClient, SignalingError, SocketEvent, SocketIo,
};
use sharesync_protocol::signaling::{PageNonce, PeerId, RefusalCode, RoomId};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::hostile_server::{Caller, HostileServer, OPEN};
use crate::member::{Member, PATIENCE, offer};
use crate::node::{dialer, place_at};

type Connected = Result<(SocketIo, mpsc::Receiver<SocketEvent>), ConnectError>;

async fn connect(server: &HostileServer) -> Connected {
    let address = server.web_socket();
    let (dialer, auth) = (dialer(), json!({}));
    let connecting = SocketIo::connect(&dialer, &address, "/p2p", &auth);
    timeout(PATIENCE, connecting).await.expect("it comes to an end")
}

async fn next(events: &mut mpsc::Receiver<SocketEvent>) -> Option<SocketEvent> {
    timeout(PATIENCE, events.recv()).await.expect("it comes to an end")
}

/// What becomes of a connection on which a server that let us in goes on like this.
async fn fate<F>(serve: impl Fn(Caller) -> F + Clone + Send + 'static, open: &'static str) -> Lost
where
    F: Future<Output = ()> + Send + 'static,
{
    let (served, mut done) = mpsc::channel(1);
    let server = HostileServer::start(move |mut caller: Caller| {
        let (serve, served) = (serve.clone(), served.clone());
        async move {
            caller.let_in(open).await;
            serve(caller).await;
            served.send(()).await.unwrap();
        }
    })
    .await;
    let (socket, mut events) = connect(&server).await.unwrap();
    let Some(SocketEvent::Lost(lost)) = next(&mut events).await else { panic!("it ends") };
    assert!(next(&mut events).await.is_none() && socket.is_lost());
    assert_eq!(socket.emit("create", &json!({})).await, Err(EmitError::Lost));
    let served = timeout(PATIENCE, done.recv()).await;
    served.expect("the server saw what it was to see").unwrap();
    lost
}

#[tokio::test]
async fn a_silent_server_is_a_lost_connection() {
    let open = r#"0{"sid":"x","upgrades":[],"pingInterval":20,"pingTimeout":20,"maxPayload":9999}"#;
    let silent = async |mut caller: Caller| assert!(caller.hear().await.is_none());
    assert_eq!(fate(silent, open).await, Lost::Silent);
}

#[tokio::test]
async fn a_server_that_asks_is_answered_and_kept() {
    let open =
        r#"0{"sid":"x","upgrades":[],"pingInterval":1000,"pingTimeout":9000,"maxPayload":9999}"#;
    let server = HostileServer::start(async move |mut caller: Caller| {
        caller.let_in(open).await;
        for _ in 0..3 {
            caller.say("2").await;
            assert_eq!(caller.hear().await.as_deref(), Some("3"));
        }
        caller.say("6").await;
        caller.say(r#"42/p2p,["one",{}]"#).await;
        caller.say(r#"42/p2p,["two",{}]"#).await;
        caller.hear().await;
    })
    .await;
    let (_socket, mut events) = connect(&server).await.unwrap();
    for name in ["one", "two"] {
        let event = SocketEvent::Event(name.to_owned(), json!({}));
        assert_eq!(next(&mut events).await, Some(event));
    }
}

#[tokio::test]
async fn a_packet_that_is_none_ends_the_connection() {
    for packet in
        ["", "x", OPEN, "40/p2p,{}", "42[1]", "42/p2p,[1]", "42/other,[\"a\"]", "43/p2p,[]", "3"]
    {
        let strange = async move |mut caller: Caller| {
            caller.say(packet).await;
            assert!(caller.hear().await.is_none());
        };
        assert_eq!(fate(strange, OPEN).await, Lost::Malformed, "{packet}");
    }
    let attachment = async |mut caller: Caller| {
        caller.say(r#"451-/p2p,["offer",{"_placeholder":true,"num":0}]"#).await;
        caller.say_bytes(b"x").await;
    };
    assert_eq!(fate(attachment, OPEN).await, Lost::Malformed);
    let bytes = async |mut caller: Caller| caller.say_bytes(b"42/p2p,[\"a\",{}]").await;
    assert_eq!(fate(bytes, OPEN).await, Lost::Malformed);
}

#[tokio::test]
async fn a_packet_that_is_too_large_ends_the_connection() {
    let large = async |mut caller: Caller| {
        caller.say(&format!("42/p2p,[\"offer\",\"{}\"]", "x".repeat(512 * 1024))).await;
        assert!(caller.hear().await.is_none());
    };
    assert_eq!(fate(large, OPEN).await, Lost::Malformed);
    let deep = async |mut caller: Caller| {
        caller.say(&format!("42/p2p,[\"offer\",{}", "[".repeat(100_000))).await;
        assert!(caller.hear().await.is_none());
    };
    assert_eq!(fate(deep, OPEN).await, Lost::Malformed);
}

#[tokio::test]
async fn a_server_that_hangs_up_is_told_from_a_line_that_breaks() {
    for packet in ["1", "41/p2p,"] {
        let goodbye = async move |mut caller: Caller| {
            caller.say(packet).await;
            assert!(caller.hear().await.is_none());
        };
        assert_eq!(fate(goodbye, OPEN).await, Lost::ServerHungUp);
    }
    assert_eq!(fate(async |caller: Caller| drop(caller), OPEN).await, Lost::Broken);
}

#[tokio::test]
async fn what_is_no_socket_io_server_is_told() {
    for opening in ["", "hello", "0{}", "2", r#"40/p2p,{"sid":"y"}"#] {
        let server = HostileServer::start(async move |mut caller: Caller| {
            caller.say(opening).await;
            caller.hear().await;
        })
        .await;
        assert_eq!(connect(&server).await.err(), Some(ConnectError::Malformed), "{opening}");
    }
    let server = HostileServer::start(async move |mut caller: Caller| {
        caller.say(OPEN).await;
        caller.hear().await;
        caller.say(r#"44/p2p,{"message":"no"}"#).await;
    })
    .await;
    assert_eq!(connect(&server).await.err(), Some(ConnectError::Refused("no".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_at_all_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    let (dialer, auth) = (dialer(), json!({}));
    let connecting = SocketIo::connect(&dialer, &address, "/p2p", &auth);
    let error = timeout(PATIENCE, connecting).await.expect("it comes to an end").err();
    assert!(matches!(error, Some(ConnectError::Unreachable(_))), "{error:?}");
}

#[tokio::test]
async fn an_event_that_is_not_acknowledged_is_given_up_and_one_that_is_too_large_never_sent() {
    let (tell, mut heard) = mpsc::channel(8);
    let open =
        r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100}"#;
    let server = HostileServer::start(move |mut caller: Caller| {
        let tell = tell.clone();
        async move {
            caller.let_in(open).await;
            while let Some(packet) = caller.hear().await {
                tell.send(packet).await.unwrap();
            }
        }
    })
    .await;
    let (socket, _events) = connect(&server).await.unwrap();
    let large = json!({ "a": "x".repeat(100) });
    assert_eq!(socket.emit("large", &large).await, Err(EmitError::TooLarge));
    tokio::time::pause();
    assert_eq!(socket.emit("small", &json!({})).await, Err(EmitError::Unanswered));
    tokio::time::resume();
    assert_eq!(heard.recv().await.as_deref(), Some(r#"42/p2p,1["small",{}]"#));
}

/// A server that acknowledges the first events with those, one after the other.
async fn answering(answers: Vec<Value>) -> HostileServer {
    HostileServer::start(move |mut caller: Caller| {
        let answers = answers.clone();
        async move {
            caller.let_in(OPEN).await;
            for answer in answers {
                let (number, ..) = caller.event().await;
                caller.acknowledge(number, answer).await;
            }
            caller.hear().await;
        }
    })
    .await
}

fn refusal(code: &str) -> Value {
    json!({ "error": { "code": code, "message": "No." } })
}

fn nonce() -> PageNonce {
    "B".repeat(22).try_into().unwrap()
}

#[tokio::test]
async fn what_cannot_be_done_for_now_is_asked_again() {
    let name = "A".repeat(22);
    let joined = json!({ "room": name, "self": { "id": name }, "peers": [], "ice_servers": [], "resume": name });
    let server =
        answering(vec![refusal("unavailable"), joined, refusal("peer_busy"), json!({})]).await;
    let (client, _news) = SignalingClient::connect(&place_at(server.address)).await.unwrap();
    assert_eq!(client.create(nonce(), false).await.unwrap().room.0, name);
    client.signal(&PeerId(name), "offer", String::new()).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_none_is_not_believed() {
    let name = "A".repeat(22);
    let joined = |room: &str, urls: &str| {
        let servers = json!([{ "urls": [urls] }]);
        json!({ "room": room, "self": { "id": name }, "peers": [], "ice_servers": servers, "resume": name })
    };
    let answers = vec![
        json!(null),
        json!({}),
        refusal("something_else"),
        joined("../../admin", "stun:a"),
        joined(&name, "http://a"),
        joined(&name, "stun:a"),
    ];
    let server = answering(answers).await;
    let (client, _news) = SignalingClient::connect(&place_at(server.address)).await.unwrap();
    for _ in 0..5 {
        let error = client.create(nonce(), false).await.err();
        assert!(matches!(error, Some(SignalingError::Unreachable(_))), "{error:?}");
    }
    assert!(client.create(nonce(), false).await.is_ok());
}

#[tokio::test]
async fn a_refusal_has_its_code() {
    let server = answering(vec![refusal("unknown_room")]).await;
    let (client, _news) = SignalingClient::connect(&place_at(server.address)).await.unwrap();
    let error = client.join(RoomId("A".repeat(22)), nonce(), None).await.unwrap_err();
    assert_eq!(error.code(), Some(RefusalCode::UnknownRoom));
}

#[tokio::test]
async fn nobody_is_met_who_shows_our_own_nonce_or_none() {
    let server = HostileServer::start(async |mut caller: Caller| {
        caller.let_in(OPEN).await;
        let (number, name, created) = caller.event().await;
        assert_eq!(name, "create");
        let id = |letter: &str| letter.repeat(22);
        let peers = json!([
            { "id": id("B"), "nonce": created["nonce"] },
            { "id": id("C") },
            { "id": id("D"), "nonce": id("D") },
        ]);
        let me = json!({ "id": id("A"), "nonce": created["nonce"] });
        let joined = json!({ "room": id("R"), "self": me, "peers": peers, "ice_servers": [], "resume": id("S") });
        caller.acknowledge(number, joined).await;
        // Whoever was not met is not listened to.
        caller.say(&format!("42/p2p,{}", json!(["offer", { "from": id("B"), "sealed": "x" }]))).await;
        caller.say(&format!("42/p2p,{}", json!(["peer-away", { "peer": { "id": id("C") } }]))).await;
        caller.say(&format!("42/p2p,{}", json!(["offer", { "from": id("D"), "sdp": "v=0" }]))).await;
        caller.hear().await;
    })
    .await;
    let mut member = Member::open(place_at(server.address), Entrance::Host(None), 1);
    let entered = member.entered().await;
    let met: Vec<_> = entered.peers.iter().map(|met| met.id.0.as_str()).collect();
    assert_eq!(met, ["D".repeat(22)]);
    member.hears("tampered").await;
    let unknown = member.room.say(&PeerId("B".repeat(22)), offer("v=0")).await.unwrap_err();
    assert_eq!(unknown.code(), Some(RefusalCode::UnknownPeer));
}
