//! What counts as a download of a link that works once: a file that was delivered whole, and nothing else.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use sharesync_protocol::ShareSlug;
use sharesync_protocol::api::{ArchiveLink, DownloadLink, ProblemCode, SharePublic, TokenGrant};
use sharesync_testkit::{Answer, Person, Stack};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than a connection holds that nobody reads from.
const SIZE: usize = 16 << 20;

struct Story {
    stack: Stack,
    sam: Person,
    slug: ShareSlug,
    content: Vec<u8>,
}

async fn one_time_link() -> Story {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content: Vec<u8> = (0..251).cycle().take(SIZE).collect();
    let file = sam.upload("a.bin", &content).await.id;
    let slug = sam.share(&[file], json!({ "one_time": true })).await.slug;
    Story { stack, sam, slug, content }
}

impl Story {
    fn path(&self) -> String {
        format!("/api/shares/{}", self.slug.as_str())
    }

    async fn address(&self, person: &Person) -> String {
        let link: DownloadLink = self.once_free(person, "download").await.json(200);
        link.download_url
    }

    /// Asks for a place, as soon as the server has noticed of the one who had it that their line is broken.
    async fn once_free(&self, person: &Person, what: &str) -> Answer {
        let path = format!("{}/{what}", self.path());
        for _ in 0..200 {
            let answer = person.post(&path, json!({})).await;
            if answer.status != 410 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the place was never free again");
    }

    /// Whose link it is, however much time has passed.
    async fn owner(&self) -> Person {
        let grant: TokenGrant = self.sam.post("/api/auth/refresh", json!({})).await.json(200);
        self.sam.with_token(&grant.access_token)
    }

    /// Waits for a download that is complete.
    async fn one_completes(&self) {
        let owner = self.owner().await;
        owner.downloads(&self.path(), |page| page.items.iter().any(|d| d.completed)).await;
    }

    /// Whoever had it has given up.
    fn pass(&self) {
        self.stack.advance(Duration::from_mins(5));
    }

    /// How many downloads were completed, once none is under way any more.
    async fn completed(&self) -> usize {
        let page = self.owner().await.downloads(&self.path(), |_| true).await;
        page.items.iter().filter(|download| download.completed).count()
    }
}

async fn ask(person: &Person, method: Method, url: &str, headers: &[(&str, &str)]) -> Answer {
    let request = person.request(method, url);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    person.send(request).await
}

/// Asks, and goes away when so many bytes have come.
async fn break_off(url: &str, after: usize) {
    let url: reqwest::Url = url.parse().unwrap();
    let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let mut socket = TcpStream::connect(&host).await.unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut buffer = vec![0; after];
    socket.read_exact(&mut buffer).await.unwrap();
}

#[tokio::test]
async fn nothing_that_scanners_previews_and_broken_lines_do_spends_a_link_that_works_once() {
    let story = one_time_link().await;
    let (path, page) = (story.path(), format!("/s/{}", story.slug.as_str()));
    let scanner = story.stack.anonymous();
    let bot = ("user-agent", "Mozilla/5.0 (compatible; LinkScanner/1.0)");
    let mut kinds = 0;

    // What follows a link without a person behind it.
    for (method, at) in [
        (Method::GET, page.as_str()),
        (Method::HEAD, &page),
        (Method::OPTIONS, &page),
        (Method::GET, &format!("/download/{}", story.slug.as_str())),
        (Method::GET, &path),
        (Method::HEAD, &path),
        (Method::OPTIONS, &path),
        (Method::GET, &format!("{path}/download")),
        (Method::HEAD, &format!("{path}/download")),
        (Method::GET, &format!("{path}/archive")),
        (Method::GET, &format!("{path}/unlock")),
        (Method::PUT, &path),
    ] {
        ask(&scanner, method, at, &[bot, ("sec-purpose", "prefetch;prerender")]).await;
        kinds += 1;
    }
    let unlock = scanner.post(&format!("{path}/unlock"), json!({ "password": "x" })).await;
    unlock.json::<SharePublic>(200);
    let nothing = scanner.ask_download(&story.slug, json!({ "file_id": story.slug })).await;
    nothing.problem(422, ProblemCode::Invalid);
    kinds += 2;

    // What is done with an address that was handed out.
    let url = story.address(&scanner).await;
    let whole = format!("bytes=0-{}", SIZE - 1);
    let from_one = format!("bytes=1-{}", SIZE - 1);
    for (method, headers) in [
        (Method::HEAD, &[bot][..]),
        (Method::HEAD, &[("range", whole.as_str())]),
        (Method::OPTIONS, &[]),
        (Method::GET, &[("range", "bytes=0-0")]),
        (Method::GET, &[("range", "bytes=-1")]),
        (Method::GET, &[("range", &from_one)]),
        (Method::GET, &[("range", "bytes=5-4"), ("if-match", "\"another\"")]),
        (Method::GET, &[("range", &format!("bytes={SIZE}-"))]),
        (Method::GET, &[("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT")]),
    ] {
        // From its second byte on it has come but for the first, which came before: another address for what follows.
        if headers.iter().any(|(_, value)| *value == from_one) {
            story.pass();
            let url = story.address(&scanner).await;
            ask(&scanner, method, &url, headers).await;
        } else {
            ask(&scanner, method, &url, headers).await;
        }
        kinds += 1;
    }
    story.pass();
    let url = story.address(&scanner).await;
    let etag = ask(&scanner, Method::HEAD, &url, &[]).await.header("etag").to_owned();
    let known = ask(&scanner, Method::GET, &url, &[("if-none-match", &etag)]).await;
    assert_eq!(known.status, 304);
    let forged = url.replace("signature=", "signature=A");
    assert_ne!(ask(&scanner, Method::GET, &forged, &[]).await.status, 200);
    let expired = url.clone();
    story.pass();
    assert_eq!(ask(&scanner, Method::GET, &expired, &[]).await.status, 410);
    kinds += 3;

    // Lines that break, and tries again that break, too.
    let url = story.address(&scanner).await;
    for after in [1, 1000, SIZE / 2, SIZE / 2] {
        break_off(&url, after).await;
        kinds += 1;
    }
    story.pass();
    let archive: ArchiveLink = story.once_free(&scanner, "archive").await.json(200);
    ask(&scanner, Method::HEAD, &archive.download_url, &[]).await;
    ask(&scanner, Method::GET, &archive.download_url, &[("range", "bytes=0-10")]).await;
    break_off(&archive.download_url, SIZE / 2).await;
    kinds += 3;

    assert!(kinds >= 20, "{kinds}");
    assert_eq!(story.completed().await, 0);
    story.pass();
    let person = story.stack.anonymous();
    let url = story.address(&person).await;
    assert!(person.get(&url).await.body == story.content, "it works still, once");
    story.one_completes().await;
    story.pass();
    person.get(&path).await.problem(410, ProblemCode::UsedUp);
    person.ask_download(&story.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
    assert_eq!(story.completed().await, 1);
}

#[tokio::test]
async fn of_two_hundred_who_want_a_file_at_once_one_gets_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await.id;
    for rules in [json!({ "max_downloads": 1 }), json!({ "one_time": true })] {
        let slug = sam.share(&[file], rules).await.slug;
        let tries = (0..200).map(|_| {
            let (anyone, slug) = (stack.anonymous(), slug.clone());
            tokio::spawn(async move {
                let asked = anyone.ask_download(&slug, json!({})).await;
                if asked.status != 200 {
                    asked.problem(410, ProblemCode::UsedUp);
                    return false;
                }
                let link: DownloadLink = asked.json(200);
                anyone.get(&link.download_url).await.body == b"content"
            })
        });
        let got = join_all(tries).await.into_iter().filter(|got| *got.as_ref().unwrap()).count();
        assert_eq!(got, 1);
    }
}

#[tokio::test]
async fn of_many_who_have_one_address_one_gets_the_file() {
    let story = one_time_link().await;
    let url = story.address(&story.stack.anonymous()).await;
    let tries = (0..20).map(|_| {
        let (anyone, url) = (story.stack.anonymous(), url.clone());
        tokio::spawn(async move {
            let request = anyone.request(Method::GET, &url);
            anyone.try_send(request).await.is_some_and(|answer| answer.body.len() == SIZE)
        })
    });
    let got = join_all(tries).await.into_iter().filter(|got| *got.as_ref().unwrap()).count();
    assert_eq!(got, 1);
    story.one_completes().await;
    assert_eq!(story.completed().await, 1);
}

#[tokio::test]
async fn a_slow_download_keeps_its_place_when_its_address_is_over() {
    let story = one_time_link().await;
    let slow = story.stack.anonymous();
    let url = story.address(&slow).await;
    let request = slow.request(Method::GET, &url);
    let mut answer = request.send().await.unwrap();
    let mut got = answer.chunk().await.unwrap().unwrap().to_vec();
    story.pass();
    let other = story.stack.anonymous();
    let refused = other.ask_download(&story.slug, json!({})).await;
    refused.problem(410, ProblemCode::UsedUp);
    while let Some(piece) = answer.chunk().await.unwrap() {
        got.extend(piece);
    }
    assert!(got == story.content);
    story.one_completes().await;
    other.ask_download(&story.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
}

#[tokio::test]
async fn a_place_is_free_again_when_a_line_breaks_or_the_server_stops() {
    let story = one_time_link().await;
    let (path, slug) = (story.path(), story.slug.clone());
    let person = story.stack.anonymous();
    let url = story.address(&person).await;
    break_off(&url, SIZE / 2).await;
    story.owner().await.downloads(&path, |page| page.items[0].bytes > 0).await;
    story.pass();
    let url = story.address(&person).await;
    let answer = person.request(Method::GET, &url).send().await.unwrap();
    story.pass();
    drop(answer);
    let stack = story.stack.restart().await;
    let person = stack.anonymous();
    let _: DownloadLink = person.ask_download(&slug, json!({})).await.json(200);
}

#[tokio::test]
async fn the_last_part_first_is_no_way_around_the_limit() {
    let story = one_time_link().await;
    let person = story.stack.anonymous();
    let url = story.address(&person).await;
    let half = SIZE / 2;
    for range in [format!("bytes={half}-"), format!("bytes=0-{}", half - 1)] {
        let part = ask(&person, Method::GET, &url, &[("range", &range)]).await;
        assert_eq!((part.status.as_u16(), part.body.len()), (206, half));
    }
    story.one_completes().await;
    story.pass();
    person.ask_download(&story.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
}

#[tokio::test]
async fn pieces_that_cannot_be_told_apart_are_refused_and_count_nothing() {
    let story = one_time_link().await;
    let person = story.stack.anonymous();
    let url = story.address(&person).await;
    for n in 0..100 {
        let range = format!("bytes={}-{}", n * 10, n * 10);
        assert_eq!(ask(&person, Method::GET, &url, &[("range", &range)]).await.status, 206);
    }
    let apart = ask(&person, Method::GET, &url, &[("range", "bytes=5000-5000")]).await;
    apart.problem(409, ProblemCode::TooMany);
    let going_on = ask(&person, Method::GET, &url, &[("range", "bytes=1-5")]).await;
    assert_eq!(going_on.status, 206);
    assert_eq!(story.completed().await, 0);
}
