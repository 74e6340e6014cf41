//! Devices nearby: those of one client network see each other if they wish to, and one knocks at
//! another.

use serde_json::{Value, json};
use sharesync_signaling::SignalingConfig;

use crate::node::FROM;
use crate::server::Server;
use crate::socket::{Client, Packet};

const HOME: &str = "192.0.2.1";
const ELSEWHERE: &str = "192.0.2.2";

/// A client from `address` that can be seen, and what its appearing was answered with.
async fn seen(server: &Server, address: &str, name: &str) -> (Client, Value) {
    let mut client = server.client_from(address).await;
    let appeared = client.ok("appear", json!({ "name": name })).await;
    (client, appeared)
}

/// Two that see each other, and the device that each is.
async fn two(server: &Server) -> (Client, Value, Client, Value) {
    let (mut first, appeared) = seen(server, HOME, "Quiet Heron").await;
    let (second, also) = seen(server, HOME, "Bold Fox").await;
    assert_eq!(first.event("nearby-appeared").await, json!({ "device": also["self"] }));
    (first, appeared["self"].clone(), second, also["self"].clone())
}

/// Whether nothing has come for `client` but the answer to what it now asks.
async fn has_heard_nothing(client: &mut Client) -> bool {
    let number = client.send_event(r#"["dance",{}]"#).await;
    matches!(client.receive().await, Some(Packet::Ack(answered, _)) if answered == number)
}

#[tokio::test]
async fn devices_of_one_network_are_told_of_each_other() {
    let server = Server::start().await;
    let mut first = server.client_from(HOME).await;
    let appear = json!({ "name": "Quiet Heron", "platform": "Android", "id": "forged" });
    let appeared = first.ok("appear", appear).await;
    let id = appeared["self"]["id"].as_str().unwrap();
    assert_eq!(id.len(), 22);
    let me = json!({ "id": id, "name": "Quiet Heron", "platform": "Android" });
    assert_eq!(appeared, json!({ "self": me, "devices": [] }));

    let (mut second, also) = seen(&server, HOME, "Bold Fox").await;
    assert_eq!(also["devices"], json!([me]));
    assert_eq!(first.event("nearby-appeared").await, json!({ "device": also["self"] }));

    assert_eq!(second.ok("disappear", json!({})).await, json!({}));
    assert_eq!(first.event("nearby-gone").await, json!({ "device": also["self"] }));
    assert_eq!(second.ok("disappear", json!({})).await, json!({}));
    assert!(has_heard_nothing(&mut first).await);
}

#[tokio::test]
async fn devices_of_other_networks_and_those_who_did_not_ask_hear_nothing() {
    let server = Server::start().await;
    let mut silent = server.client_from(HOME).await;
    let (mut elsewhere, _) = seen(&server, ELSEWHERE, "Bold Fox").await;
    let (_home, appeared) = seen(&server, HOME, "Quiet Heron").await;
    assert_eq!(appeared["devices"], json!([]));
    assert!(has_heard_nothing(&mut silent).await);
    assert!(has_heard_nothing(&mut elsewhere).await);
}

#[tokio::test]
async fn an_ipv6_64_is_one_network() {
    let server = Server::start().await;
    let (_first, appeared) = seen(&server, "2001:db8:1:2::1", "Quiet Heron").await;
    let (_second, same) = seen(&server, "2001:db8:1:2:ffff::2", "Bold Fox").await;
    assert_eq!(same["devices"], json!([appeared["self"]]));
    let (_third, other) = seen(&server, "2001:db8:1:3::1", "Neat Owl").await;
    assert_eq!(other["devices"], json!([]));
}

#[tokio::test]
async fn no_message_holds_an_address() {
    let server = Server::start().await;
    let (mut first, appeared) = seen(&server, HOME, "Quiet Heron").await;
    let (mut second, also) = seen(&server, HOME, "Bold Fox").await;
    let news = first.event("nearby-appeared").await;
    let to = appeared["self"]["id"].clone();
    let knocked = second.ok("nearby-knock", json!({ "device": to })).await;
    let heard = first.event("nearby-knock").await;
    for said in [appeared, also, news, knocked, heard] {
        assert!(!said.to_string().contains("192.0.2"), "{said}");
    }
}

#[tokio::test]
async fn a_device_goes_with_its_socket_and_comes_back_as_another() {
    let server = Server::start().await;
    let (mut first, _, second, device) = two(&server).await;
    drop(second);
    assert_eq!(first.event("nearby-gone").await, json!({ "device": device }));
    assert_eq!(
        first.refused("nearby-knock", json!({ "device": device["id"] })).await,
        "unknown_device"
    );
    let (_again, appeared) = seen(&server, HOME, "Bold Fox").await;
    assert_ne!(appeared["self"]["id"], device["id"]);
}

#[tokio::test]
async fn whoever_appears_again_is_seen_once_as_what_it_says_now() {
    let server = Server::start().await;
    let (mut first, _, mut second, device) = two(&server).await;
    let again = second.ok("appear", json!({ "name": "Neat Owl" })).await;
    assert_ne!(again["self"]["id"], device["id"]);
    assert_eq!(first.event("nearby-gone").await, json!({ "device": device }));
    assert_eq!(first.event("nearby-appeared").await, json!({ "device": again["self"] }));
    let (_third, appeared) = seen(&server, HOME, "Keen Seal").await;
    assert_eq!(appeared["devices"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_label_is_short_and_hides_nothing() {
    let server = Server::start().await;
    let mut client = server.client_from(HOME).await;
    for name in ["", " x", "x ", "a\nb", "a\u{202e}b", "a\u{200d}b", &"x".repeat(65)] {
        let appear = json!({ "name": name });
        assert_eq!(client.refused("appear", appear).await, "malformed", "{name:?}");
        let appear = json!({ "name": "x", "platform": name });
        assert_eq!(client.refused("appear", appear).await, "malformed", "{name:?}");
    }
    assert_eq!(client.refused("appear", json!({})).await, "malformed");
    client.ok("appear", json!({ "name": "x".repeat(64) })).await;
}

#[tokio::test]
async fn one_is_seen_in_no_room_or_in_ones_own_and_not_in_somebody_elses() {
    let server = Server::start().await;
    let (mut host, appeared) = seen(&server, HOME, "Quiet Heron").await;
    let created = host.ok("create", json!({})).await;
    let (mut guest, also) = seen(&server, HOME, "Bold Fox").await;
    assert_eq!(also["devices"], json!([appeared["self"]]));
    assert_eq!(host.event("nearby-appeared").await, json!({ "device": also["self"] }));

    guest.ok("join", json!({ "room": created["room"] })).await;
    host.event("peer-joined").await;
    assert_eq!(host.event("nearby-gone").await, json!({ "device": also["self"] }));
    assert_eq!(guest.refused("appear", json!({ "name": "Bold Fox" })).await, "not_owner");
    let knock = json!({ "device": appeared["self"]["id"] });
    assert_eq!(guest.refused("nearby-knock", knock).await, "not_appeared");
    guest.ok("leave", json!({})).await;
    guest.ok("appear", json!({ "name": "Bold Fox" })).await;
}

#[tokio::test]
async fn a_member_that_comes_back_to_its_own_room_may_be_seen() {
    let server = Server::start().await;
    let mut host = server.client_from(HOME).await;
    let created = host.ok("create", json!({})).await;
    drop(host);
    let (mut again, _) = seen(&server, HOME, "Quiet Heron").await;
    let join = json!({ "room": created["room"], "resume": created["resume"] });
    again.ok("join", join).await;
    let (_other, appeared) = seen(&server, HOME, "Bold Fox").await;
    assert_eq!(appeared["devices"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn one_knocks_at_another_and_the_two_talk() {
    let server = Server::start().await;
    let (mut sender, from, mut receiver, to) = two(&server).await;
    sender.ok("create", json!({})).await;
    let said = json!({
        "device": to["id"], "commit": "AAAA", "from": { "id": "forged" }, "knock": "forged",
    });
    let knocked = sender.ok("nearby-knock", said).await;
    assert_eq!(knocked["knock"].as_str().unwrap().len(), 22);
    let heard = receiver.event("nearby-knock").await;
    assert_eq!(heard, json!({ "knock": knocked["knock"], "from": from, "commit": "AAAA" }));

    let share = json!({ "knock": knocked["knock"], "share": "BBBB" });
    receiver.ok("pake", share.clone()).await;
    assert_eq!(sender.event("pake").await, share);
    let reveal = json!({ "knock": knocked["knock"], "reveal": "CCCC" });
    sender.ok("pake", reveal.clone()).await;
    assert_eq!(receiver.event("pake").await, reveal);

    receiver.ok("knock-ended", knocked.clone()).await;
    assert_eq!(sender.event("knock-ended").await, knocked);
    assert_eq!(sender.refused("pake", reveal).await, "unknown_knock");
}

#[tokio::test]
async fn a_knock_ends_with_either_socket() {
    let server = Server::start().await;
    let (mut first, here, mut second, there) = two(&server).await;
    let knocked = first.ok("nearby-knock", json!({ "device": there["id"] })).await;
    second.event("nearby-knock").await;
    drop(first);
    assert_eq!(second.event("knock-ended").await, knocked);
    assert_eq!(second.event("nearby-gone").await, json!({ "device": here }));

    let (mut first, _) = seen(&server, HOME, "Neat Owl").await;
    second.event("nearby-appeared").await;
    let knocked = first.ok("nearby-knock", json!({ "device": there["id"] })).await;
    drop(second);
    assert_eq!(first.event("knock-ended").await, knocked);
}

#[tokio::test]
async fn nobody_knocks_at_another_network_nor_unseen_nor_at_itself() {
    let server = Server::start().await;
    let (mut home, me) = seen(&server, HOME, "Quiet Heron").await;
    let (mut elsewhere, other) = seen(&server, ELSEWHERE, "Bold Fox").await;
    let at = |device: &Value| json!({ "device": device["self"]["id"] });
    assert_eq!(elsewhere.refused("nearby-knock", at(&me)).await, "unknown_device");
    assert_eq!(home.refused("nearby-knock", at(&other)).await, "unknown_device");
    assert_eq!(home.refused("nearby-knock", at(&me)).await, "unknown_device");
    let mut unseen = server.client_from(HOME).await;
    assert_eq!(unseen.refused("nearby-knock", at(&me)).await, "not_appeared");
    assert_eq!(home.refused("nearby-knock", json!({})).await, "malformed");
    // A nameplate is no device, and a device no nameplate.
    let knock = json!({ "nameplate": me["self"]["id"] });
    assert_eq!(unseen.refused("knock", knock).await, "unknown_code");
    assert!(has_heard_nothing(&mut home).await);
}

#[tokio::test]
async fn a_network_has_so_many_devices() {
    let config = SignalingConfig { devices_per_network: 2, ..SignalingConfig::default() };
    let server = Server::with(config).await;
    let (mut first, _, _second, _) = two(&server).await;
    let mut third = server.client_from(HOME).await;
    let appear = json!({ "name": "Neat Owl" });
    assert_eq!(third.refused("appear", appear.clone()).await, "too_many_devices");
    let (_elsewhere, _) = seen(&server, ELSEWHERE, "Keen Seal").await;
    first.ok("disappear", json!({})).await;
    third.ok("appear", appear).await;
}

#[tokio::test]
async fn nobody_is_told_who_is_nearby_where_the_network_is_not_known() {
    let server = Server::start().await;
    let appear = json!({ "name": "Quiet Heron" });
    // An address that a proxy has is that of all whom it serves, wherever they are.
    for header in ["forwarded", "via", "x-forwarded-for", "x-real-ip"] {
        let headers = [(FROM, HOME), (header, "203.0.113.9")];
        let mut client = Client::connect(server.address, &headers).await;
        assert_eq!(client.refused("appear", appear.clone()).await, "no_nearby", "{header}");
    }
    let mut nowhere = server.client().await;
    assert_eq!(nowhere.refused("appear", appear).await, "no_nearby");
}

#[tokio::test]
async fn nobody_is_told_who_is_nearby_where_that_is_off() {
    let config = SignalingConfig { devices_per_network: 0, ..SignalingConfig::default() };
    let server = Server::with(config).await;
    let mut client = server.client_from(HOME).await;
    assert_eq!(client.refused("appear", json!({ "name": "x" })).await, "no_nearby");
}
