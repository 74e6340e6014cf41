//! What a server between two devices nearby could try, tried.

use sharesync_secrecy::{
    AcceptedReceiver, Invitation, LinkKey, NearbyDevice, NearbyPair, NearbyReceiver, NearbySender,
    OpenedReceiver, RevealedSender, Tampered,
};

use crate::random::{Fixed, SYSTEM};

const SENDER: NearbyDevice<'_> =
    NearbyDevice { id: "abcdefghijklmnopqrstuv", name: "Quiet Heron", platform: Some("Linux") };
const RECEIVER: NearbyDevice<'_> =
    NearbyDevice { id: "0123456789abcdefghijkl", name: "Bold Fox", platform: None };
const PAIR: NearbyPair<'_> = NearbyPair { sender: SENDER, receiver: RECEIVER };
const NONCE: &str = "AAECAwQFBgcICQoLDA0ODw";

fn invitation() -> Invitation {
    let key = LinkKey::parse("AAECAwQFBgcICQoLDA0ODw").expect("22 characters");
    Invitation { room: "A".repeat(22), key }
}

fn sender(pair: NearbyPair<'_>) -> (NearbySender, String) {
    NearbySender::new(pair, &mut SYSTEM.clone())
}

fn receiver(pair: NearbyPair<'_>, commit: &str) -> (NearbyReceiver, String) {
    NearbyReceiver::new(pair, commit, &mut SYSTEM.clone()).expect("a commitment")
}

/// Both ends once they have the words, each with what it knows of the two.
fn agreed(here: NearbyPair<'_>, there: NearbyPair<'_>) -> (RevealedSender, OpenedReceiver) {
    let (sender, commit) = sender(here);
    let (receiver, share) = receiver(there, &commit);
    let (sender, reveal) = sender.reveal(&share).expect("a share");
    (sender, receiver.open(&reveal).expect("what was committed to"))
}

fn accept(receiver: OpenedReceiver, nonce: &str) -> (AcceptedReceiver, String) {
    receiver.accept(nonce, &mut SYSTEM.clone())
}

fn invite(sender: RevealedSender, accept: &str) -> Result<(String, String), Tampered> {
    sender.invite(accept, invitation(), &mut SYSTEM.clone())
}

/// The text with its first bits changed, still base64url.
fn changed(text: &str) -> String {
    format!("{}{}", if text.starts_with('A') { 'B' } else { 'A' }, &text[1..])
}

#[test]
fn both_ends_have_the_same_words_and_the_receiver_gets_the_link() {
    let (sender, receiver) = agreed(PAIR, PAIR);
    assert_eq!(sender.words(), receiver.words());
    let (receiver, accept) = accept(receiver, NONCE);
    let (nonce, invite) = invite(sender, &accept).unwrap();
    assert_eq!(nonce, NONCE);
    let got = receiver.enter(&invite).unwrap();
    assert_eq!((got.room, got.key.text()), ("A".repeat(22), invitation().key.text()));
}

/// In how many of four exchanges the ends' words are the same: by chance, in one of 65,536.
fn same_words(exchange: impl Fn() -> [[&'static str; 2]; 2]) -> usize {
    (0..4).map(|_| exchange()).filter(|[here, there]| here == there).count()
}

#[test]
fn a_server_in_the_middle_has_other_words_on_the_two_screens() {
    let same = same_words(|| {
        let (real_sender, commit) = sender(PAIR);
        let (false_receiver, share) = receiver(PAIR, &commit);
        let (real_sender, reveal) = real_sender.reveal(&share).unwrap();
        assert_eq!(false_receiver.open(&reveal).unwrap().words(), real_sender.words());
        let (false_sender, commit) = sender(PAIR);
        let (real_receiver, share) = receiver(PAIR, &commit);
        let (_, reveal) = false_sender.reveal(&share).unwrap();
        [real_sender.words(), real_receiver.open(&reveal).unwrap().words()]
    });
    assert!(same < 2, "{same} of 4");
}

#[test]
fn the_words_differ_where_a_device_was_shown_as_another() {
    let named = |name| NearbyDevice { name, ..SENDER };
    let shown = [
        NearbyPair { sender: named("Bold Lynx"), ..PAIR },
        NearbyPair { sender: NearbyDevice { id: RECEIVER.id, ..SENDER }, ..PAIR },
        NearbyPair { sender: NearbyDevice { platform: None, ..SENDER }, ..PAIR },
        NearbyPair { receiver: NearbyDevice { platform: Some("Mac"), ..RECEIVER }, ..PAIR },
        NearbyPair { sender: RECEIVER, receiver: SENDER },
    ];
    for there in shown {
        let same = same_words(|| {
            let (sender, receiver) = agreed(PAIR, there);
            [sender.words(), receiver.words()]
        });
        assert!(same < 2, "{same} of 4: {there:?}");
    }
}

#[test]
fn what_the_sender_did_not_commit_to_is_refused() {
    let (_, commit) = sender(PAIR);
    let (other, _) = sender(PAIR);
    let (receiver, share) = receiver(PAIR, &commit);
    let (_, reveal) = other.reveal(&share).unwrap();
    assert_eq!(receiver.open(&reveal).err(), Some(Tampered));
}

#[test]
fn a_commitment_used_again_gives_its_thief_no_keys() {
    let (real, commit) = sender(PAIR);
    let (first, share) = receiver(PAIR, &commit);
    let (real, reveal) = real.reveal(&share).unwrap();
    first.open(&reveal).unwrap();
    // Played to somebody else, it opens; but what that one seals only the share's owner could open.
    let (second, _) = receiver(PAIR, &commit);
    let (_, stolen) = accept(second.open(&reveal).unwrap(), NONCE);
    assert_eq!(invite(real, &stolen).err(), Some(Tampered));
}

#[test]
fn a_reflected_share_is_refused_at_either_end() {
    // The same secret makes the same share.
    let secret = || Fixed::of_hex(&"07".repeat(32));
    let (sender, commit) = NearbySender::new(PAIR, &mut secret());
    let (receiver, share) = NearbyReceiver::new(PAIR, &commit, &mut secret()).unwrap();
    assert_eq!(sender.reveal(&share).err(), Some(Tampered));
    assert_eq!(receiver.open(&share).err(), Some(Tampered));
}

#[test]
fn what_is_no_share_ends_the_exchange_at_either_end() {
    let no_element = format!("AQ{}", "A".repeat(41));
    let neutral = "A".repeat(43);
    let long = "A".repeat(60_000);
    for text in ["", "*", &long, &neutral, &no_element, &format!("{}B", "A".repeat(42))] {
        assert_eq!(sender(PAIR).0.reveal(text).err(), Some(Tampered));
        let (_, commit) = sender(PAIR);
        assert_eq!(receiver(PAIR, &commit).0.open(text).err(), Some(Tampered));
    }
    for text in ["", &long, &"A".repeat(42), &format!("{}B", "A".repeat(42))] {
        let begun = NearbyReceiver::new(PAIR, text, &mut SYSTEM.clone());
        assert_eq!(begun.err(), Some(Tampered));
    }
}

#[test]
fn a_committed_neutral_element_is_refused() {
    // A server may commit to whatever it likes.
    let (_, commit) = NearbySender::new(PAIR, &mut Fixed::of_hex(&"00".repeat(32)));
    let (receiver, _) = receiver(PAIR, &commit);
    assert_eq!(receiver.open(&"A".repeat(43)).err(), Some(Tampered));
}

#[test]
fn a_changed_or_borrowed_acceptance_is_refused() {
    let (sender, receiver) = agreed(PAIR, PAIR);
    let (_, text) = accept(receiver, NONCE);
    assert_eq!(invite(sender, &changed(&text)).err(), Some(Tampered));
    let (other, _) = agreed(PAIR, PAIR);
    assert_eq!(invite(other, &text).err(), Some(Tampered));
    for nonce in ["", "../admin", &"A".repeat(23)] {
        let (sender, receiver) = agreed(PAIR, PAIR);
        let (_, text) = accept(receiver, nonce);
        assert_eq!(invite(sender, &text).err(), Some(Tampered), "{nonce:?}");
    }
}

#[test]
fn a_changed_invitation_or_one_to_no_room_is_refused() {
    let (sender, receiver) = agreed(PAIR, PAIR);
    let (receiver, text) = accept(receiver, NONCE);
    let (_, sealed) = invite(sender, &text).unwrap();
    assert_eq!(receiver.enter(&changed(&sealed)).err(), Some(Tampered));

    let (sender, receiver) = agreed(PAIR, PAIR);
    let (receiver, text) = accept(receiver, NONCE);
    let elsewhere = Invitation { room: "../admin".to_owned(), ..invitation() };
    let (_, sealed) = sender.invite(&text, elsewhere, &mut SYSTEM.clone()).unwrap();
    assert_eq!(receiver.enter(&sealed).err(), Some(Tampered));

    // The acceptance itself, played back, is no invitation.
    let (_, receiver) = agreed(PAIR, PAIR);
    let (receiver, text) = accept(receiver, NONCE);
    assert_eq!(receiver.enter(&text).err(), Some(Tampered));
}
