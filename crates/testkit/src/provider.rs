//! An OpenID provider of a test's own, that says of people whatever the test wants: a real one would not lie. It does
//! hold a client to what a provider must: the secret, the redirect URI, a code once, and PKCE.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PublicKeyData};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const CLIENT_ID: &str = "sharesync";
const CLIENT_SECRET: &str = "a secret of the test";

/// A running provider. Gone when dropped.
pub struct Provider {
    url: String,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    url: String,
    key: Mutex<Key>,
    grants: Mutex<HashMap<String, Grant>>,
}

struct Key {
    kid: String,
    pair: KeyPair,
}

/// What a code stands for.
struct Grant {
    redirect_uri: String,
    challenge: String,
    token: String,
}

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// By the provider, as it should be.
    Rightly,
    /// By nobody (`alg: none`).
    NotAtAll,
    /// By a key of somebody else's, under the provider's key's name.
    ByAStranger,
    /// With the public key as if it were a shared one (`alg: HS256`).
    WithThePublicKey,
}

impl Key {
    fn new(number: u32) -> Self {
        let pair = KeyPair::generate().expect("a key can be made");
        Self { kid: format!("key-{number}"), pair }
    }

    /// The public key as JSON (RFC 7518 §6.2.1).
    fn jwk(&self) -> Value {
        // Uncompressed: 4, x, y (SEC 1 §2.3.3).
        let point = self.pair.der_bytes();
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": coordinate(&point[1..33]), "y": coordinate(&point[33..65]),
        })
    }

    fn sign(&self, claims: &Value, signed: Signed) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        let by = |pair: &KeyPair| {
            let key = EncodingKey::from_ec_der(&pair.serialize_der());
            encode(&header, claims, &key).expect("claims can be signed")
        };
        match signed {
            Signed::Rightly => by(&self.pair),
            Signed::ByAStranger => by(&KeyPair::generate().expect("a key can be made")),
            Signed::NotAtAll => {
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(&json!({ "alg": "none", "kid": self.kid })), part(claims))
            }
            Signed::WithThePublicKey => {
                let mut header = Header::new(Algorithm::HS256);
                header.kid = Some(self.kid.clone());
                let key = EncodingKey::from_secret(self.pair.der_bytes());
                encode(&header, claims, &key).expect("claims can be signed")
            }
        }
    }
}

impl Provider {
    /// Starts one on a port of its own.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let url = format!("http://{}", listener.local_addr().expect("the listener is bound"));
        let shared = Arc::new(Shared {
            url: url.clone(),
            key: Mutex::new(Key::new(1)),
            grants: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        Self { url, shared, task }
    }

    /// The variables that tell a server of it, as the provider of that name.
    pub fn variables(&self, name: &str) -> [(String, String); 3] {
        [("ISSUER", &*self.url), ("CLIENT_ID", CLIENT_ID), ("CLIENT_SECRET", CLIENT_SECRET)]
            .map(|(what, value)| (format!("OIDC_{name}_{what}"), value.to_owned()))
    }

    /// Has another key from now on.
    pub fn change_key(&self) {
        *self.shared.key.lock().expect("no test panics with it") = Key::new(2);
    }

    /// What the provider does when somebody has said who they are and agreed: the code and the state that the browser
    /// comes back with. `said` is put over what it would say of Sam.
    pub fn agree(&self, address: &str, said: Value) -> (String, String) {
        self.agree_signed(address, said, Signed::Rightly)
    }

    /// The same, with the ID token signed in some way.
    pub fn agree_signed(&self, address: &str, said: Value, signed: Signed) -> (String, String) {
        let asked = Asked::of(address);
        assert!(address.starts_with(&format!("{}/authorize?", self.url)), "{address}");
        assert_eq!(asked.get("response_type"), "code");
        assert_eq!(asked.get("client_id"), CLIENT_ID);
        assert_eq!(asked.get("code_challenge_method"), "S256");
        let now = asked.now;
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT_ID, "sub": "sam's number", "nonce": asked.get("nonce"),
            "iat": now, "exp": now + 300,
            "email": "sam@example.com", "email_verified": true, "name": "Sam Smith",
        });
        if let Value::Object(said) = said {
            for (name, value) in said {
                claims[name] = value;
            }
        }
        let token = self.shared.key.lock().expect("no test panics with it").sign(&claims, signed);
        let code = format!("code-{}", asked.get("state"));
        let grant = Grant {
            redirect_uri: asked.get("redirect_uri"),
            challenge: asked.get("code_challenge"),
            token,
        };
        self.shared.grants.lock().expect("no test panics with it").insert(code.clone(), grant);
        (code, asked.get("state"))
    }
}

impl Provider {
    /// The ID token that a code stands for, as whoever exchanges it sees it.
    pub fn id_token(&self, code: &str) -> String {
        let grants = self.shared.grants.lock().expect("no test panics with it");
        grants.get(code).map(|grant| grant.token.clone()).unwrap_or_default()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What an address asks a provider for.
struct Asked {
    query: HashMap<String, String>,
    now: i64,
}

impl Asked {
    fn of(address: &str) -> Self {
        let url = Url::parse(address).expect("an authorization address is an address");
        let now = sharesync_service_kit::clock::Clock::System.now_secs();
        Self { query: url.query_pairs().into_owned().collect(), now }
    }

    fn get(&self, name: &str) -> String {
        self.query.get(name).cloned().unwrap_or_default()
    }
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", shared.url);
    Json(json!({
        "issuer": shared.url, "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
    }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let key = shared.key.lock().expect("no test panics with it").jwk();
    Json(json!({ "keys": [key] }))
}

async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    let form = |name: &str| form.get(name).map(String::as_str).unwrap_or_default().to_owned();
    let credentials = format!("{CLIENT_ID}:{}", CLIENT_SECRET.replace(' ', "+"));
    let expected = format!("Basic {}", STANDARD.encode(credentials));
    if headers.get(header::AUTHORIZATION).is_none_or(|sent| sent != expected.as_str()) {
        return refused("invalid_client");
    }
    let grant = shared.grants.lock().expect("no test panics with it").remove(&form("code"));
    let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(form("code_verifier")));
    match grant {
        Some(grant)
            if grant.challenge == verifier && grant.redirect_uri == form("redirect_uri") =>
        {
            let answer = json!({
                "access_token": "unused", "token_type": "Bearer", "id_token": grant.token,
            });
            (StatusCode::OK, Json(answer))
        }
        _ => refused("invalid_grant"),
    }
}
