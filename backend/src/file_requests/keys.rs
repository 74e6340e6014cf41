//! What those show who send to a request, in place of an account: a pass, that they gave its password; and a key, that an
//! upload is theirs. Both are signed and kept nowhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sharesync_protocol::UploadId;
use sharesync_service_kit::secret::SigningKey;

use crate::db::file_request::FileRequest;

/// How long a pass works, in milliseconds: a day.
const PASS_LASTS_MS: i64 = 24 * 3600 * 1000;

/// Makes and checks them.
#[derive(Clone)]
pub struct RequestKeys {
    key: SigningKey,
}

impl RequestKeys {
    /// Under a key of their own.
    pub fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// A pass: until when, and HMAC-SHA-256 over that, the request and the hash of its password, as base64url.
    pub fn pass(&self, request: &FileRequest, now: i64) -> String {
        let until = (now + PASS_LASTS_MS).to_string();
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(&said_of_pass(request, &until)));
        format!("{until}.{signature}")
    }

    /// Whether this is one, its time is not over, and the password has stayed as it was.
    pub fn is_pass(&self, request: &FileRequest, pass: &str, now: i64) -> bool {
        let Some((until, signature)) = pass.split_once('.') else { return false };
        let is_over = until.parse().is_ok_and(|until: i64| until <= now);
        !is_over && self.verifies(&said_of_pass(request, until), signature)
    }

    /// The key of an upload.
    pub fn upload_key(&self, upload: UploadId) -> String {
        URL_SAFE_NO_PAD.encode(self.key.sign(&["upload", &upload.to_string()]))
    }

    /// Whether this is it.
    pub fn is_upload_key(&self, upload: UploadId, key: &str) -> bool {
        self.verifies(&["upload", &upload.to_string()], key)
    }

    fn verifies(&self, said: &[&str], signature: &str) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(signature);
        signature.is_ok_and(|signature| self.key.verify(said, &signature))
    }
}

fn said_of_pass<'a>(request: &'a FileRequest, until: &'a str) -> [&'a str; 4] {
    let hash = request.password_hash.as_deref().unwrap_or_default();
    ["pass", request.slug(), until, hash]
}
