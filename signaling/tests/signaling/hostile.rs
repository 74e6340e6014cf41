//! What no proper client sends (threats: oversized, truncated and malformed packets). It may cost
//! the sender its socket; everybody else goes on being served, and nothing panics.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::SignalingConfig;
use tokio_tungstenite::tungstenite::Message;

use crate::server::{Server, still};
use crate::socket::{Client, Packet};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Two clients that talk in a room while a third one misbehaves.
struct Bystanders {
    server: Server,
    host: Client,
    guest: Client,
    guest_id: Value,
}

impl Bystanders {
    async fn new() -> Self {
        static COUNT_PANICS: Once = Once::new();
        COUNT_PANICS.call_once(|| {
            let report = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // One in a test's own thread fails that test; the runtime swallows the others.
                if std::thread::current().name() == Some("tokio-rt-worker") {
                    PANICS.fetch_add(1, Ordering::SeqCst);
                }
                report(panic);
            }));
        });
        let server = Server::start().await;
        let (mut host, created) = server.host().await;
        let (guest, joined) = server.guest(&mut host, &created["room"]).await;
        Self { server, host, guest, guest_id: joined["self"]["id"].clone() }
    }

    async fn attacker(&self) -> Client {
        self.server.client().await
    }

    /// The two still reach each other, and the server takes new clients.
    async fn are_served(&mut self) {
        self.host.ok("offer", json!({ "to": self.guest_id, "sdp": "still there?" })).await;
        assert_eq!(self.guest.event("offer").await["sdp"], "still there?");
        self.server.host().await;
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "the server panicked");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_message_of_64_mib_closes_its_socket() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    // The server hangs up while this is being sent: whether that shows here is a matter of timing.
    let _ = attacker.try_send(Message::text("x".repeat(64 << 20))).await;
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_frame_that_claims_to_be_huge_closes_its_socket_before_it_comes() {
    let mut bystanders = Bystanders::new().await;
    for claimed in [65 * 1024, 64 << 20, u64::MAX >> 1, u64::MAX] {
        let mut attacker = bystanders.attacker().await;
        let mut header = vec![0x81, 0xff];
        header.extend(claimed.to_be_bytes());
        header.extend([0; 4]);
        attacker.send_bytes(&header).await;
        assert!(attacker.is_closed().await, "{claimed}");
    }
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn fragments_add_up() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    // An event that would be answered, with much space in it.
    let message = format!(r#"42/p2p,1["leave",{}{{}}]"#, " ".repeat(90_000));
    let fragments: Vec<_> = message.as_bytes().chunks(30_000).collect();
    for (number, fragment) in fragments.iter().enumerate() {
        // Text first, continuations after, FIN on the last (RFC 6455 §5.2); masked with zeros.
        let opcode = u8::from(number == 0);
        let fin = u8::from(number == fragments.len() - 1) << 7;
        let mut frame = vec![fin | opcode, 0xfe];
        frame.extend(u16::try_from(fragment.len()).unwrap().to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(*fragment);
        attacker.send_bytes(&frame).await;
    }
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn binary_attachments_close_their_socket() {
    let mut bystanders = Bystanders::new().await;
    for header in [
        r#"4510000-/p2p,["offer",{"_placeholder":true,"num":0}]"#,
        r#"451-/p2p,["offer",{"_placeholder":true,"num":0}]"#,
        r#"461-/p2p,1[{"_placeholder":true,"num":0}]"#,
        r#"4599999999999999999999999-/p2p,["offer",{}]"#,
    ] {
        let mut attacker = bystanders.attacker().await;
        attacker.send(header).await;
        assert!(attacker.is_closed().await, "{header}");
    }
    let mut attacker = bystanders.attacker().await;
    attacker.try_send(Message::binary(vec![0; 1000])).await.unwrap();
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn packets_cut_anywhere_harm_nobody() {
    let mut bystanders = Bystanders::new().await;
    let whole = r#"42/p2p,12["join",{"room":"AAAAAAAAAAAAAAAAAAAAAA"}]"#;
    for cut in 0..whole.len() {
        let mut attacker = bystanders.attacker().await;
        attacker.send(&whole[..cut]).await;
        // A cut packet is ignored, refused or fatal, but never taken for something else.
        let number = attacker.send_event(r#"["leave",{}]"#).await;
        match attacker.receive().await {
            None => {}
            Some(Packet::Ack(12, answer)) => assert_eq!(answer["error"]["code"], "malformed"),
            Some(Packet::Ack(answered, answer)) if answered == number => {
                assert_eq!(answer["error"]["code"], "not_in_room");
            }
            other => panic!("after {cut} bytes: {other:?}"),
        }
    }
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn text_that_is_not_utf_8_closes_its_socket() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    let text = b"42/p2p,1[\"join\",{\"room\":\"\xff\xfe\"}]";
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    frame.extend(text);
    attacker.send_bytes(&frame).await;
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn deeply_nested_json_is_malformed() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let depth = 60_000 / (open.len() + close.len());
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let answer = attacker.emit_text(&format!(r#"["offer",{{"to":"x","sdp":{nested}}}]"#)).await;
        assert_eq!(answer["error"]["code"], "malformed");
    }
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn malformed_payloads_are_refused_and_the_socket_stays() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    for packet in [
        r#"["join"]"#,
        r#"["join",null]"#,
        r#"["join",7]"#,
        r#"["join","room"]"#,
        r#"["join",["room"]]"#,
        r#"["join",{}]"#,
        r#"["join",{"room":null}]"#,
        r#"["join",{"room":7}]"#,
        r#"["join",{"room":["x"]}]"#,
        r#"["join",{"room":"x"},{"room":"y"}]"#,
        r#"["join",{"room":"x"}]]"#,
        r#"["create"]"#,
        r#"["create",[]]"#,
        r#"["leave",null]"#,
        r#"["ice-servers",[]]"#,
        r#"["offer",{}]"#,
        r#"["offer",{"sdp":"x"}]"#,
        r#"["offer",{"to":{"id":"x"}}]"#,
        r#"["answer",{"to":7}]"#,
        r#"["ice-candidate",["x",{}]]"#,
        r#"["ice-candidate",{"to":"x","candidate":1e999}]"#,
    ] {
        let answer = attacker.emit_text(packet).await;
        assert_eq!(answer["error"]["code"], "malformed", "{packet}");
    }
    attacker.ok("create", json!({})).await;
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn strange_acknowledgement_numbers_harm_nobody() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    // The largest that fits comes back; what is larger counts as none, so nothing does.
    let huge = "9".repeat(60_000);
    attacker.send(&format!(r#"42/p2p,{huge}["leave",{{}}]"#)).await;
    attacker.send(r#"42/p2p,9223372036854775807["leave",{}]"#).await;
    let answer = attacker.receive().await;
    assert!(matches!(answer, Some(Packet::Ack(9_223_372_036_854_775_807, _))), "{answer:?}");
    // Acknowledgements of what the server never asked.
    attacker.send("43/p2p,1[]").await;
    attacker.send(&format!("43/p2p,{huge}[]")).await;
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn events_before_the_namespace_close_their_socket() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = Client::connect_outside(bystanders.server.address, &[]).await;
    attacker.send(r#"42/p2p,1["create",{}]"#).await;
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn entering_the_namespace_again_changes_nothing() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    attacker.ok("create", json!({})).await;
    for _ in 0..20 {
        attacker.send("40/p2p,").await;
    }
    assert_eq!(attacker.refused("create", json!({})).await, "already_in_room");
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_no_json_closes_its_socket() {
    let mut bystanders = Bystanders::new().await;
    for packet in [
        r#"["join",{"room":"x"}"#,
        r#"["join",{room:"x"}]"#,
        r#"["join",NaN]"#,
        r#"{"event":"join"}"#,
        "[]",
        "[[]]",
        "[7,{}]",
        "null",
    ] {
        let mut attacker = bystanders.attacker().await;
        attacker.send_event(packet).await;
        assert!(attacker.is_closed().await, "{packet}");
    }
    let mut attacker = bystanders.attacker().await;
    let open_ended = format!(r#"["offer",{{"to":"x","sdp":{}"#, "[".repeat(60_000));
    attacker.send_event(&open_ended).await;
    assert!(attacker.is_closed().await);
    bystanders.are_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_flood_costs_the_flooder_at_most_its_socket() {
    let mut bystanders = Bystanders::new().await;
    let mut attacker = bystanders.attacker().await;
    let flood = Message::text(r#"42/p2p,1["leave",{}]"#);
    for _ in 0..5000 {
        // It may be let go in the middle, for it does not read the answers.
        if attacker.try_send(flood.clone()).await.is_err() {
            break;
        }
    }
    let _ = attacker.try_send(Message::text(r#"42/p2p,2["leave",{}]"#)).await;
    bystanders.are_served().await;

    let mut refused_for_its_rate = 0;
    loop {
        match attacker.receive().await {
            Some(Packet::Ack(1, answer)) if answer["error"]["code"] == "rate_limited" => {
                refused_for_its_rate += 1;
            }
            Some(Packet::Ack(1, _)) => {}
            None | Some(Packet::Ack(2, _) | Packet::Disconnect) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(refused_for_its_rate > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_at_one_member_does_not_hold_up_what_another_tells_it() {
    const BURST: u32 = 20;
    // Time stands still, so that the flooder has its burst and not a message more.
    let server = Server::with(SignalingConfig {
        events_per_socket: Rate::new(BURST, Duration::from_secs(1)),
        clock: still().0,
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let room = &created["room"];
    let (mut target, target_joined) = server.guest(&mut host, room).await;
    let (mut flooder, flooder_joined) = server.guest(&mut host, room).await;
    let [from, to] = [&created["self"]["id"], &target_joined["self"]["id"]];
    // What asks for no acknowledgement gets none, so that only the flooder's own rate holds it up.
    let drop = Message::text(format!("42/p2p,{}", json!(["offer", { "to": to }])));
    let flood = tokio::spawn(async move { while flooder.try_send(drop.clone()).await.is_ok() {} });
    while target.next_event().await.1["from"] != flooder_joined["self"]["id"] {}
    let mut flooded = 1;
    for number in 0..BURST - 1 {
        host.ok("offer", json!({ "to": to, "number": number })).await;
        loop {
            let (_, message) = target.next_event().await;
            if message["from"] == *from {
                assert_eq!(message["number"], number);
                break;
            }
            flooded += u32::from(message["from"] == flooder_joined["self"]["id"]);
        }
    }
    assert!(flooded < BURST, "{flooded} messages of the flood came through");
    assert!(!flood.is_finished(), "the flood had ended");
    flood.abort();
}
