//! The keys that objects are encrypted with: each has one of its own, which is kept with its row, encrypted under the
//! server's master key (`ENCRYPTION_KEY`). Asked by the disk store, and when the master key is changed.

use std::io;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sharesync_service_kit::secret::{RootSecret, random_bytes};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::segments::SegmentKey;

/// Bytes of an object's key.
const KEY_BYTES: usize = 32;

/// An object's key, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which master key it is encrypted under, as base64url: a signature of nothing.
    pub under: String,
    /// A nonce, the key and a tag: AES-256-GCM (NIST SP 800-38D), bound to the object's name.
    pub sealed: Arc<[u8]>,
}

/// What objects' keys are encrypted under.
#[derive(Clone, Default)]
pub struct MasterKeys {
    /// That of new objects; none where they are not encrypted.
    current: Option<MasterKey>,
    /// That of before.
    previous: Option<MasterKey>,
}

#[derive(Clone)]
struct MasterKey {
    name: String,
    key: Arc<LessSafeKey>,
}

/// An object's key that no master key opens.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the object is encrypted under another key")]
struct UnknownKey;

impl MasterKeys {
    /// Encrypts under the first, and opens what was encrypted under either.
    pub fn new(current: Option<&RootSecret>, previous: Option<&RootSecret>) -> Self {
        Self { current: current.map(MasterKey::new), previous: previous.map(MasterKey::new) }
    }

    /// The names of both, sorted; empty ones where there are none.
    pub fn names(&self) -> [String; 2] {
        let name = |key: &Option<MasterKey>| key.as_ref().map(|key| key.name.clone());
        let mut names = [&self.current, &self.previous].map(|key| name(key).unwrap_or_default());
        names.sort_unstable();
        names
    }

    /// The name of the one that new objects' keys are encrypted under.
    pub fn current(&self) -> Option<&str> {
        self.current.as_ref().map(|key| key.name.as_str())
    }

    /// A key for a new object; none where they are not encrypted.
    pub(super) fn make(&self, object: Uuid) -> Option<WrappedKey> {
        let key = Zeroizing::new(random_bytes::<KEY_BYTES>());
        self.current.as_ref().map(|master| master.wrap(object, &key))
    }

    /// An object's key, under the current master key.
    pub fn rewrap(&self, object: Uuid, key: &WrappedKey) -> io::Result<Option<WrappedKey>> {
        let opened = self.open(object, key)?;
        Ok(self.current.as_ref().map(|master| master.wrap(object, &opened)))
    }

    pub(super) fn unwrap(&self, object: Uuid, key: &WrappedKey) -> io::Result<SegmentKey> {
        Ok(SegmentKey::new(&*self.open(object, key)?))
    }

    fn open(&self, object: Uuid, key: &WrappedKey) -> io::Result<Zeroizing<[u8; KEY_BYTES]>> {
        let known = [&self.current, &self.previous].into_iter().flatten();
        let master = known.into_iter().find(|master| master.name == key.under);
        master
            .and_then(|master| master.open(object, &key.sealed))
            .ok_or_else(|| io::Error::other(UnknownKey))
    }
}

impl MasterKey {
    fn new(secret: &RootSecret) -> Self {
        let name = secret.key_for("name of the encryption key").sign(&[]);
        let key =
            UnboundKey::new(&AES_256_GCM, secret.key_for("encryption of objects' keys").as_bytes());
        let key = LessSafeKey::new(key.expect("a key of 32 bytes is one of AES-256"));
        let name = URL_SAFE_NO_PAD.encode(&name[..8]);
        Self { name, key: Arc::new(key) }
    }

    fn wrap(&self, object: Uuid, key: &[u8; KEY_BYTES]) -> WrappedKey {
        let nonce = random_bytes::<NONCE_LEN>();
        let mut sealed = key.to_vec();
        self.key
            .seal_in_place_append_tag((&nonce).into(), Aad::from(object.as_bytes()), &mut sealed)
            .expect("32 bytes are not too many");
        WrappedKey { under: self.name.clone(), sealed: [&nonce[..], &sealed].concat().into() }
    }

    fn open(&self, object: Uuid, sealed: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let key = self.key.open_in_place(nonce, Aad::from(object.as_bytes()), &mut sealed).ok()?;
        <[u8; KEY_BYTES]>::try_from(&*key).ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: Uuid = Uuid::from_u128(7);

    fn secret(byte: u8) -> RootSecret {
        RootSecret::new(vec![byte; 32]).unwrap()
    }

    #[test]
    fn a_key_is_opened_for_its_object_and_under_its_master_key_only() {
        let keys = MasterKeys::new(Some(&secret(1)), None);
        let wrapped = keys.make(OBJECT).unwrap();
        assert!(keys.open(OBJECT, &wrapped).is_ok());
        assert!(keys.open(Uuid::from_u128(8), &wrapped).is_err());
        let other = MasterKeys::new(Some(&secret(2)), None);
        assert!(other.open(OBJECT, &wrapped).is_err());
        let renamed = WrappedKey { under: other.current().unwrap().into(), ..wrapped };
        assert!(other.open(OBJECT, &renamed).is_err());
    }

    #[test]
    fn keys_of_the_previous_master_key_are_opened_and_wrapped_anew() {
        let wrapped = MasterKeys::new(Some(&secret(1)), None).make(OBJECT).unwrap();
        let keys = MasterKeys::new(Some(&secret(2)), Some(&secret(1)));
        let anew = keys.rewrap(OBJECT, &wrapped).unwrap().unwrap();
        assert_eq!(Some(&*anew.under), keys.current());
        let later = MasterKeys::new(Some(&secret(2)), None);
        assert_eq!(later.open(OBJECT, &anew).unwrap(), keys.open(OBJECT, &wrapped).unwrap());
        assert!(later.open(OBJECT, &wrapped).is_err());
    }

    #[test]
    fn without_a_master_key_objects_have_none() {
        assert_eq!(MasterKeys::default().make(OBJECT), None);
        assert_eq!(MasterKeys::new(None, Some(&secret(1))).make(OBJECT), None);
    }
}
