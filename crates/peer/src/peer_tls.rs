//! TLS between two peers that know each other's certificates by their digests, which the signaling service passed on sealed
//! (as RFC 8122 has it for SDP, and WebRTC for DTLS). Used by `TcpLink`.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use sha2::{Digest, Sha256};

/// SHA-256 of a certificate in DER.
pub(crate) type Fingerprint = [u8; 32];

/// A key for one connection, and the certificate that shows it.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// A fresh one.
    pub(crate) fn make() -> Result<Self, rcgen::Error> {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(Vec::new())?;
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        Ok(Self { certificate: cert.der().clone(), key })
    }

    /// What the other side knows it by.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Sha256::digest(&self.certificate).into()
    }

    /// Both ends of TLS 1.3 with whoever has that fingerprint. No session is ever taken up again.
    pub(crate) fn with(
        self,
        theirs: Fingerprint,
    ) -> Result<(Arc<ClientConfig>, Arc<ServerConfig>), Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let pinned = Arc::new(Pinned { theirs, provider: Arc::clone(&provider) });
        let versions = &[&rustls::version::TLS13];
        let chain = vec![self.certificate];
        let mut client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&pinned) as _)
            .with_client_auth_cert(chain.clone(), self.key.clone_key())?;
        client.resumption = rustls::client::Resumption::disabled();
        client.enable_sni = false;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_client_cert_verifier(pinned)
            .with_single_cert(chain, self.key)?;
        server.send_tls13_tickets = 0;
        Ok((Arc::new(client), Arc::new(server)))
    }
}

/// Takes one certificate alone, whoever it names and however old it is.
#[derive(Debug)]
struct Pinned {
    theirs: Fingerprint,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    fn verify(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let shown: Fingerprint = Sha256::digest(certificate).into();
        if shown == self.theirs {
            Ok(())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls13(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(certificate).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("it speaks TLS 1.3 alone".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verify(certificate).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("it speaks TLS 1.3 alone".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_tls13(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}
