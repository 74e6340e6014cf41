//! A server's API over HTTP: calls with a token, what they answer, and what is tried again. Every command that asks a server
//! for something does so here.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sharesync_protocol::api::Problem;

use crate::config::Server;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::persistence::{Patience, persist};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(15);
/// How long an answer may take that nothing has to be done for.
const ANSWER: Duration = Duration::from_mins(1);
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// A server's API.
#[derive(Clone)]
pub struct Api {
    http: Client,
    server: Server,
    token: Option<SecretString>,
    output: Output,
}

/// The items of one page of a list, and where the next begins.
pub type PageOf<T> = (Vec<T>, Option<String>);

impl Api {
    /// That of a server, with a token or as anybody. Proxies are those that the environment names.
    pub fn new(server: Server, token: Option<SecretString>, output: Output) -> Result<Self> {
        // What is asked for by TLS is not followed to where there is none.
        let policy = Policy::custom(|attempt| {
            let was_private = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
            if attempt.previous().len() > MOST_REDIRECTS {
                attempt.error("too many redirects")
            } else if was_private && attempt.url().scheme() != "https" {
                attempt.error("a redirect leads to where there is no encryption")
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("sharesync/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            // Some answers are for whoever asked before: a second factor, a link for one person.
            .cookie_store(true)
            .redirect(policy)
            .build();
        let http = client.map_err(|error| Failure::local("make connections", error))?;
        Ok(Self { http, server, token, output })
    }

    /// The same server, with another token.
    #[must_use]
    pub fn with_token(&self, token: SecretString) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Where to say things.
    pub fn output(&self) -> &Output {
        &self.output
    }

    /// A request to a path of the server, with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.server.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    /// A request to an address that lets whoever has it in: without the token, wherever it is.
    pub fn request_at(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// `GET`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.call(Method::GET, path, None::<&()>, Patience::Call).await
    }

    /// `POST` of what must not be done twice.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        self.call(Method::POST, path, Some(body), Patience::Once).await
    }

    /// `POST` of what may be done twice.
    pub async fn post_again<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        self.call(Method::POST, path, Some(body), Patience::Call).await
    }

    /// `POST`, once, of what answers nothing.
    pub async fn post_only(&self, path: &str, body: &impl Serialize) -> Result<()> {
        let send = || self.send(self.request(Method::POST, path).json(body).timeout(ANSWER));
        persist(&self.output, Patience::Once, send).await.map(drop)
    }

    /// `PATCH`, of what answers with what was changed.
    pub async fn patch(&self, path: &str, body: &impl Serialize) -> Result<()> {
        let send = || self.send(self.request(Method::PATCH, path).json(body).timeout(ANSWER));
        persist(&self.output, Patience::Call, send).await.map(drop)
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Result<()> {
        let send = || self.send(self.request(Method::DELETE, path).timeout(ANSWER));
        persist(&self.output, Patience::Call, send).await.map(drop)
    }

    /// All of a list, page by page. `items` takes a page apart.
    pub async fn all<P, T>(&self, path: &str, items: impl Fn(P) -> PageOf<T>) -> Result<Vec<T>>
    where
        P: DeserializeOwned,
    {
        let mut all = vec![];
        self.each_page(path, items, |page| {
            all.extend(page);
            true
        })
        .await?;
        Ok(all)
    }

    /// A list, page by page, for as long as `go_on` says.
    pub async fn each_page<P, T>(
        &self,
        path: &str,
        items: impl Fn(P) -> PageOf<T>,
        mut go_on: impl FnMut(Vec<T>) -> bool,
    ) -> Result<()>
    where
        P: DeserializeOwned,
    {
        let mut cursor: Option<String> = None;
        loop {
            let mut url = self.server.url(path);
            url.query_pairs_mut().append_pair("limit", "200");
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair("cursor", cursor);
            }
            let at = format!("{}?{}", url.path(), url.query().unwrap_or_default());
            let (page, next) = items(self.get(&at).await?);
            if !go_on(page) || next.is_none() {
                return Ok(());
            }
            cursor = next;
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        patience: Patience,
    ) -> Result<T> {
        let call = || async {
            let request = self.request(method.clone(), path).timeout(ANSWER);
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            read(self.send(request).await?).await
        };
        persist(&self.output, patience, call).await
    }

    /// Sends a request once. An answer that is no success is a failure.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let (client, request) = request.build_split();
        let request =
            request.map_err(|error| Failure::local("make a request", error.without_url()))?;
        let line = format!("{} {}", request.method(), told(request.url()));
        let answer = client.execute(request).await;
        self.output.detail(|| match &answer {
            Ok(answer) => format!("{line} → {}", answer.status()),
            Err(_) => format!("{line} → no answer"),
        });
        let response = answer.map_err(|error| Failure::unanswered(&error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let problem: Option<Problem> = response.json().await.ok();
        Err(Failure::answered(status, problem, retry_after.map(Duration::from_secs)))
    }
}

/// Reads the body of an answer.
pub async fn read<T: DeserializeOwned>(response: Response) -> Result<T> {
    let body = response.bytes().await;
    let body = body.map_err(|error| Failure::unanswered(&error.without_url()))?;
    serde_json::from_slice(&body).map_err(|_| {
        Failure::new(
            crate::ExitCode::Failed,
            "unexpected_answer",
            "the answer is none that a ShareSync of this version gives: is the address right?",
        )
    })
}

/// An address as it may be told: without its query, which may carry a permission, and without the names of links, which do.
fn told(url: &Url) -> String {
    let mut path: Vec<_> = url.path().split('/').collect();
    for at in 0..path.len().saturating_sub(1) {
        let is_link = matches!(path[at], "shares" | "requests" | "s" | "r");
        if is_link && !path[at + 1].is_empty() {
            path[at + 1] = "…";
        }
    }
    format!("{}{}", url.origin().ascii_serialization(), path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_permits_is_not_told() {
        let told = |url: &str| told(&Url::parse(url).unwrap());
        let link = "https://files.example.com/api/shares/Wm9vbSBpbiBhbmQgb3V0/download";
        assert_eq!(told(link), "https://files.example.com/api/shares/…/download");
        let signed = "https://files.example.com/api/files/1/content?expires=1&signature=x";
        assert_eq!(told(signed), "https://files.example.com/api/files/1/content");
        assert_eq!(
            told("https://files.example.com/api/shares"),
            "https://files.example.com/api/shares"
        );
    }
}
