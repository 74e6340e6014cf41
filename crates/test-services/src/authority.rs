//! A certificate authority of a test's own, and a certificate that it signed for 127.0.0.1.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// Files in PEM, gone with it.
pub struct Authority(TempDir);

impl Authority {
    /// With a certificate that it has signed.
    pub fn new() -> Self {
        let own = Self(tempfile::tempdir().unwrap());
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        fs::write(own.certificate(), authority.self_signed(&key).unwrap().pem()).unwrap();

        let issuer = Issuer::new(authority, key);
        let server = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        fs::write(own.signed(), server.signed_by(&key, &issuer).unwrap().pem()).unwrap();
        fs::write(own.key(), key.serialize_pem()).unwrap();
        own
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.0.path().join("authority.pem")
    }

    /// The certificate that it signed.
    pub fn signed(&self) -> PathBuf {
        self.0.path().join("signed.pem")
    }

    /// That certificate's key.
    pub fn key(&self) -> PathBuf {
        self.0.path().join("key.pem")
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
