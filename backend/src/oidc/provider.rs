//! One provider: found by discovery, asked for a sign-in, and for what came of it.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jsonwebtoken::decode_header;
use jsonwebtoken::jwk::JwkSet;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::random_token;

use super::ProviderConfig;
use super::id_token::{self, Expected, Identity};

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what was discovered is taken for true.
const KNOWN_FOR: Duration = Duration::from_hours(1);
/// How often keys are asked for again because a token names one that is not known.
const KEYS_EVERY: Duration = Duration::from_mins(1);
/// Largest answer of a provider, in bytes.
const MAX_ANSWER: usize = 1 << 20;

/// A provider, and what is known of it.
pub struct Provider {
    config: ProviderConfig,
    http: reqwest::Client,
    clock: Clock,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    metadata: Metadata,
    keys: JwkSet,
    /// In milliseconds since the Unix epoch.
    learnt_at: i64,
}

/// What is used of a provider's metadata (OpenID Connect Discovery 1.0 §3).
#[derive(Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Somebody who is sent to a provider, and what to keep until they come back.
pub struct Errand {
    /// Where they go.
    pub url: String,
    /// What they bring back.
    pub state: String,
    /// What the ID token must hold.
    pub nonce: String,
    /// What proves that the code was ours (RFC 7636 §4.1).
    pub pkce: String,
}

/// Why a sign-in came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or does not answer as a provider does.
    #[error("the provider does not answer as it should: {0}")]
    Unreachable(String),
    /// It does not give what the code should have brought.
    #[error("the provider refuses the code: {0}")]
    Refused(String),
    /// What it says of somebody is not to be believed.
    #[error("the ID token is not to be believed: {0}")]
    Unbelievable(&'static str),
}

#[derive(Debug, Serialize, Deserialize)]
struct WithIdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for WithIdToken {}

type OAuthClient = Client<
    BasicErrorResponse,
    StandardTokenResponse<WithIdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Provider {
    /// A provider that nothing is known of yet.
    pub fn new(config: ProviderConfig, clock: Clock) -> Self {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            // A provider's answer is its own: where it points, nobody looks.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client with a timeout can be made");
        Self { config, http, clock, known: Mutex::default() }
    }

    /// What paths call it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// What people call it.
    pub fn label(&self) -> &str {
        &self.config.label
    }

    /// Its identifier.
    pub fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Sends somebody there, to come back to `redirect_uri`.
    pub async fn send(&self, redirect_uri: &str) -> Result<Errand, ProviderError> {
        let known = self.known(KNOWN_FOR).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = random_token::<32>();
        let client = self.client(&known.metadata, redirect_uri)?;
        let (url, state) = client
            .authorize_url(|| CsrfToken::new(random_token::<32>()))
            .add_scopes(["openid", "email", "profile"].map(|scope| Scope::new(scope.into())))
            .add_extra_param("nonce", &nonce)
            .set_pkce_challenge(challenge)
            .url();
        Ok(Errand {
            url: url.into(),
            state: state.into_secret(),
            nonce,
            pkce: verifier.into_secret(),
        })
    }

    /// Who came back with a code.
    pub async fn receive(
        &self,
        code: String,
        redirect_uri: &str,
        nonce: &str,
        pkce: String,
    ) -> Result<Identity, ProviderError> {
        let known = self.known(KNOWN_FOR).await?;
        let client = self.client(&known.metadata, redirect_uri)?;
        let http = self.http.clone();
        let granted = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pkce))
            .request_async(&move |request| call(http.clone(), request))
            .await;
        let granted = granted.map_err(|e| ProviderError::Refused(e.to_string()))?;
        let token = granted.extra_fields().id_token.as_deref();
        let token = token.ok_or(ProviderError::Unbelievable("there is none"))?;
        self.verify(token, nonce, known).await
    }

    async fn verify(
        &self,
        token: &str,
        nonce: &str,
        mut known: Known,
    ) -> Result<Identity, ProviderError> {
        let header =
            decode_header(token).map_err(|_| ProviderError::Unbelievable("it cannot be read"))?;
        if id_token::key_of(&known.keys, header.kid.as_deref()).is_none() {
            known = self.known(KEYS_EVERY).await?;
        }
        let key = id_token::key_of(&known.keys, header.kid.as_deref());
        let key = key.ok_or(ProviderError::Unbelievable("its key is not the provider's"))?;
        let expected = Expected {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce,
            now: self.clock.now_secs(),
        };
        id_token::verify(token, header.alg, key, &expected).map_err(ProviderError::Unbelievable)
    }

    /// What is known of it, no longer ago than that.
    async fn known(&self, at_most: Duration) -> Result<Known, ProviderError> {
        let slot = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now_ms();
        let at_most = i64::try_from(at_most.as_millis()).unwrap_or(i64::MAX);
        if let Some(known) = slot().as_ref().filter(|known| now - known.learnt_at < at_most) {
            return Ok(known.clone());
        }
        let issuer = self.config.issuer.trim_end_matches('/');
        let metadata: Metadata =
            self.get(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if metadata.issuer != self.config.issuer {
            return Err(ProviderError::Unreachable(format!(
                "it calls itself {:?}",
                metadata.issuer
            )));
        }
        let keys = self.get(&metadata.jwks_uri).await?;
        let known = Known { metadata, keys, learnt_at: now };
        *slot() = Some(known.clone());
        Ok(known)
    }

    fn client(&self, metadata: &Metadata, redirect: &str) -> Result<OAuthClient, ProviderError> {
        let bad = |e: oauth2::url::ParseError| ProviderError::Unreachable(e.to_string());
        let secret = self.config.client_secret.expose_secret().to_owned();
        Ok(Client::new(ClientId::new(self.config.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_uri(AuthUrl::new(metadata.authorization_endpoint.clone()).map_err(bad)?)
            .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(bad)?)
            .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(bad)?))
    }

    async fn get<T: for<'a> Deserialize<'a>>(&self, url: &str) -> Result<T, ProviderError> {
        let unreachable = |e: reqwest::Error| ProviderError::Unreachable(e.to_string());
        let answer = self.http.get(url).send().await.map_err(unreachable)?;
        let answer = answer.error_for_status().map_err(unreachable)?;
        let body = body_of(answer).await.map_err(unreachable)?;
        serde_json::from_slice(&body).map_err(|e| ProviderError::Unreachable(e.to_string()))
    }
}

/// Carries a request of the OAuth library.
async fn call(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let answer = http.execute(request.try_into()?).await?;
    let mut response = HttpResponse::new(vec![]);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = body_of(answer).await?;
    Ok(response)
}

/// As much of an answer as any provider has reason to give.
async fn body_of(mut answer: reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = vec![];
    while let Some(piece) = answer.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_ANSWER {
            break;
        }
    }
    Ok(body)
}
