//! Live updates: what somebody's pages are told of their own files, whom else that is not told, and when it ends.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{
    ArchiveLink, BegunUpload, IssuedApiToken, Me, Role, TokenGrant, UploadedFile,
};
use sharesync_testkit::{Listener, Person, Stack};

const PASSWORD: &str = "correct horse battery";
/// How often something is said of one upload.
const PACE_MS: u128 = 250;

async fn listen(stack: &Stack, person: &Person) -> Listener {
    Listener::connect(stack.url(), person.token()).await
}

/// Why a token does not let in.
async fn refusal(stack: &Stack, auth: Value) -> String {
    let entered = Listener::try_enter(stack.url(), "/events", &auth).await;
    entered.err().expect("nobody is let in by this")
}

/// An upload of 20 bytes in sequence, and where it goes.
async fn begin_in_sequence(person: &Person) -> (UploadId, String) {
    let request = person.request(Method::POST, "/api/tus").header("tus-resumable", "1.0.0");
    let request = request.header("upload-length", 20);
    // "notes.txt"
    let answer = person.send(request.header("upload-metadata", "filename bm90ZXMudHh0")).await;
    assert_eq!(answer.status, 201);
    let url = answer.header("location");
    (url.rsplit('/').next().unwrap().parse().unwrap(), url.to_owned())
}

async fn append(person: &Person, url: &str, at: usize, bytes: &'static str) {
    let request = person.request(Method::PATCH, url).header("tus-resumable", "1.0.0");
    let request = request.header("content-type", "application/offset+octet-stream");
    let answer = person.send(request.header("upload-offset", at).body(bytes)).await;
    assert_eq!(answer.status, 204);
}

/// The next thing said of an upload, past whatever is said of the library.
async fn upload_news(listener: &mut Listener) -> Value {
    loop {
        let (event, news) = listener.event().await;
        if event == "upload" {
            return news;
        }
    }
}

/// What is said of an upload up to where it is so.
async fn until(listener: &mut Listener, is_so: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut said = vec![];
    loop {
        said.push(upload_news(listener).await);
        if said.last().is_some_and(&is_so) {
            return said;
        }
    }
}

/// What is said of the library next.
async fn library_news(listener: &mut Listener) -> Value {
    loop {
        let (event, news) = listener.event().await;
        if event == "library" {
            return news;
        }
    }
}

/// The next thing that somebody hears is of this file: nothing was said to them before.
async fn hears_nothing_before(listener: &mut Listener, person: &Person) {
    let file = person.upload("own.txt", b"own").await;
    assert_eq!(listener.event().await, ("library".into(), json!({ "file": file.id })));
}

#[tokio::test]
async fn ones_own_upload_is_followed_from_its_beginning_to_the_file() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (mut desk, mut phone) = (listen(&stack, &sam).await, listen(&stack, &sam).await);
    let BegunUpload { session, parts } = sam.begin_upload("film.mp4", 5, json!({})).await;
    let begun = json!({
        "id": session.id, "name": "film.mp4", "size": 5, "received": 0, "state": "under_way",
    });
    for page in [&mut desk, &mut phone] {
        assert_eq!(page.event().await, ("upload".into(), begun.clone()));
    }
    assert_eq!(sam.put_part(&parts[0].url, "hello").await.status, 200);
    let mut moved = begun.clone();
    moved["received"] = json!(5);
    for page in [&mut desk, &mut phone] {
        assert_eq!(page.event().await, ("upload".into(), moved.clone()));
    }
    let file: UploadedFile = sam.complete_upload(session.id).await.json(201);
    let mut complete = moved.clone();
    (complete["state"], complete["file"]) = (json!("complete"), json!(file.id));
    for page in [&mut desk, &mut phone] {
        assert_eq!(page.event().await, ("upload".into(), complete.clone()));
        assert_eq!(page.event().await, ("library".into(), json!({ "file": file.id })));
    }
}

#[tokio::test]
async fn an_upload_that_is_given_up_is_over_for_those_who_listen() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut page = listen(&stack, &sam).await;
    let given_up = |id: UploadId, name: &str| json!({ "id": id, "name": name, "size": 20, "received": 0, "state": "given_up" });

    let BegunUpload { session, .. } = sam.begin_upload("film.mp4", 20, json!({})).await;
    assert_eq!(sam.delete(&format!("/api/uploads/{}", session.id)).await.status, 204);
    let said = until(&mut page, |news| news["state"] == "given_up").await;
    assert_eq!(said.last(), Some(&given_up(session.id, "film.mp4")));

    // Nobody goes on with it for a week; whoever listens then does so by another token.
    let (id, url) = begin_in_sequence(&sam).await;
    append(&sam, &url, 0, "hello").await;
    stack.advance(Duration::from_hours(7 * 24 + 1));
    let mut later = stack.anonymous();
    later.sign_in("sam").await;
    let mut page = listen(&stack, &later).await;
    assert_eq!(stack.purge().await.uploads, 1);
    assert_eq!(page.event().await, ("upload".into(), given_up(id, "notes.txt")));
}

#[tokio::test]
async fn what_moves_fast_is_told_now_and_then_and_how_it_stands_in_the_end() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (mut page, begun) = (listen(&stack, &sam).await, Instant::now());
    let (id, url) = begin_in_sequence(&sam).await;
    for at in 0..19 {
        append(&sam, &url, at, "x").await;
    }
    let said = until(&mut page, |news| news["received"] == 19).await;
    let most = begun.elapsed().as_millis() / PACE_MS + 1;
    assert!(said.len() as u128 <= most, "{} times in {most} turns", said.len());
    assert!(said.iter().all(|news| news["id"] == json!(id) && news["state"] == "under_way"));
    let received: Vec<_> = said.iter().map(|news| news["received"].as_u64()).collect();
    assert!(received.is_sorted(), "{received:?}");

    append(&sam, &url, 19, "x").await;
    let said = until(&mut page, |news| news["state"] == "complete").await;
    assert_eq!(said.last().unwrap()["received"], 20);
    // Nothing of its way is said once it has arrived.
    hears_of_the_library_only(&mut page, &sam).await;
}

/// Whatever is said until a file that is made now is heard of is about the library.
async fn hears_of_the_library_only(page: &mut Listener, person: &Person) {
    // What is said of the library waits for its turn, which is as long as what is said of an upload would.
    let file = person.upload("last.txt", b"last").await;
    loop {
        let (event, news) = page.event().await;
        assert_eq!(event, "library", "{news}");
        if news == json!({ "file": file.id }) {
            return;
        }
    }
}

#[tokio::test]
async fn changes_of_the_library_are_told_of() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut page = listen(&stack, &sam).await;
    let file = sam.upload("a.txt", b"hello").await;
    let about_it = json!({ "file": file.id });
    assert_eq!(page.event().await, ("library".into(), about_it.clone()));

    let path = format!("/api/files/{}", file.id);
    assert_eq!(sam.patch(&path, json!({ "name": "b.txt" })).await.status, 200);
    assert_eq!(page.event().await, ("library".into(), about_it.clone()));
    let share = sam.share(&[file.id], json!({})).await;
    assert_eq!(page.event().await, ("library".into(), json!({})));
    assert_eq!(stack.anonymous().fetch_shared(&share.slug).await.body, b"hello");
    assert_eq!(page.event().await, ("library".into(), about_it.clone()));
    let archive = sam.post("/api/files/archive", json!({ "ids": [file.id] })).await;
    assert_eq!(sam.get(&archive.json::<ArchiveLink>(200).download_url).await.status, 200);
    assert_eq!(page.event().await, ("library".into(), about_it.clone()));
    assert_eq!(sam.delete(&format!("/api/shares/{}", share.slug.as_str())).await.status, 204);
    assert_eq!(page.event().await, ("library".into(), json!({})));
    assert_eq!(sam.delete(&path).await.status, 204);
    assert_eq!(page.event().await, ("library".into(), about_it));
}

#[tokio::test]
async fn many_changes_at_once_are_told_of_together() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut files = vec![];
    for number in 0..12 {
        files.push(sam.upload(&format!("{number}.txt"), b"hello").await.id);
    }
    let (mut page, begun) = (listen(&stack, &sam).await, Instant::now());
    let paths: Vec<_> = files.iter().map(|file| format!("/api/files/{file}")).collect();
    for gone in join_all(paths.iter().map(|path| sam.delete(path))).await {
        assert_eq!(gone.status, 204);
    }
    let mut said = vec![library_news(&mut page).await];
    assert!(said[0]["file"].is_string(), "{said:?}");
    // Several at once are about none in particular.
    while said.last() != Some(&json!({})) {
        said.push(library_news(&mut page).await);
    }
    let most = begun.elapsed().as_millis() / PACE_MS + 1;
    assert!(said.len() as u128 <= most, "{} times in {most} turns", said.len());
}

#[tokio::test]
async fn nobody_is_told_of_anothers_files() {
    let stack = Stack::builder().with_admin().start().await;
    let (admin, sam) = (stack.admin().await, stack.user("sam").await);
    let ann = stack.somebody(&admin, "ann", Role::Standard).await;
    let mut others = [listen(&stack, &ann).await, listen(&stack, &admin).await];
    let mut own = listen(&stack, &sam).await;

    let file = sam.upload("secret.txt", b"secret").await;
    let share = sam.share(&[file.id], json!({})).await;
    let BegunUpload { session, parts } = sam.begin_upload("secret.mp4", 5, json!({})).await;
    sam.put_part(&parts[0].url, "hello").await;
    sam.complete_upload(session.id).await.json::<UploadedFile>(201);
    ann.fetch_shared(&share.slug).await;
    until(&mut own, |news| news["state"] == "complete").await;
    for (page, person) in others.iter_mut().zip([&ann, &admin]) {
        hears_nothing_before(page, person).await;
    }
}

#[tokio::test]
async fn nobody_says_for_whom_they_listen() {
    let stack = Stack::start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    let id = ann.get("/api/me").await.json::<Me>(200).id;
    let auth = json!({ "token": sam.token(), "user": id, "room": format!("user {id}") });
    let mut page = Listener::try_enter(stack.url(), "/events", &auth).await.ok().unwrap();
    ann.upload("a.txt", b"hello").await;
    hears_nothing_before(&mut page, &sam).await;
}

#[tokio::test]
async fn who_says_anything_is_out() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for said in [r#"["upload",{}]"#, r#"["join",{"room":"everybody"}]"#, r#"7["library",{}]"#] {
        let mut page = listen(&stack, &sam).await;
        page.send(&format!("42/events,{said}")).await;
        assert!(page.is_ended().await, "{said}");
    }
}

#[tokio::test]
async fn only_a_good_token_of_a_session_lets_in() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let script = json!({ "name": "script", "scopes": ["files:read", "files:write"] });
    let script = sam.post("/api/me/tokens", script).await.json::<IssuedApiToken>(201).token;
    let good = sam.token();
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    for auth in [
        json!({}),
        json!(good),
        json!({ "token": null }),
        json!({ "token": "" }),
        json!({ "token": [good] }),
        json!({ "token": format!("{unsigned}.") }),
        json!({ "token": script }),
    ] {
        assert_eq!(refusal(&stack, auth.clone()).await, "unauthenticated", "{auth}");
    }
    listen(&stack, &sam).await;
    stack.advance(Duration::from_mins(15));
    assert_eq!(refusal(&stack, json!({ "token": good })).await, "unauthenticated");
    let mut again = sam.clone();
    again.sign_in("sam").await;
    listen(&stack, &again).await;
    assert_eq!(again.post("/api/auth/logout", json!({})).await.status, 204);
    assert_eq!(refusal(&stack, json!({ "token": again.token() })).await, "unauthenticated");
}

#[tokio::test]
async fn another_sites_page_gets_no_socket() {
    for stack in [Stack::start().await, apart().await] {
        for origin in ["https://evil.example", "null"] {
            let refused = Listener::open(stack.url(), Some(origin)).await.err();
            assert_eq!(refused, Some(403), "{origin}");
        }
        assert!(Listener::open(stack.url(), Some(stack.url())).await.is_ok());
    }
}

#[tokio::test]
async fn a_socket_ends_with_its_token_and_the_next_one_goes_on() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut page = listen(&stack, &sam).await;
    stack.advance(Duration::from_secs(899));
    let next: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    let sam = sam.with_token(&next.access_token);
    let mut next = listen(&stack, &sam).await;
    stack.advance(Duration::from_secs(1));
    assert!(page.is_ended().await);
    hears_nothing_before(&mut next, &sam).await;
}

/// Sam, signed in at two places, each with a page.
async fn at_two_places(stack: &Stack) -> [(Person, Listener); 2] {
    let desk = stack.user("sam").await;
    let mut phone = stack.anonymous();
    phone.sign_in("sam").await;
    let pages = [listen(stack, &desk).await, listen(stack, &phone).await];
    let [at_desk, at_phone] = pages;
    [(desk, at_desk), (phone, at_phone)]
}

#[tokio::test]
async fn a_session_that_ends_takes_its_own_sockets_along_and_no_others() {
    let stack = Stack::start().await;
    let [(desk, mut at_desk), (phone, mut at_phone)] = at_two_places(&stack).await;
    assert_eq!(desk.post("/api/auth/logout", json!({})).await.status, 204);
    assert!(at_desk.is_ended().await);
    hears_nothing_before(&mut at_phone, &phone).await;

    let mut desk = stack.anonymous();
    desk.sign_in("sam").await;
    let mut at_desk = listen(&stack, &desk).await;
    let sessions: Value = desk.get("/api/me/sessions").await.json(200);
    let sessions = sessions["items"].as_array().unwrap();
    let elsewhere = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/api/me/sessions/{}", elsewhere["id"].as_str().unwrap());
    assert_eq!(desk.delete(&path).await.status, 204);
    assert!(at_phone.is_ended().await);
    assert_eq!(refusal(&stack, json!({ "token": phone.token() })).await, "unauthenticated");
    let file = desk.upload("b.txt", b"hello").await;
    assert_eq!(library_news(&mut at_desk).await, json!({ "file": file.id }));
}

#[tokio::test]
async fn a_stolen_session_takes_its_sockets_along() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    let body = json!({ "email": "sam@example.com", "password": PASSWORD });
    let login = stack.anonymous().post("/api/auth/login", body).await;
    let cookie = login.header("set-cookie").split(';').next().unwrap().to_owned();
    let grant: TokenGrant = login.json(200);
    let mut page = Listener::connect(stack.url(), &grant.access_token).await;
    for status in [200, 401] {
        let thief = stack.anonymous();
        let request = thief.request(Method::POST, "/api/auth/refresh").header("cookie", &cookie);
        assert_eq!(thief.send(request).await.status.as_u16(), status);
    }
    assert!(page.is_ended().await);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_ones_sockets() {
    let stack = Stack::start().await;
    let [(desk, mut at_desk), (_, mut at_phone)] = at_two_places(&stack).await;
    let ann = stack.user("ann").await;
    let mut hers = listen(&stack, &ann).await;
    assert_eq!(desk.delete("/api/me/sessions").await.status, 204);
    assert!(at_desk.is_ended().await && at_phone.is_ended().await);
    hears_nothing_before(&mut hers, &ann).await;
}

#[tokio::test]
async fn another_password_ends_all_of_ones_sockets() {
    let stack = Stack::start().await;
    let [(desk, mut at_desk), (_, mut at_phone)] = at_two_places(&stack).await;
    let body = json!({ "current_password": PASSWORD, "password": "walnut harbour lantern" });
    let grant: TokenGrant = desk.post("/api/me/password", body).await.json(200);
    assert!(at_desk.is_ended().await && at_phone.is_ended().await);

    let mut page = Listener::connect(stack.url(), &grant.access_token).await;
    let forgot = json!({ "email": "sam@example.com" });
    assert_eq!(stack.anonymous().post("/api/auth/forgot-password", forgot).await.status, 202);
    let token = stack.mailed_token("sam@example.com").await;
    let reset = json!({ "token": token, "password": "orchard velvet compass" });
    assert_eq!(stack.anonymous().post("/api/auth/reset-password", reset).await.status, 204);
    assert!(page.is_ended().await);
}

#[tokio::test]
async fn who_is_disabled_hears_nothing_more() {
    let stack = Stack::builder().with_admin().start().await;
    let (admin, sam) = (stack.admin().await, stack.user("sam").await);
    let mut page = listen(&stack, &sam).await;
    let id = sam.get("/api/me").await.json::<Me>(200).id;
    let path = format!("/api/admin/users/{id}");
    assert_eq!(admin.patch(&path, json!({ "disabled": true })).await.status, 200);
    assert!(page.is_ended().await);
    assert_eq!(refusal(&stack, json!({ "token": sam.token() })).await, "unauthenticated");
}

async fn apart() -> Stack {
    let url = "https://signaling.example.com";
    Stack::builder().env("TURN_PORT", "").env("SIGNALING_URL", url).start().await
}

#[tokio::test]
async fn where_signaling_runs_apart_live_updates_are_here_and_within_limits_of_their_own() {
    let stack = apart().await;
    let sam = stack.user("sam").await;
    let mut page = listen(&stack, &sam).await;
    hears_nothing_before(&mut page, &sam).await;
    assert_eq!(refusal(&stack, json!({})).await, "unauthenticated");
    let rooms = Listener::try_enter(stack.url(), "/p2p", &json!({})).await;
    assert!(rooms.is_err(), "rooms are elsewhere");

    let stack = stack.restart_with("SOCKETS_PER_CLIENT", 1).await;
    let _only = Listener::open(stack.url(), None).await.ok().unwrap();
    assert_eq!(Listener::open(stack.url(), None).await.err(), Some(429));
}

#[tokio::test]
async fn a_server_that_stops_lets_everybody_go() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut page = listen(&stack, &sam).await;
    let stack = stack.restart().await;
    assert!(page.is_ended().await);
    listen(&stack, &sam).await;
}
