//! Somebody who uses a server: a client whose calls read like sentences.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sharesync_protocol::api::{
    BegunUpload, DownloadLink, DownloadPage, FileDetails, FilePage, FolderDetails, OwnedShare,
    Problem, ProblemCode, PutInTrash, ScanState, TokenGrant, UploadedFile,
};
use sharesync_protocol::{FileId, FolderId, ShareSlug, TrashId, UploadId};
use tokio::sync::oneshot;

/// The password of everybody that [`Person::register`] registers.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// How long to wait for what happens in the background.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody with a browser: cookies are kept, and after [`Person::sign_in`] calls carry a token.
#[derive(Clone)]
pub struct Person {
    url: String,
    client: Client,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("the body comes whole").to_vec();
        Self { status, headers, body }
    }

    /// The body, after making sure of the status.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).expect("the body is of the type that was asked for")
    }

    /// Makes sure that the answer is this problem, and returns it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: ProblemCode) -> Problem {
        let problem: Problem = self.json(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!((problem.status, problem.code), (status, code), "{problem:?}");
        problem
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("our headers are ASCII"))
    }
}

impl Person {
    /// Somebody who is not signed in, at a server's address.
    pub fn at(url: &str) -> Self {
        // Where an answer leads is for a test to see.
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build();
        let client = client.expect("a client can be made");
        Self { url: url.into(), client, token: None }
    }

    /// The same browser, with a token of the test's choosing.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same browser, with its cookies alone.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The token that calls carry.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Registers an account whose address is `<name>@example.com`.
    pub async fn register(&self, name: &str) -> Answer {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "username": name, "password": PASSWORD });
        self.post("/api/auth/register", body).await
    }

    /// Signs in as somebody registered.
    pub async fn sign_in(&mut self, name: &str) -> TokenGrant {
        let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
        let grant: TokenGrant = self.post("/api/auth/login", body).await.json(200);
        self.token = Some(grant.access_token.clone());
        grant
    }

    /// A request to a path of the server, or to an address of its.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') { format!("{}{path}", self.url) } else { path.into() };
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("the server answers")).await
    }

    /// Sends a request; nothing where the line broke.
    pub async fn try_send(&self, request: RequestBuilder) -> Option<Answer> {
        let response = request.send().await.ok()?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.ok()?.to_vec();
        Some(Answer { status, headers, body })
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Makes a folder in another, or in none.
    pub async fn folder(&self, name: &str, parent: Option<FolderId>) -> FolderId {
        let body = json!({ "name": name, "parent_id": parent });
        self.post("/api/folders", body).await.json::<FolderDetails>(201).folder.id
    }

    /// Puts files and folders into the trash.
    pub async fn trash(&self, files: &[FileId], folders: &[FolderId]) -> Vec<TrashId> {
        let body = json!({ "file_ids": files, "folder_ids": folders });
        self.post("/api/trash", body).await.json::<PutInTrash>(200).ids
    }

    /// Deletes a file, past the trash.
    pub async fn delete_for_good(&self, file: FileId) {
        let path = format!("/api/files/{file}?for_good=true");
        assert_eq!(self.delete(&path).await.status, 204);
    }

    /// Tries to upload a file.
    pub async fn try_upload(&self, name: &str, content: &[u8]) -> Answer {
        self.post_form("/api/upload", name, content).await
    }

    async fn post_form(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        let part = Part::bytes(content.to_vec()).file_name(name.to_owned());
        self.send(self.request(Method::POST, path).multipart(Form::new().part("file", part))).await
    }

    /// Uploads a file of one byte into a folder.
    pub async fn upload_into(&self, folder: FolderId, name: &str) -> UploadedFile {
        let path = format!("/api/upload?folder_id={folder}");
        self.post_form(&path, name, b"x").await.json(201)
    }

    /// The status of an upload, or nothing where the server went away in the middle of it.
    pub async fn try_upload_whole(&self, name: &str, content: &[u8]) -> Option<u16> {
        let part = Part::bytes(content.to_vec()).file_name(name.to_owned());
        let request = self.request(Method::POST, "/api/upload");
        let answer = self.try_send(request.multipart(Form::new().part("file", part))).await?;
        Some(answer.status.as_u16())
    }

    /// Uploads a file whose second half waits for a sign; says when the first half is asked for.
    /// Answers the status.
    pub async fn upload_in_two_halves(
        &self,
        name: &str,
        first: &'static [u8],
        second: &'static [u8],
        begun: oneshot::Sender<()>,
        go_on: oneshot::Receiver<()>,
    ) -> u16 {
        let halves = futures_util::stream::once(async move {
            let _ = begun.send(());
            Ok::<_, std::io::Error>(first)
        });
        let halves = halves.chain(futures_util::stream::once(async move {
            let _ = go_on.await;
            Ok(second)
        }));
        let part = Part::stream(Body::wrap_stream(halves)).file_name(name.to_owned());
        let request = self.request(Method::POST, "/api/upload");
        let sent = self.send(request.multipart(Form::new().part("file", part))).await;
        sent.status.as_u16()
    }

    /// Begins an upload in parts; `more` are the fields beside its name and size.
    pub async fn begin_upload(&self, name: &str, size: usize, more: Value) -> BegunUpload {
        let mut body = more;
        (body["name"], body["size"]) = (json!(name), json!(size));
        self.post("/api/uploads", body).await.json(201)
    }

    /// Sends bytes to the address of a part; the address alone lets them in.
    pub async fn put_part(&self, url: &str, bytes: impl Into<Body>) -> Answer {
        self.send(self.client.put(url).body(bytes)).await
    }

    /// Sends bytes to the address of a part; nothing where the server refused, or went away in the middle of it.
    pub async fn try_put_part(&self, url: &str, bytes: Vec<u8>) -> Option<()> {
        let response = self.client.put(url).body(bytes).send().await.ok()?;
        response.status().is_success().then_some(())
    }

    /// What a `POST` was answered; nothing where the server refused, or went away in the middle of it.
    pub async fn try_json<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Option<T> {
        let response = self.request(Method::POST, path).json(body).send().await.ok()?;
        response.error_for_status().ok()?.json().await.ok()
    }

    /// Completes an upload in parts.
    pub async fn complete_upload(&self, id: UploadId) -> Answer {
        self.post(&format!("/api/uploads/{id}/complete"), json!({})).await
    }

    /// Whether a new connection to the server is accepted and answered.
    pub async fn is_answered(&self) -> bool {
        self.request(Method::GET, "/api/health").send().await.is_ok()
    }

    /// Uploads a file.
    pub async fn upload(&self, name: &str, content: &[u8]) -> UploadedFile {
        self.try_upload(name, content).await.json(201)
    }

    /// One's newest files.
    pub async fn files(&self) -> FilePage {
        self.get("/api/files").await.json(200)
    }

    /// A file's metadata.
    pub async fn file(&self, id: FileId) -> FileDetails {
        self.get(&format!("/api/files/{id}")).await.json(200)
    }

    /// A file's metadata, once it is known whether there is a virus in it.
    pub async fn scanned(&self, id: FileId) -> FileDetails {
        let awaited = async {
            loop {
                let file = self.file(id).await;
                if file.summary.file.scan.scan != ScanState::Pending {
                    return file;
                }
            }
        };
        let awaited = tokio::time::timeout(PATIENCE, awaited).await;
        awaited.expect("the scanner has looked at it")
    }

    /// Makes a share link; `rules` are the fields beside `file_ids`.
    pub async fn share(&self, files: &[FileId], rules: Value) -> OwnedShare {
        let mut body = rules;
        body["file_ids"] = json!(files);
        self.post("/api/shares", body).await.json(201)
    }

    /// Asks a share link for a download address.
    pub async fn ask_download(&self, slug: &ShareSlug, body: Value) -> Answer {
        self.post(&format!("/api/shares/{}/download", slug.as_str()), body).await
    }

    /// Fetches a share link's only file.
    pub async fn fetch_shared(&self, slug: &ShareSlug) -> Answer {
        let link: DownloadLink = self.ask_download(slug, json!({})).await.json(200);
        self.get(&link.download_url).await
    }

    /// The downloads of a file or a share link, once `enough` says that what is awaited is there:
    /// a delivery is recorded a moment after its last byte.
    pub async fn downloads(
        &self,
        of: &str,
        enough: impl Fn(&DownloadPage) -> bool,
    ) -> DownloadPage {
        let awaited = async {
            loop {
                let page: DownloadPage = self.get(&format!("{of}/downloads")).await.json(200);
                if enough(&page) {
                    return page;
                }
            }
        };
        let awaited = tokio::time::timeout(PATIENCE, awaited).await;
        awaited.expect("what is awaited is recorded")
    }
}
