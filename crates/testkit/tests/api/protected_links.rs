//! A link with a password gives nothing away before it, on any path there is: the paths are those that the API's description
//! has, so that a new one is asked, too.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{ArchiveLink, DownloadLink, PreviewLink};
use sharesync_testkit::{Person, Stack};

const NAME: &str = "plan-of-the-castle.txt";
const FOLDER: &str = "dungeon";
const CONTENT: &[u8] = b"the treasure is under the third stone";

/// Paths that lead to what a link leads to, by the link's own slug; and to everything that has an address of its own.
fn reaches_content(path: &str) -> bool {
    path.contains("{slug}")
        || path.contains("/content")
        || path.contains("/archives/")
        || path.contains("/preview")
}

async fn paths(stack: &Stack) -> Vec<(Method, String)> {
    let document: Value = stack.anonymous().get("/api/openapi.json").await.json(200);
    let mut found = vec![];
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|_| reaches_content(path)) {
            let method: Method = method.to_ascii_uppercase().parse().unwrap();
            if method == Method::GET {
                found.push((Method::HEAD, path.clone()));
            }
            found.push((method, path.clone()));
        }
    }
    found
}

/// Asks in every way that somebody without the password may think of.
async fn ask(person: &Person, method: &Method, path: &str, body: &Value) -> Vec<(u16, String)> {
    let mut told = vec![];
    for (name, value) in [("accept", "*/*"), ("range", "bytes=0-10"), ("if-none-match", "*")] {
        let request = person.request(method.clone(), path).header(name, value);
        let request = if method == Method::GET || method == Method::HEAD {
            request
        } else {
            request.json(body)
        };
        let answer = person.send(request).await;
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n"));
        let headers: String = headers.collect();
        told.push((answer.status.as_u16(), headers + &String::from_utf8_lossy(&answer.body)));
    }
    told
}

#[tokio::test]
async fn nothing_of_what_a_password_keeps_comes_out_by_any_path() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload(NAME, CONTENT).await;
    let folder = sam.folder(FOLDER, None).await;
    let inner = sam.upload_into(folder, NAME).await;
    let rules = json!({ "password": "open sesame", "folder_ids": [folder] });
    let slug = sam.share(&[file.id], rules).await.slug;
    // What another link gave out is no way to this one's; nor is anything that was made up.
    let wrong = "&signature=AAAA&via=share&expires=9999999999999&download=";
    let digest = file.digest.sha256().to_string();
    let secrets =
        [NAME, FOLDER, &digest, "the treasure", &inner.id.to_string(), &file.id.to_string()];
    let (mut asked, mut shut) = (0, BTreeSet::new());
    for (method, path) in paths(&stack).await {
        let filled = path.replace("{slug}", slug.as_str()).replace("{id}", &file.id.to_string());
        for password in [json!(null), json!("open barley"), json!("")] {
            let body = json!({ "password": password, "file_id": file.id });
            for query in ["", "?x=1", &format!("?{wrong}{}", file.id)] {
                let at = format!("{filled}{query}");
                for (status, told) in ask(&stack.anonymous(), &method, &at, &body).await {
                    asked += 1;
                    // Its own id stands in the address that was asked; who asked knows it.
                    let told = told.replace(&filled, "");
                    for secret in secrets {
                        assert!(!told.contains(secret), "{method} {at} tells {secret}: {told}");
                    }
                    if status >= 400 {
                        shut.insert(format!("{method} {path}"));
                    }
                }
            }
        }
    }
    assert!(asked > 200, "{asked}");
    let open: Vec<_> = paths(&stack)
        .await
        .into_iter()
        .map(|(method, path)| format!("{method} {path}"))
        .filter(|path| !shut.contains(path))
        .collect();
    // How many files there are, how large, and whose: what stands before the password.
    assert_eq!(open, ["HEAD /api/shares/{slug}", "GET /api/shares/{slug}"]);
}

#[tokio::test]
async fn the_password_opens_what_it_keeps() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload(NAME, CONTENT).await;
    let slug = sam.share(&[file.id], json!({ "password": "open sesame" })).await.slug;
    let anyone = stack.anonymous();
    let body = json!({ "password": "open sesame", "file_id": file.id });
    let at = |what| format!("/api/shares/{}/{what}", slug.as_str());
    let download: DownloadLink = anyone.post(&at("download"), body.clone()).await.json(200);
    let preview: PreviewLink = anyone.post(&at("preview"), body.clone()).await.json(200);
    let archive: ArchiveLink = anyone.post(&at("archive"), body).await.json(200);
    assert_eq!(anyone.get(&download.download_url).await.body, CONTENT);
    assert_eq!(anyone.get(&preview.preview_url).await.body, CONTENT);
    assert_eq!(anyone.get(&archive.download_url).await.status, 200);
}
