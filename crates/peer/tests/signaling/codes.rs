//! Codes lead into a room whoever knows them, and nobody else.

use sharesync_peer::{
    CodeTrouble, Entrance, RoomOptions, SignalingClient, SignalingEvent, join_by_code,
};
use sharesync_protocol::code::Nameplate;
use sharesync_secrecy::{Code, CodeGuest, Invitation};
use tokio::time::timeout;

use crate::forwarder::Forwarder;
use crate::member::{Member, PATIENCE, key, random};
use crate::node::{Node, place_at};

async fn host(place: sharesync_peer::SignalingPlace) -> (Member, String) {
    let options = RoomOptions { place, entrance: Entrance::Host(None), key: key(), codes: true };
    let mut host = Member::with(options, 1);
    let room = host.entered().await.room;
    (host, room.0)
}

async fn attempt(node: &Node, code: &str) -> Result<Invitation, CodeTrouble> {
    let code = Code::parse(code).unwrap();
    timeout(PATIENCE, join_by_code(&node.place(), &code, &mut random(2))).await.unwrap()
}

/// The same nameplate with other words.
fn wrong(code: &str) -> String {
    let nameplate = code.split('-').next().unwrap();
    let words = ["album-album", "zigzag-zigzag"].into_iter().find(|words| !code.ends_with(words));
    format!("{nameplate}-{}", words.unwrap())
}

#[tokio::test]
async fn whoever_knows_the_code_gets_the_link_and_the_next_one_gets_another_code() {
    let node = Node::start().await;
    let (mut host, room) = host(node.place()).await;
    let first = host.open_code().await;
    let invitation = attempt(&node, &first).await.unwrap();
    assert_eq!((invitation.room, invitation.key.text()), (room.clone(), key().text()));
    host.hears("code in use").await;
    host.hears("code let in").await;

    let second = host.open_code().await;
    assert_ne!(first, second);
    assert_eq!(attempt(&node, &first).await.unwrap_err(), CodeTrouble::UnknownCode);
    assert_eq!(attempt(&node, &second).await.unwrap().room, room);
}

#[tokio::test]
async fn a_wrong_guess_burns_the_code() {
    let node = Node::start().await;
    let (mut host, room) = host(node.place()).await;
    let code = host.open_code().await;
    assert_eq!(attempt(&node, &wrong(&code)).await.unwrap_err(), CodeTrouble::WrongCode);
    host.hears("code in use").await;
    host.hears("code wrong").await;
    assert_eq!(attempt(&node, &code).await.unwrap_err(), CodeTrouble::UnknownCode);
    let next = host.open_code().await;
    assert_eq!(attempt(&node, &next).await.unwrap().room, room);
}

#[tokio::test]
async fn a_guest_that_breaks_off_or_talks_nonsense_burns_the_code() {
    let node = Node::start().await;
    let (mut host, _) = host(node.place()).await;
    let (client, mut news) = SignalingClient::connect(&node.place()).await.unwrap();
    let nameplate = |code: String| Nameplate(Code::parse(&code).unwrap().nameplate);

    let code = nameplate(host.open_code().await);
    client.knock(code, "AAAA".to_owned()).await.unwrap();
    host.hears("code in use").await;
    host.hears("code wrong").await;
    assert!(matches!(news.next().await, SignalingEvent::KnockEnded(_)));

    let text = host.open_code().await;
    let (_, message) = CodeGuest::new(&Code::parse(&text).unwrap(), &mut random(3));
    let knock = client.knock(nameplate(text), message).await.unwrap();
    host.hears("code in use").await;
    assert!(matches!(news.next().await, SignalingEvent::Said(_)));
    client.end_knock(knock).await.unwrap();
    host.hears("code broken off").await;
    host.hears("code open").await;
}

#[tokio::test]
async fn a_host_that_is_gone_or_talks_nonsense_is_told_to_the_guest() {
    let node = Node::start().await;
    let (client, mut news) = SignalingClient::connect(&node.place()).await.unwrap();
    let nonce = sharesync_secrecy::page_nonce(&mut random(1)).try_into().unwrap();
    client.create(nonce, false).await.unwrap();

    for (answer, trouble) in [(None, CodeTrouble::Gone), (Some("AAAA"), CodeTrouble::Tampered)] {
        let code = Code::make(client.open_code().await.unwrap().0, &mut random(4)).text();
        let guest = attempt(&node, &code);
        let hosting = async {
            let SignalingEvent::Knock(message) = news.next().await else { panic!("a knock") };
            match answer {
                Some(answer) => client.pake(message.knock, "message", answer.to_owned()).await,
                None => client.end_knock(message.knock).await,
            }
        };
        let (joined, said) = tokio::join!(guest, hosting);
        said.unwrap();
        assert_eq!(joined.unwrap_err(), trouble);
        // Breaks off where the guest has not gone by itself.
        if answer.is_some() {
            assert!(matches!(news.next().await, SignalingEvent::KnockEnded(_)));
        }
    }
}

#[tokio::test]
async fn no_code_is_open_in_a_locked_room() {
    let node = Node::start().await;
    let (mut host, _) = host(node.place()).await;
    let code = host.open_code().await;
    host.room.lock(true).await.unwrap();
    host.hears("code closed").await;
    assert_eq!(attempt(&node, &code).await.unwrap_err(), CodeTrouble::UnknownCode);
    assert!(host.events.try_recv().is_err(), "no other is opened");
    host.room.lock(false).await.unwrap();
    host.hears("code open").await;
}

#[tokio::test]
async fn a_line_that_comes_back_has_a_new_code() {
    let node = Node::start().await;
    let line = Forwarder::start(node.address, None).await;
    let (mut host, room) = host(place_at(line.address)).await;
    let code = host.open_code().await;
    line.cut();
    let mut heard = Vec::new();
    let next = loop {
        match host.next().await {
            sharesync_peer::RoomEvent::Code(sharesync_peer::CodeNews::Open(next)) => break next,
            other => heard.push(other),
        }
    };
    assert_eq!(heard.len(), 3, "closed, disconnected, entered");
    assert_eq!(attempt(&node, &code).await.unwrap_err(), CodeTrouble::UnknownCode);
    assert_eq!(attempt(&node, &next).await.unwrap().room, room);
}
