//! The golden messages in `fixtures/`, read as the native side reads them. The browser's side reads
//! the same files in `frontend/src/features/p2p/engine/golden.test.ts`, and those of live updates in
//! `frontend/src/api/event-messages.test.ts`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sharesync_protocol::code::{CodeOpened, Knock, KnockMessage, Knocking};
use sharesync_protocol::events::{LibraryNews, UploadNews};
use sharesync_protocol::nearby::{Appear, Appeared, NearbyKnock, NearbyKnocked, NearbyNews};
use sharesync_protocol::report::Report;
use sharesync_protocol::signaling::{
    Create, Eject, IceServers, Join, Joined, Lock, PeerId, PeerJoined, Refusal, Relayed,
};
use sharesync_protocol::transfer::{BLOCK_BYTES, Control, Frame};

fn fixture<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a fixture is of its form")
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[derive(Deserialize)]
struct Frames {
    valid: Vec<ValidFrame>,
    malformed: Vec<MalformedFrame>,
}

#[derive(Deserialize)]
struct ValidFrame {
    name: String,
    kind: String,
    file: u32,
    block: u32,
    offset: u32,
    payload: String,
    bytes: String,
}

#[derive(Deserialize)]
struct MalformedFrame {
    name: String,
    bytes: String,
}

#[test]
fn frames_encode_and_decode() {
    let frames: Frames = fixture(include_str!("../fixtures/frames.json"));
    for golden in frames.valid {
        let payload = bytes_of(&golden.payload);
        let (digest, piece) = match golden.kind.as_str() {
            "chunk" => (None, &payload[..]),
            _ => payload.split_first_chunk().map(|(digest, piece)| (Some(digest), piece)).unwrap(),
        };
        let (file, block, offset) = (golden.file, golden.block, golden.offset);
        let frame = Frame { file, block, offset, digest, piece };
        assert_eq!(hex(&frame.encode()), golden.bytes, "{}", golden.name);
        assert_eq!(Frame::decode(&bytes_of(&golden.bytes)), Ok(frame), "{}", golden.name);
    }
}

#[test]
fn malformed_frames_are_refused() {
    let frames: Frames = fixture(include_str!("../fixtures/frames.json"));
    for golden in frames.malformed {
        assert!(Frame::decode(&bytes_of(&golden.bytes)).is_err(), "{}", golden.name);
    }
}

#[derive(Deserialize)]
struct Controls {
    valid: Vec<Message>,
    malformed: Vec<Text>,
}

#[derive(Deserialize)]
struct Message {
    name: String,
    message: Value,
}

#[derive(Deserialize)]
struct Text {
    name: String,
    text: String,
}

#[test]
fn control_messages_are_read_and_written_alike() {
    let controls: Controls = fixture(include_str!("../fixtures/control.json"));
    for golden in controls.valid {
        let message = Control::parse(&golden.message.to_string()).expect(&golden.name);
        assert_eq!(serde_json::to_value(message).unwrap(), golden.message, "{}", golden.name);
    }
}

#[test]
fn malformed_control_messages_are_refused() {
    let controls: Controls = fixture(include_str!("../fixtures/control.json"));
    for golden in controls.malformed {
        assert!(Control::parse(&golden.text).is_err(), "{}", golden.name);
    }
}

#[test]
fn a_control_message_of_more_than_64_kib_is_refused() {
    let cancel = r#"{"type":"cancel"}"#;
    let padded = |bytes: usize| format!("{cancel}{}", " ".repeat(bytes - cancel.len()));
    assert_eq!(Control::parse(&padded(64 * 1024)), Ok(Control::Cancel));
    assert!(Control::parse(&padded(64 * 1024 + 1)).is_err());
}

#[derive(Deserialize)]
struct Signaling {
    joined: Group,
    refusal: Group,
    create: Group,
    join: Group,
    presence: Group,
    lock: Group,
    eject: Group,
    description: Group,
    trickle: Group,
    code_opened: Group,
    knock: Group,
    knock_message: Group,
    knocking: Group,
    ice_servers: Group,
    appear: Group,
    appeared: Group,
    nearby_news: Group,
    nearby_knock: Group,
    nearby_knocked: Group,
    report: Group,
}

#[derive(Deserialize)]
struct Group {
    valid: Vec<Message>,
    malformed: Vec<Message>,
}

impl Group {
    fn check<T: DeserializeOwned + serde::Serialize>(self) {
        for golden in self.valid {
            let read: T = serde_json::from_value(golden.message.clone()).expect(&golden.name);
            let written = serde_json::to_value(read).expect("it was read from JSON");
            assert_eq!(written, golden.message, "{}", golden.name);
        }
        for golden in self.malformed {
            assert!(serde_json::from_value::<T>(golden.message).is_err(), "{}", golden.name);
        }
    }
}

#[test]
fn signaling_messages_are_read_and_written_alike() {
    let signaling: Signaling = fixture(include_str!("../fixtures/signaling.json"));
    signaling.joined.check::<Joined>();
    signaling.refusal.check::<Refusal>();
    signaling.create.check::<Create>();
    signaling.join.check::<Join>();
    signaling.presence.check::<PeerJoined>();
    signaling.lock.check::<Lock>();
    signaling.eject.check::<Eject>();
    signaling.description.check::<Relayed>();
    signaling.trickle.check::<Relayed>();
    signaling.code_opened.check::<CodeOpened>();
    signaling.knock.check::<Knock>();
    signaling.knock_message.check::<KnockMessage>();
    signaling.knocking.check::<Knocking>();
    signaling.ice_servers.check::<IceServers>();
    signaling.appear.check::<Appear>();
    signaling.appeared.check::<Appeared>();
    signaling.nearby_news.check::<NearbyNews>();
    signaling.nearby_knock.check::<NearbyKnock>();
    signaling.nearby_knocked.check::<NearbyKnocked>();
    signaling.report.check::<Report>();
}

#[derive(Deserialize)]
struct Events {
    upload: Group,
    library: Group,
}

#[test]
fn live_updates_are_read_and_written_alike() {
    let events: Events = fixture(include_str!("../fixtures/events.json"));
    events.upload.check::<UploadNews>();
    events.library.check::<LibraryNews>();
}

#[test]
fn a_relayed_message_says_who_sent_it_whatever_its_sender_wrote() {
    let forged = serde_json::json!({ "to": "b", "from": "somebody else", "sdp": "v=0" });
    let addressed: sharesync_protocol::signaling::Addressed =
        serde_json::from_value(forged).unwrap();
    let relayed = addressed.relayed_from(PeerId("a".to_owned()));
    let body = Map::from_iter([("sdp".to_owned(), Value::from("v=0"))]);
    assert_eq!((relayed.from, relayed.body), (PeerId("a".to_owned()), body));
}

#[derive(Deserialize)]
struct Digests {
    files: Vec<DigestedFile>,
}

#[derive(Deserialize)]
struct DigestedFile {
    size: usize,
    blocks: Vec<String>,
    digest: String,
}

#[test]
fn digests_of_blocks_and_files() {
    let digests: Digests = fixture(include_str!("../fixtures/digest.json"));
    for golden in digests.files {
        let content: Vec<u8> = (0..251).cycle().take(golden.size).collect();
        let mut file = Sha256::new();
        let mut blocks = Vec::new();
        for block in content.chunks(BLOCK_BYTES as usize) {
            let digest = Sha256::digest(block);
            file.update(digest);
            blocks.push(hex(&digest));
        }
        assert_eq!(blocks, golden.blocks, "{} bytes", golden.size);
        assert_eq!(hex(&file.finalize()), golden.digest, "{} bytes", golden.size);
    }
}
