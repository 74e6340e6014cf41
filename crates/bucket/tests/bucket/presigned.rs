//! Requests that anybody may send, as browsers do: by a plain HTTP client that knows no key.

use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, ORIGIN, RANGE,
};
use reqwest::{Client, Method, Response};
use sharesync_bucket::{Bucket, PresignedPart, Settings};
use sharesync_test_bucket::BucketServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{content, settings, sha256, started, whole};

const HOUR: Duration = Duration::from_hours(1);
const DIGEST: &str = "x-amz-checksum-sha256";

/// An upload to `one`, whose first part is promised to be `bytes`.
struct Promised {
    _server: BucketServer,
    bucket: Bucket,
    upload: String,
    bytes: Bytes,
    presigned: PresignedPart,
}

async fn promised(valid_for: Duration) -> Promised {
    let (server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.expect("it is begun");
    let bytes = content(1_000);
    let presigned = bucket
        .presign_part("one", &upload, 1, 1_000, &sha256(&bytes), valid_for)
        .await
        .expect("it is presigned");
    Promised { _server: server, bucket, upload, bytes, presigned }
}

impl Promised {
    fn headers(&self) -> HeaderMap {
        let named = self.presigned.headers.iter();
        named
            .map(|(name, value)| {
                (name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"))
            })
            .collect()
    }

    async fn assert_refused(&self, answer: Response, status: u16) {
        assert_eq!(answer.status(), status);
        assert!(self.bucket.parts("one", &self.upload).await.expect("they are listed").is_empty());
    }
}

async fn put(url: &str, headers: HeaderMap, body: Bytes) -> Response {
    Client::new().put(url).headers(headers).body(body).send().await.expect("it answers")
}

/// Sends until it is refused, which a second's validity does not hold up for long.
async fn assert_expires(send: impl AsyncFn() -> Response) {
    let begun = Instant::now();
    let mut answer = send().await;
    while answer.status() == 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is accepted still");
        answer = send().await;
    }
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.expect("it says why").contains("expired"));
}

#[tokio::test]
async fn a_part_as_it_was_promised_is_accepted() {
    let promised = promised(HOUR).await;
    let answer = put(&promised.presigned.url, promised.headers(), promised.bytes.clone()).await;
    assert_eq!(answer.status(), 200);

    let parts = promised.bucket.parts("one", &promised.upload).await.unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].size, parts[0].sha256), (1_000, Some(sha256(&promised.bytes))));
    promised.bucket.complete_parts("one", &promised.upload, &parts).await.unwrap();
    assert!(whole(&promised.bucket, "one").await == promised.bytes);
}

#[tokio::test]
async fn only_headers_that_a_page_may_set_are_asked_for() {
    let promised = promised(HOUR).await;
    let names: Vec<&str> =
        promised.presigned.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [DIGEST]);
}

#[tokio::test]
async fn other_bytes_of_the_same_length_are_refused() {
    let promised = promised(HOUR).await;
    let other = content(1_001).slice(1..);
    let answer = put(&promised.presigned.url, promised.headers(), other).await;
    promised.assert_refused(answer, 400).await;
}

#[tokio::test]
async fn a_longer_or_shorter_part_is_refused() {
    let promised = promised(HOUR).await;
    for length in [0, 999, 1_001, 5_000_000] {
        let answer = put(&promised.presigned.url, promised.headers(), content(length)).await;
        promised.assert_refused(answer, 403).await;
    }
}

#[tokio::test]
async fn a_part_that_breaks_off_is_not_kept() {
    let promised = promised(HOUR).await;
    let url = reqwest::Url::parse(&promised.presigned.url).unwrap();
    let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let digest = &promised.presigned.headers[0].1;
    let head = format!(
        "PUT {}?{} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000\r\n{DIGEST}: {digest}\r\n\r\n",
        url.path(),
        url.query().unwrap()
    );
    let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&promised.bytes[..999]).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = String::new();
    let _ = connection.read_to_string(&mut answer).await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    assert!(promised.bucket.parts("one", &promised.upload).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_part_or_key_or_upload_is_refused() {
    let promised = promised(HOUR).await;
    let url = &promised.presigned.url;
    let other_upload = promised.bucket.begin_parts("one").await.unwrap();
    for altered in [
        url.replace("partNumber=1", "partNumber=2"),
        url.replace("/one?", "/two?"),
        url.replace(&promised.upload, &other_upload),
        url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
    ] {
        assert_ne!(&altered, url);
        let answer = put(&altered, promised.headers(), promised.bytes.clone()).await;
        promised.assert_refused(answer, 403).await;
    }
    assert!(promised.bucket.parts("one", &other_upload).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_digest_or_none_is_refused() {
    let promised = promised(HOUR).await;
    let other = content(1_001).slice(1..);
    let upload = &promised.upload;
    let for_other =
        promised.bucket.presign_part("one", upload, 1, 1_000, &sha256(&other), HOUR).await.unwrap();

    let mut headers = promised.headers();
    headers.insert(DIGEST, for_other.headers[0].1.parse().unwrap());
    let answer = put(&promised.presigned.url, headers, other).await;
    promised.assert_refused(answer, 403).await;
    let answer = put(&promised.presigned.url, HeaderMap::new(), promised.bytes.clone()).await;
    promised.assert_refused(answer, 403).await;
}

#[tokio::test]
async fn a_part_is_refused_after_its_time() {
    let promised = promised(Duration::from_secs(1)).await;
    assert_expires(async || {
        put(&promised.presigned.url, promised.headers(), promised.bytes.clone()).await
    })
    .await;
}

#[tokio::test]
async fn an_object_is_read_as_asked_and_in_ranges() {
    let (_server, bucket) = started().await;
    let stored = content(100_000);
    bucket.put("one", stored.clone()).await.unwrap();
    let disposition = "attachment; filename=\"a b.txt\"; filename*=UTF-8''%C3%A4%20b.txt";
    let url =
        bucket.presign_read("one", "text/plain; charset=utf-8", disposition, HOUR).await.unwrap();

    let answer = Client::new().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(answer.headers()[CONTENT_DISPOSITION], disposition);
    assert_eq!(answer.headers()[CACHE_CONTROL], "private, no-store");
    assert!(answer.bytes().await.unwrap() == stored);

    let answer = Client::new().get(&url).header(RANGE, "bytes=10-19").send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.headers()[CONTENT_RANGE], "bytes 10-19/100000");
    assert!(answer.bytes().await.unwrap() == stored[10..20]);
}

#[tokio::test]
async fn an_altered_or_forged_or_expired_read_is_refused() {
    let (server, bucket) = started().await;
    bucket.put("one", content(10)).await.unwrap();
    bucket.put("two", content(10)).await.unwrap();
    let url = bucket.presign_read("one", "text/plain", "attachment", HOUR).await.unwrap();
    let thief = Bucket::new(&Settings { secret_key: "guessed".into(), ..settings(&server) });
    let forged = thief.presign_read("one", "text/plain", "attachment", HOUR).await.unwrap();
    let unsigned = url.split('?').next().unwrap().to_owned();
    for wrong in [
        url.replace("text%2Fplain", "text%2Fhtml"),
        url.replace("=attachment", "=inline"),
        url.replace("/one?", "/two?"),
        forged,
        unsigned,
    ] {
        assert_ne!(wrong, url);
        assert_eq!(Client::new().get(wrong).send().await.unwrap().status(), 403);
    }
    // What is presigned to be read cannot be written or removed.
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(Client::new().request(method, &url).send().await.unwrap().status(), 403);
    }

    let url = bucket
        .presign_read("one", "text/plain", "attachment", Duration::from_secs(1))
        .await
        .unwrap();
    assert_expires(async || Client::new().get(&url).send().await.unwrap()).await;
}

#[tokio::test]
async fn pages_of_any_origin_may_send_and_read() {
    let promised = promised(HOUR).await;
    let origin = HeaderValue::from_static("https://share.example");
    let asked = Client::new()
        .request(Method::OPTIONS, &promised.presigned.url)
        .header(ORIGIN, &origin)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, DIGEST)
        .send()
        .await
        .unwrap();
    assert_eq!(asked.status(), 200);
    assert_eq!(asked.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(asked.headers()[ACCESS_CONTROL_ALLOW_HEADERS], "*");
    assert_eq!(asked.headers()[ACCESS_CONTROL_ALLOW_METHODS], "*");

    let mut headers = promised.headers();
    headers.insert(ORIGIN, origin.clone());
    // An answer that a page may not read is a network error to it, so refusals are as open.
    for (bytes, status) in
        [(content(1_001).slice(1..), 400), (content(1), 403), (promised.bytes.clone(), 200)]
    {
        let answer = put(&promised.presigned.url, headers.clone(), bytes).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(answer.headers()[ACCESS_CONTROL_EXPOSE_HEADERS], "etag");
    }
}

#[tokio::test]
async fn the_origin_is_that_of_presigned_requests() {
    let (server, bucket) = started().await;
    assert_eq!(bucket.origin().await.unwrap(), server.endpoint());

    let at = |endpoint: Option<&str>, path_style| {
        let endpoint = endpoint.map(str::to_owned);
        Bucket::new(&Settings {
            endpoint,
            path_style,
            region: "eu-west-1".to_owned(),
            ..settings(&server)
        })
    };
    for (bucket, origin) in [
        (at(None, false), "https://objects.s3.eu-west-1.amazonaws.com"),
        (at(None, true), "https://s3.eu-west-1.amazonaws.com"),
        (at(Some("https://s3.example"), false), "https://objects.s3.example"),
        (at(Some("https://s3.example:9000/"), true), "https://s3.example:9000"),
        (at(Some("https://s3.example:443"), true), "https://s3.example"),
    ] {
        assert_eq!(bucket.origin().await.unwrap(), origin);
        let url = bucket.presign_read("one", "text/plain", "inline", HOUR).await.unwrap();
        assert_eq!(reqwest::Url::parse(&url).unwrap().origin().ascii_serialization(), origin);
    }
}

#[tokio::test]
async fn presigned_requests_go_where_browsers_reach_the_service() {
    let server = BucketServer::start().await;
    let public = server.endpoint().replace("127.0.0.1", "localhost");
    let settings = Settings { public_endpoint: Some(public.clone()), ..settings(&server) };
    let bucket = Bucket::new(&settings);
    bucket.put("a", Bytes::from_static(b"kept")).await.unwrap();
    assert_eq!(bucket.origin().await.unwrap(), public);
    let url = bucket.presign_read("a", "text/plain", "attachment", HOUR).await.unwrap();
    assert!(url.starts_with(&public), "{url}");
    assert_eq!(reqwest::get(url).await.unwrap().bytes().await.unwrap(), "kept");
}
