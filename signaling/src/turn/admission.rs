//! Who may ask for anything: the long-term credential mechanism (RFC 8489 §9.2). Nothing is kept
//! for strangers: a nonce proves itself. Asked by `requests` for every request but Binding.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::SigningKey;
use turn_types::stun::attribute::{ErrorCode, MessageIntegrity, Nonce, Realm, Username};
use turn_types::stun::message::{
    IntegrityAlgorithm, IntegrityKey, LongTermCredentials, Message, MessageIntegrityCredentials,
};
use turn_types::stun::prelude::AttributeStaticType;

use super::credentials::TurnCredentials;

/// The realm of every credential here.
pub(super) const REALM: &str = "sharesync";
/// How long a nonce is good; a client that comes with an older one gets another, unnoticed by
/// whoever uses it.
const NONCE_LIFETIME: Duration = Duration::from_mins(10);
/// Bytes of a nonce's signature.
const NONCE_SIGNATURE_BYTES: usize = 16;

/// Lets holders of credentials in.
pub(super) struct Admission {
    pub(super) credentials: TurnCredentials,
    pub(super) nonce_key: SigningKey,
    pub(super) clock: Clock,
}

/// Somebody whose request was signed with a credential's password.
pub(super) struct Admitted {
    /// The credential's name.
    pub(super) username: String,
    /// What the answer is signed with.
    pub(super) key: IntegrityKey,
}

impl Admission {
    /// Checks that a request comes from the holder of a credential. `known` is the one with which
    /// the client's allocation was made: it goes on being good for that when it opens no more.
    /// The error is a STUN error code, for an answer that is not signed.
    pub(super) fn admit(
        &self,
        request: &Message<'_>,
        from: SocketAddr,
        known: Option<&str>,
    ) -> Result<Admitted, u16> {
        if !request.has_attribute(MessageIntegrity::TYPE) {
            return Err(ErrorCode::UNAUTHORIZED);
        }
        let (Ok(username), Ok(_), Ok(nonce)) = (
            request.attribute::<Username>(),
            request.attribute::<Realm>(),
            request.attribute::<Nonce>(),
        ) else {
            return Err(ErrorCode::BAD_REQUEST);
        };
        if !self.is_good(nonce.nonce(), from) {
            return Err(ErrorCode::STALE_NONCE);
        }
        let username = username.username();
        if !self.credentials.lasts(username) && known != Some(username) {
            return Err(ErrorCode::UNAUTHORIZED);
        }
        // Whatever realm the request names, it has to be signed for this one.
        let password = self.credentials.password(username);
        let credentials = LongTermCredentials::new(username.to_owned(), password);
        let credentials = MessageIntegrityCredentials::from(credentials.to_key(REALM.to_owned()));
        let key = credentials.make_key(IntegrityAlgorithm::Sha1);
        if request.validate_integrity_with_key(&key).is_err() {
            return Err(ErrorCode::UNAUTHORIZED);
        }
        Ok(Admitted { username: username.to_owned(), key })
    }

    /// A nonce for a client: its expiry, and a signature over that and the client's address.
    pub(super) fn nonce(&self, client: SocketAddr) -> String {
        let expiry = self.clock.now_secs().saturating_add_unsigned(NONCE_LIFETIME.as_secs());
        format!("{expiry}.{}", URL_SAFE_NO_PAD.encode(self.signature(expiry, client)))
    }

    fn is_good(&self, nonce: &str, client: SocketAddr) -> bool {
        let Some((expiry, signature)) = nonce.split_once('.') else { return false };
        let Ok(expiry) = expiry.parse() else { return false };
        // A guess at a signature costs a request and helps for ten minutes from one address: how
        // long the comparison takes tells nobody anything.
        self.clock.now_secs() < expiry
            && signature == URL_SAFE_NO_PAD.encode(self.signature(expiry, client))
    }

    fn signature(&self, expiry: i64, client: SocketAddr) -> [u8; NONCE_SIGNATURE_BYTES] {
        let mut signature = [0; NONCE_SIGNATURE_BYTES];
        let whole = self.nonce_key.sign(&[&expiry.to_string(), &client.to_string()]);
        signature.copy_from_slice(&whole[..NONCE_SIGNATURE_BYTES]);
        signature
    }
}
