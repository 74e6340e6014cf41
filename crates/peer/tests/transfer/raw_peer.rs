//! The other side, by hand: says whatever a test wants.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sharesync_peer::Channels;
use sharesync_protocol::transfer::{Control, Frame};

/// Speaks for one end.
pub struct RawPeer(pub Channels);

impl RawPeer {
    pub async fn say(&self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&self, text: &str) {
        let _ = self.0.control.send(text.to_owned().into()).await;
    }

    /// The next message; nothing once the other side has closed.
    pub async fn hear(&self) -> Option<Control> {
        let message = self.0.control.receive().await?;
        Some(Control::parse(str::from_utf8(&message).unwrap()).unwrap())
    }

    /// The next message of which this is true; the others are passed over.
    pub async fn hear_until(&self, is: impl Fn(&Control) -> bool) -> Option<Control> {
        loop {
            let message = self.hear().await?;
            if is(&message) {
                return Some(message);
            }
        }
    }

    pub async fn greet(&self) {
        self.say(json!({"type": "hello", "version": 1})).await;
    }

    /// Offers files of these names and sizes.
    pub async fn offer(&self, files: &[(&str, u64)]) {
        let files: Vec<Value> = files.iter().map(|(name, size)| offered(name, *size)).collect();
        self.say(json!({"type": "offer", "files": files})).await;
    }

    /// As far as that content may be sent.
    pub async fn accepted(&self) {
        self.hear_until(|message| matches!(message, Control::Credit { .. })).await.unwrap();
    }

    pub async fn send(&self, frame: Vec<u8>) {
        let _ = self.0.data.send(frame.into()).await;
    }

    /// Closes, once the other side has.
    pub async fn leave(&self) {
        self.0.control.close().await;
        self.0.data.close().await;
    }
}

pub fn offered(name: &str, size: u64) -> Value {
    json!({"name": name, "size": size, "media_type": "", "modified_at": 0})
}

pub fn chunk(file: u32, block: u32, offset: u32, piece: &[u8]) -> Vec<u8> {
    Frame { file, block, offset, digest: None, piece }.encode()
}

/// A seal with the digest of `whole`, which ends with `piece`.
pub fn seal(file: u32, block: u32, offset: u32, whole: &[u8], piece: &[u8]) -> Vec<u8> {
    let digest: [u8; 32] = Sha256::digest(whole).into();
    Frame { file, block, offset, digest: Some(&digest), piece }.encode()
}

/// The digest of a file with these blocks, in hexadecimal.
pub fn digest_of(blocks: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for block in blocks {
        hash.update(Sha256::digest(block));
    }
    hash.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hexadecimal).collect()
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap()
}
