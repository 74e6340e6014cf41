//! Somebody who sends files in each way there is to a server whose disk fails, and tries again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    BegunUpload, Problem, ProblemCode, Sha256Digest, UploadDetails, UploadedFile,
};
use sharesync_test_services::Program;
use sharesync_testkit::{Answer, Person};

use crate::failing_disk::{FailingDisk, Failure};
use crate::interrupted_uploads::digest;
use crate::{assert_only_stored, every_file};

pub(crate) struct Stubborn<'a> {
    disk: &'a FailingDisk,
    sam: Person,
    /// What the server has acknowledged.
    files: Vec<(FileId, Sha256Digest)>,
}

impl<'a> Stubborn<'a> {
    pub(crate) fn at(program: &Program, disk: &'a FailingDisk, token: &str) -> Self {
        Self { disk, sam: Person::at(program.url()).with_token(token), files: vec![] }
    }

    /// The same, with a server that was started again.
    pub(crate) fn again_at(self, program: &Program) -> Self {
        Self { sam: Person::at(program.url()).with_token(self.sam.token()), ..self }
    }

    /// Sends until it is taken. Where it is not, the disk has failed meanwhile; the server says so, and goes on.
    pub(crate) async fn until_taken(&self, request: impl AsyncFn() -> RequestBuilder) -> Answer {
        loop {
            let failed = self.disk.failed();
            match self.attempt(request().await).await {
                Some(answer) if answer.status.is_success() => return answer,
                other => self.assert_is_the_disks_fault(failed, other.as_ref()),
            }
            assert!(self.sam.is_answered().await);
        }
    }

    /// Sends while every write fails from the first on, then from the second on, and so on until none is left to fail.
    /// All the while it can be seen what is stored, and when the disk works again the server goes on.
    pub(crate) async fn sweep(
        &self,
        failure: Failure,
        request: impl AsyncFn() -> RequestBuilder,
    ) -> Answer {
        let mut first = 0;
        loop {
            first += 1;
            let request = request().await;
            self.disk.fails_from(first, failure);
            let answer = match self.attempt(request).await {
                Some(answer) if answer.status.is_success() => {
                    self.disk.works();
                    return answer;
                }
                other => other,
            };
            self.assert_is_the_disks_fault(0, answer.as_ref());
            if let Some(answer) = answer.filter(|_| failure == Failure::NoSpace) {
                answer.problem(507, ProblemCode::OutOfSpace);
            }
            assert!(every_file(&self.sam).await.len() >= self.files.len());
            self.disk.works();
            self.assert_has_what_was_acknowledged().await;
        }
    }

    /// What came back; nothing where the line broke, as it may where the server did not want the rest of a body. Such a
    /// line is not used again.
    pub(crate) async fn attempt(&self, request: RequestBuilder) -> Option<Answer> {
        self.sam.try_send(request.header("connection", "close")).await
    }

    /// That the disk has failed more often than before, and that the server took it well.
    fn assert_is_the_disks_fault(&self, before: i64, answer: Option<&Answer>) {
        assert!(self.disk.failed() > before, "the disk works: {answer:?}\n{}", self.disk.log());
        if let Some(answer) = answer {
            let status = answer.status.as_u16();
            assert!([500, 503, 507].contains(&status), "{answer:?}\n{}", self.disk.log());
            assert_eq!(answer.json::<Problem>(status).status, status);
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }

    /// A file by form.
    pub(crate) fn form(&self, content: &[u8]) -> RequestBuilder {
        let part = Part::bytes(content.to_vec()).file_name("form.bin");
        self.sam.request(Method::POST, "/api/upload").multipart(Form::new().part("file", part))
    }

    pub(crate) fn begin_parts(&self, size: usize) -> RequestBuilder {
        let body = json!({ "name": "parts.bin", "size": size });
        self.sam.request(Method::POST, "/api/uploads").json(&body)
    }

    /// The content as the only part of an upload.
    pub(crate) fn put_part(&self, begun: &BegunUpload, content: &[u8]) -> RequestBuilder {
        let url = path_of(&begun.parts[0].url);
        self.sam.request(Method::PUT, url).body(content.to_vec())
    }

    pub(crate) fn complete(&self, begun: &BegunUpload) -> RequestBuilder {
        let path = format!("/api/uploads/{}/complete", begun.session.id);
        self.sam.request(Method::POST, &path).json(&json!({}))
    }

    pub(crate) async fn received_parts(&self, begun: &BegunUpload) -> usize {
        let path = format!("/api/uploads/{}", begun.session.id);
        self.sam.get(&path).await.json::<UploadDetails>(200).parts.len()
    }

    pub(crate) fn create_tus(&self, size: usize) -> RequestBuilder {
        let name = format!("filename {}", STANDARD.encode("tus.bin"));
        let create = self.tus(Method::POST, "/api/tus").header("upload-metadata", name);
        create.header("upload-length", size)
    }

    /// Sends what a tus upload lacks of the content.
    pub(crate) async fn append(&self, upload: &str, content: &[u8]) -> RequestBuilder {
        let at = self.offset(upload).await;
        let patch = self.tus(Method::PATCH, upload).header("upload-offset", at);
        let patch = patch.header("content-type", "application/offset+octet-stream");
        patch.body(content[at..].to_vec())
    }

    /// Where a tus upload goes on.
    pub(crate) async fn offset(&self, upload: &str) -> usize {
        let there = self.sam.send(self.tus(Method::HEAD, upload)).await;
        assert_eq!(there.status, 200);
        there.header("upload-offset").parse().unwrap()
    }

    fn tus(&self, method: Method, path: &str) -> RequestBuilder {
        self.sam.request(method, path).header("tus-resumable", "1.0.0")
    }

    /// Takes the oldest file away that was acknowledged.
    pub(crate) async fn remove(&self) -> RequestBuilder {
        let path = format!("/api/files/{}", self.files[0].0);
        // A removal that failed has removed nothing.
        assert_eq!(self.sam.get(&path).await.status, 200);
        self.sam.request(Method::DELETE, &format!("{path}?for_good=true"))
    }

    /// Remembers that the server has acknowledged a file.
    pub(crate) fn acknowledged(&mut self, stored: &Answer, content: &[u8]) {
        let file = if stored.status == 201 {
            stored.json::<UploadedFile>(201).id
        } else {
            let path = stored.header("content-location");
            path.strip_prefix("/api/files/").unwrap().parse().unwrap()
        };
        self.files.push((file, digest(content)));
    }

    /// Forgets the oldest.
    pub(crate) fn removed(&mut self) {
        self.files.remove(0);
    }

    pub(crate) async fn assert_has_what_was_acknowledged(&self) {
        for (id, sha256) in &self.files {
            let details = self.sam.file(*id).await;
            let content = self.sam.get(&details.download_url).await.body;
            assert_eq!(digest(&content), *sha256, "{}", details.summary.file.name);
        }
    }

    /// That everything that is shown is there, and nothing else is.
    pub(crate) async fn assert_has_nothing_torn(&self) {
        let shown = every_file(&self.sam).await;
        for id in &shown {
            let details = self.sam.file(id.parse().unwrap()).await;
            let content = self.sam.get(&details.download_url).await.body;
            assert_eq!(digest(&content), details.summary.file.digest.sha256());
        }
        assert_only_stored(&self.disk.data(), shown.len()).await;
    }

    /// And that there is nothing else, once what was under way is finished or gone.
    pub(crate) async fn assert_has_nothing_else(&self) {
        assert_eq!(every_file(&self.sam).await.len(), self.files.len());
        assert_only_stored(&self.disk.data(), self.files.len()).await;
    }
}

/// An address without the server's own, which is another one when it is started again.
pub(crate) fn path_of(url: &str) -> &str {
    &url[url.find("/api/").unwrap()..]
}
