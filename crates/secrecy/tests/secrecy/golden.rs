//! Keys, codes and sealed messages, byte for byte as the browser's side has them.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sharesync_secrecy::{
    CODE_WORDS, Code, CodeGuest, CodeHost, CodeMistake, Invitation, LaneName, LaneSealer, LinkKey,
    NearbyDevice, NearbyPair, NearbyReceiver, NearbySender, SealedMember, SealedPair, SignalSealer,
};

use crate::random::{Fixed, bytes_of};

fn fixture<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a fixture is of its form")
}

fn key_of(text: &str) -> LinkKey {
    LinkKey::parse(text).expect("a fixture's key is one")
}

#[derive(Deserialize)]
struct LinkKeys {
    valid: Vec<ValidLinkKey>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct ValidLinkKey {
    bytes: String,
    text: String,
}

#[test]
fn link_keys_are_read_and_written_alike() {
    let keys: LinkKeys = fixture(include_str!("../../fixtures/link-keys.json"));
    for ValidLinkKey { bytes, text } in keys.valid {
        assert_eq!(LinkKey::make(&mut Fixed::of_hex(&bytes)).text(), text);
        assert_eq!(key_of(&text).text(), text);
    }
    for text in keys.refused {
        assert!(LinkKey::parse(&text).is_none(), "{text:?}");
    }
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Codes {
    made: Vec<MadeCode>,
    valid: Vec<ValidCode>,
    refused: Vec<RefusedCode>,
}

#[derive(Deserialize)]
struct MadeCode {
    nameplate: String,
    random: String,
    text: String,
}

#[derive(Deserialize)]
struct ValidCode {
    text: String,
    nameplate: String,
    words: String,
}

#[derive(Deserialize)]
struct RefusedCode {
    text: String,
    mistake: String,
}

#[test]
fn codes_are_made_and_read_alike() {
    let Words { words } = fixture(include_str!("../../fixtures/words.json"));
    assert_eq!(CODE_WORDS.to_vec(), words);
    let codes: Codes = fixture(include_str!("../../fixtures/codes.json"));
    for MadeCode { nameplate, random, text } in codes.made {
        assert_eq!(Code::make(nameplate, &mut Fixed::of_hex(&random)).text(), text);
    }
    for ValidCode { text, nameplate, words } in codes.valid {
        assert!(Code::parse(&text) == Ok(Code { nameplate, words }), "{text:?}");
    }
    for RefusedCode { text, mistake } in codes.refused {
        let expected = match mistake.as_str() {
            "form" => CodeMistake::Form,
            "nameplate" => CodeMistake::Nameplate,
            "first word" => CodeMistake::FirstWord,
            "second word" => CodeMistake::SecondWord,
            other => panic!("no mistake: {other}"),
        };
        assert_eq!(Code::parse(&text).err(), Some(expected), "{text:?}");
    }
}

#[derive(Deserialize)]
struct Member {
    id: String,
    nonce: String,
    #[serde(default)]
    half: String,
}

impl Member {
    fn sealed(&self) -> SealedMember<'_> {
        SealedMember { id: &self.id, nonce: &self.nonce }
    }

    fn half(&self) -> [u8; 16] {
        bytes_of(&self.half).try_into().expect("16 bytes")
    }
}

#[derive(Deserialize)]
struct Conversation {
    key: String,
    room: String,
    first: Member,
    second: Member,
    signals: Vec<Signal>,
}

#[derive(Deserialize)]
struct Signal {
    from: String,
    event: String,
    body: Value,
    random: String,
    sealed: String,
}

#[test]
fn signals_are_sealed_and_opened_alike() {
    let golden: Conversation = fixture(include_str!("../../fixtures/signals.json"));
    let key = key_of(&golden.key);
    let sealer = |own: &Member, other: &Member| {
        let (own, other) = (own.sealed(), other.sealed());
        SignalSealer::new(SealedPair { key: &key, room: &golden.room, own, other }).unwrap()
    };
    let mut first = sealer(&golden.first, &golden.second);
    let mut second = sealer(&golden.second, &golden.first);
    for Signal { from, event, body, random, sealed } in golden.signals {
        let (here, there) = match from.as_str() {
            "first" => (&mut first, &mut second),
            _ => (&mut second, &mut first),
        };
        let random = &mut Fixed::of_hex(&random);
        assert_eq!(here.seal(&event, &body, random).as_deref(), Ok(sealed.as_str()), "{event}");
        assert_eq!(there.open(&event, &sealed), Ok(body), "{event}");
    }
}

#[derive(Deserialize)]
struct Lanes {
    key: String,
    room: String,
    first: Member,
    second: Member,
    messages: Vec<LaneMessage>,
}

#[derive(Deserialize)]
struct LaneMessage {
    from: String,
    message: String,
    sealed: String,
}

#[test]
fn lanes_are_sealed_and_opened_alike() {
    let golden: Lanes = fixture(include_str!("../../fixtures/lanes.json"));
    let key = key_of(&golden.key);
    let side = |own: &Member, other: &Member| {
        let name = LaneName { ours: own.half(), theirs: other.half() };
        let (own, other) = (own.sealed(), other.sealed());
        LaneSealer::new(SealedPair { key: &key, room: &golden.room, own, other }, name).unwrap()
    };
    let mut first = side(&golden.first, &golden.second);
    let mut second = side(&golden.second, &golden.first);
    for LaneMessage { from, message, sealed } in golden.messages {
        let (here, there) = match from.as_str() {
            "first" => (&mut first, &mut second),
            _ => (&mut second, &mut first),
        };
        let (message, sealed) = (bytes_of(&message), bytes_of(&sealed));
        assert_eq!(here.seal(&message), Ok(sealed.clone()));
        assert_eq!(there.open(&sealed), Ok(message));
    }
}

#[derive(Deserialize)]
struct Exchange {
    code: GoldenCode,
    room: String,
    key: String,
    guest_random: String,
    host_random: String,
    guest_message: String,
    host_message: String,
    confirm: String,
    sealed: String,
}

#[derive(Deserialize)]
struct GoldenCode {
    nameplate: String,
    words: String,
}

#[test]
fn a_code_becomes_a_link_by_the_same_messages() {
    let golden: Exchange = fixture(include_str!("../../fixtures/code-exchange.json"));
    let code = Code { nameplate: golden.code.nameplate, words: golden.code.words };
    let invitation = Invitation { room: golden.room.clone(), key: key_of(&golden.key) };
    let random = &mut Fixed::of_hex(&golden.host_random);
    let (guest, knock) = CodeGuest::new(&code, &mut Fixed::of_hex(&golden.guest_random));
    assert_eq!(knock, golden.guest_message);
    let host = CodeHost::new(&code, invitation, random);
    let (host, answer) = host.answer(&knock).unwrap();
    assert_eq!(answer, golden.host_message);
    let (guest, confirm) = guest.confirm(&answer).unwrap();
    assert_eq!(confirm, golden.confirm);
    let sealed = host.seal(&confirm, random).unwrap();
    assert_eq!(sealed, golden.sealed);
    let got = guest.open(&sealed).unwrap();
    assert_eq!((got.room, got.key.text()), (golden.room, golden.key));
}

#[derive(Deserialize)]
struct NearbyExchange {
    sender: GoldenDevice,
    receiver: GoldenDevice,
    room: String,
    key: String,
    nonce: String,
    sender_random: String,
    receiver_random: String,
    commit: String,
    share: String,
    reveal: String,
    words: String,
    accept: String,
    invite: String,
}

#[derive(Deserialize)]
struct GoldenDevice {
    id: String,
    name: String,
    platform: Option<String>,
}

impl GoldenDevice {
    fn device(&self) -> NearbyDevice<'_> {
        let Self { id, name, platform } = self;
        NearbyDevice { id, name, platform: platform.as_deref() }
    }
}

#[test]
fn a_device_nearby_is_told_of_a_room_by_the_same_messages() {
    let golden: NearbyExchange = fixture(include_str!("../../fixtures/nearby-exchange.json"));
    let pair = NearbyPair { sender: golden.sender.device(), receiver: golden.receiver.device() };
    let invitation = Invitation { room: golden.room.clone(), key: key_of(&golden.key) };
    let [here, there] =
        &mut [&golden.sender_random, &golden.receiver_random].map(|hex| Fixed::of_hex(hex));
    let (sender, commit) = NearbySender::new(pair, here);
    assert_eq!(commit, golden.commit);
    let (receiver, share) = NearbyReceiver::new(pair, &commit, there).unwrap();
    assert_eq!(share, golden.share);
    let (sender, reveal) = sender.reveal(&share).unwrap();
    assert_eq!(reveal, golden.reveal);
    let receiver = receiver.open(&reveal).unwrap();
    assert_eq!(
        [sender.words(), receiver.words()].map(|words| words.join(" ")),
        [golden.words.clone(), golden.words]
    );
    let (receiver, accept) = receiver.accept(&golden.nonce, there);
    assert_eq!(accept, golden.accept);
    let (nonce, invite) = sender.invite(&accept, invitation, here).unwrap();
    assert_eq!((nonce, &invite), (golden.nonce, &golden.invite));
    let got = receiver.enter(&invite).unwrap();
    assert_eq!((got.room, got.key.text()), (golden.room, golden.key));
}
