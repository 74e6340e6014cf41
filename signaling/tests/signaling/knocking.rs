//! Short codes: a member opens one, somebody knocks, and the two talk until one of them ends it.

use serde_json::{Value, json};

use crate::server::Server;
use crate::socket::Client;

/// A member with an open code, and the code's nameplate.
async fn holder(server: &Server) -> (Client, Value, Value) {
    let (mut holder, created) = server.host().await;
    let opened = holder.ok("open-code", json!({})).await;
    (holder, opened["nameplate"].clone(), created)
}

/// A holder, somebody who knocked at its code, and the knock between them.
async fn talk(server: &Server) -> (Client, Client, Value) {
    let (mut holder, nameplate, _) = holder(server).await;
    let mut knocker = server.client().await;
    let knocked = knocker.ok("knock", json!({ "nameplate": nameplate })).await;
    assert_eq!(holder.event("knock").await, knocked);
    (holder, knocker, knocked)
}

fn said(knock: &Value, message: &str) -> Value {
    json!({ "knock": knock["knock"], "message": message })
}

#[tokio::test]
async fn knocker_and_holder_talk() {
    let server = Server::start().await;
    let (mut holder, nameplate, _) = holder(&server).await;
    assert!(nameplate.as_str().unwrap().parse::<u32>().is_ok_and(|n| (1000..=9999).contains(&n)));

    let mut knocker = server.client().await;
    let knock = json!({ "nameplate": nameplate, "knock": "forged", "message": { "ü": [1, 2.5] } });
    let knocked = knocker.ok("knock", knock).await;
    assert_eq!(knocked["knock"].as_str().unwrap().len(), 22);
    let heard = holder.event("knock").await;
    assert_eq!(heard, json!({ "knock": knocked["knock"], "message": { "ü": [1, 2.5] } }));

    assert_eq!(holder.ok("pake", said(&knocked, "answer")).await, json!({}));
    assert_eq!(knocker.event("pake").await, said(&knocked, "answer"));
    knocker.ok("pake", said(&knocked, "confirmation")).await;
    assert_eq!(holder.event("pake").await, said(&knocked, "confirmation"));

    assert_eq!(knocker.ok("knock-ended", knocked.clone()).await, json!({}));
    assert_eq!(holder.event("knock-ended").await, knocked);
    for one in [&mut knocker, &mut holder] {
        assert_eq!(one.refused("pake", said(&knocked, "late")).await, "unknown_knock");
        assert_eq!(one.refused("knock-ended", knocked.clone()).await, "unknown_knock");
    }
}

#[tokio::test]
async fn a_code_serves_one_knock_whatever_came_of_it() {
    let server = Server::start().await;
    let (mut holder, nameplate, _) = holder(&server).await;
    let mut guesser = server.client().await;
    guesser.ok("knock", json!({ "nameplate": nameplate })).await;
    holder.event("knock").await;
    let mut late = server.client().await;
    assert_eq!(late.refused("knock", json!({ "nameplate": nameplate })).await, "unknown_code");

    let again = holder.ok("open-code", json!({})).await;
    late.ok("knock", again).await;
    holder.event("knock").await;
}

#[tokio::test]
async fn a_closed_code_and_a_replaced_one_are_unknown() {
    let server = Server::start().await;
    let (mut holder, first, _) = holder(&server).await;
    let second = holder.ok("open-code", json!({})).await;
    let mut knocker = server.client().await;
    assert_eq!(knocker.refused("knock", json!({ "nameplate": first })).await, "unknown_code");
    assert_eq!(holder.ok("close-code", json!({})).await, json!({}));
    assert_eq!(knocker.refused("knock", second).await, "unknown_code");
    assert_eq!(holder.ok("close-code", json!({})).await, json!({}));
    assert_eq!(knocker.ok("close-code", json!({})).await, json!({}));
}

#[tokio::test]
async fn members_hold_codes_and_only_others_knock() {
    let server = Server::start().await;
    let (_holder, nameplate, _) = holder(&server).await;
    let mut outsider = server.client().await;
    assert_eq!(outsider.refused("open-code", json!({})).await, "not_in_room");
    let (mut member, _) = server.host().await;
    let knock = json!({ "nameplate": nameplate });
    assert_eq!(member.refused("knock", knock.clone()).await, "already_in_room");
    // That refusal did not use the code up.
    outsider.ok("knock", knock).await;
}

#[tokio::test]
async fn nobody_else_has_part_in_a_knock() {
    let server = Server::start().await;
    let (mut holder, mut knocker, knocked) = talk(&server).await;
    let (mut other_holder, mut other_knocker, other) = talk(&server).await;
    for stranger in [&mut other_holder, &mut other_knocker] {
        assert_eq!(stranger.refused("pake", said(&knocked, "x")).await, "unknown_knock");
        assert_eq!(stranger.refused("knock-ended", knocked.clone()).await, "unknown_knock");
    }
    holder.ok("pake", said(&knocked, "first")).await;
    assert_eq!(knocker.event("pake").await, said(&knocked, "first"));
    other_holder.ok("pake", said(&other, "first")).await;
    assert_eq!(other_knocker.event("pake").await, said(&other, "first"));
}

#[tokio::test]
async fn a_knock_ends_with_either_socket() {
    let server = Server::start().await;
    let (mut holder, knocker, knocked) = talk(&server).await;
    drop(knocker);
    assert_eq!(holder.event("knock-ended").await, knocked);

    let (holder, mut knocker, knocked) = talk(&server).await;
    drop(holder);
    assert_eq!(knocker.event("knock-ended").await, knocked);
    assert_eq!(knocker.refused("pake", said(&knocked, "x")).await, "unknown_knock");
}

#[tokio::test]
async fn a_code_is_closed_with_its_holders_socket() {
    let server = Server::start().await;
    let (mut holder, created) = server.host().await;
    let (mut guest, _) = server.guest(&mut holder, &created["room"]).await;
    let opened = holder.ok("open-code", json!({})).await;
    drop(holder);
    guest.event("peer-away").await;
    let mut knocker = server.client().await;
    assert_eq!(knocker.refused("knock", opened).await, "unknown_code");
}

#[tokio::test]
async fn a_holder_that_leaves_is_knocked_at_no_more() {
    let server = Server::start().await;
    let (mut holder, mut knocker, knocked) = talk(&server).await;
    let open = holder.ok("open-code", json!({})).await;
    holder.ok("leave", json!({})).await;
    assert_eq!(knocker.event("knock-ended").await, knocked);
    assert_eq!(knocker.refused("knock", open).await, "unknown_code");
}

#[tokio::test]
async fn a_holder_that_is_ejected_or_displaced_is_knocked_at_no_more() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let mut knocker = server.client().await;

    let opened = guest.ok("open-code", json!({})).await;
    let mut later = server.client().await;
    let resume = json!({ "room": created["room"], "resume": joined["resume"] });
    later.ok("join", resume).await;
    guest.event("displaced").await;
    assert_eq!(knocker.refused("knock", opened).await, "unknown_code");

    let opened = later.ok("open-code", json!({})).await;
    let knocked = knocker.ok("knock", opened).await;
    later.event("knock").await;
    let open = later.ok("open-code", json!({})).await;
    host.ok("eject", json!({ "peer": joined["self"]["id"] })).await;
    assert_eq!(knocker.event("knock-ended").await, knocked);
    assert_eq!(knocker.refused("knock", open).await, "unknown_code");
    later.event("ejected").await;
}

#[tokio::test]
async fn whoever_knocks_elsewhere_ends_its_knock_before() {
    let server = Server::start().await;
    let (mut first, mut knocker, knocked) = talk(&server).await;
    let (mut second, nameplate, _) = holder(&server).await;
    let knocked_again = knocker.ok("knock", json!({ "nameplate": nameplate })).await;
    assert_eq!(first.event("knock-ended").await, knocked);
    assert_eq!(second.event("knock").await, knocked_again);
}

#[tokio::test]
async fn a_knock_outlives_the_knockers_entering_a_room() {
    let server = Server::start().await;
    let (mut holder, nameplate, created) = holder(&server).await;
    let mut knocker = server.client().await;
    let knocked = knocker.ok("knock", json!({ "nameplate": nameplate })).await;
    holder.event("knock").await;
    knocker.ok("join", json!({ "room": created["room"] })).await;
    holder.event("peer-joined").await;
    knocker.ok("knock-ended", knocked.clone()).await;
    assert_eq!(holder.event("knock-ended").await, knocked);
}

#[tokio::test]
async fn malformed_knocks_are_refused() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for (event, payload) in [
        ("open-code", json!(null)),
        ("close-code", json!([])),
        ("knock", json!({})),
        ("knock", json!({ "nameplate": 4821 })),
        ("knock", json!({ "nameplate": ["4821"] })),
        ("pake", json!({ "message": "x" })),
        ("pake", json!({ "knock": 7 })),
        ("knock-ended", json!({})),
        ("knock-ended", json!("x")),
    ] {
        assert_eq!(client.refused(event, payload.clone()).await, "malformed", "{event} {payload}");
    }
}
