//! File requests: what others may send to whom, under which limits, and what they learn by that.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{
    BegunRequestedUpload, FileRequestPage, FileRequestPublic, FileRequestTerms, FolderDetails, Me,
    OwnedFileRequest, PartAddresses, ProblemCode, ReceivedBy, RequestedUploadDetails, Role,
    ScanState, SentFile, UnlockedFileRequest, UploadPage,
};
use sharesync_protocol::{FolderId, UploadId};
use sharesync_test_services::eicar;
use sharesync_testkit::{Answer, Listener, Person, Stack};

use crate::bucket;
use crate::form_upload::{sha256, used};

const MINUTE: Duration = Duration::from_mins(1);
/// The smallest picture that is one.
const PICTURE: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

async fn ask_for(owner: &Person, rules: Value) -> OwnedFileRequest {
    let mut body = rules;
    body["title"] = json!("Photos of the trip");
    owner.post("/api/requests", body).await.json(201)
}

fn path(request: &OwnedFileRequest) -> String {
    format!("/api/requests/{}", request.slug.as_str())
}

async fn look_at(person: &Person, request: &OwnedFileRequest) -> FileRequestPublic {
    person.get(&path(request)).await.json(200)
}

async fn terms(person: &Person, request: &OwnedFileRequest) -> FileRequestTerms {
    look_at(person, request).await.terms.unwrap()
}

async fn try_begin(
    person: &Person,
    request: &OwnedFileRequest,
    name: &str,
    size: usize,
    more: Value,
) -> Answer {
    let mut body = more;
    (body["name"], body["size"]) = (json!(name), json!(size));
    person.post(&format!("{}/uploads", path(request)), body).await
}

async fn begin(person: &Person, request: &OwnedFileRequest, name: &str, size: usize) -> Sending {
    let begun: BegunRequestedUpload =
        try_begin(person, request, name, size, json!({})).await.json(201);
    Sending::of(person, request, begun)
}

/// Sends a file; answers what handing it over was answered.
async fn send(person: &Person, request: &OwnedFileRequest, name: &str, content: &[u8]) -> Answer {
    let sending = begin(person, request, name, content.len()).await;
    sending.put(person, content).await;
    sending.complete().await
}

/// An upload under way, with its key.
struct Sending {
    holder: Person,
    id: UploadId,
    path: String,
    part: String,
}

impl Sending {
    fn of(person: &Person, request: &OwnedFileRequest, begun: BegunRequestedUpload) -> Self {
        let id = begun.begun.session.id;
        Self {
            holder: person.with_token(&begun.key),
            id,
            path: format!("{}/uploads/{id}", path(request)),
            part: begun.begun.parts.into_iter().next().map(|part| part.url).unwrap_or_default(),
        }
    }

    async fn put(&self, person: &Person, content: &[u8]) {
        assert_eq!(person.put_part(&self.part, content.to_vec()).await.status, 200);
    }

    async fn get(&self) -> Answer {
        self.holder.get(&self.path).await
    }

    async fn complete(&self) -> Answer {
        self.holder.post(&format!("{}/complete", self.path), json!({})).await
    }

    async fn give_up(&self) -> Answer {
        self.holder.delete(&self.path).await
    }
}

async fn owned(owner: &Person) -> Vec<OwnedFileRequest> {
    owner.get("/api/requests").await.json::<FileRequestPage>(200).items
}

#[tokio::test]
async fn strangers_send_into_a_folder_of_which_they_see_nothing() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("inbox", None).await;
    sam.upload_into(folder, "a.txt").await;
    let rules = json!({ "folder_id": folder, "message": "All of them, please.", "max_files": 5 });
    let request = ask_for(&sam, rules).await;
    assert_eq!(request.url, format!("{}/r/{}", stack.url(), request.slug.as_str()));
    assert_eq!(request.folder.as_ref().unwrap().name, "inbox");

    let ann = stack.anonymous();
    let shown = look_at(&ann, &request).await;
    assert_eq!((shown.owner.as_str(), shown.password_required), ("sam", false));
    let told = shown.terms.unwrap();
    assert_eq!(told.title, "Photos of the trip");
    assert_eq!(told.message.as_deref(), Some("All of them, please."));
    assert_eq!((told.files_left, told.max_file_size), (Some(5), 500 * 1024 * 1024));

    let begun = try_begin(&ann, &request, "a.txt", 5, json!({ "sender": "Ann <3" })).await;
    assert!(!String::from_utf8_lossy(&begun.body).contains(&folder.to_string()));
    let sending = Sending::of(&ann, &request, begun.json(201));
    sending.put(&ann, b"hello").await;
    let there: RequestedUploadDetails = sending.get().await.json(200);
    assert_eq!((there.parts.len(), there.session.received), (1, 5));
    assert!(there.session.folder_id.is_none() && there.file.is_none());
    let answer = sending.complete().await;
    let sent: SentFile = answer.json(201);
    assert_eq!((sent.name.as_str(), sent.size), ("a.txt", 5), "not how it is called there");
    assert_eq!(sent.digest.sha256(), sha256(b"hello"));
    let fields: Value = answer.json(201);
    assert_eq!(fields.as_object().unwrap().len(), 3, "{fields}");
    // Whoever did not hear asks again.
    assert_eq!(sending.complete().await.json::<Value>(201), fields);
    assert_eq!(sending.get().await.json::<RequestedUploadDetails>(200).file.unwrap().size, 5);

    let files: Vec<_> = sam.files().await.items;
    let file = files.iter().find(|file| file.file.size == 5).unwrap();
    assert_eq!((file.file.name.as_str(), file.file.folder_id), ("a (1).txt", Some(folder)));
    let received = ReceivedBy { request: request.title.clone(), sender: Some("Ann <3".into()) };
    assert_eq!(file.received.as_ref(), Some(&received));
    assert_eq!(sam.get(&sam.file(file.file.id).await.download_url).await.body, b"hello");
    assert_eq!(used(&sam).await, 6);
    let [seen] = owned(&sam).await.try_into().unwrap();
    assert_eq!((seen.received, seen.last_received_at), (1, Some(stack.now_ms())));
    assert_eq!(terms(&ann, &request).await.files_left, Some(4));
}

#[tokio::test]
async fn where_no_folder_is_named_one_is_made_that_is_called_like_the_request() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for name in ["Photos of the trip", "Photos of the trip (1)"] {
        let request = ask_for(&sam, json!({})).await;
        let folder = request.folder.unwrap();
        assert_eq!(folder.name, name);
        let path = format!("/api/folders/{}", folder.id);
        assert!(sam.get(&path).await.json::<FolderDetails>(200).folder.parent_id.is_none());
    }
}

#[tokio::test]
async fn what_a_request_does_not_take_is_refused_before_a_byte_is_sent() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1000).start().await;
    let sam = stack.user("sam").await;
    let rules = json!({ "max_file_size": 100, "types": ["image/*", "application/PDF"] });
    let request = ask_for(&sam, rules).await;
    assert_eq!(request.types, ["image/*", "application/pdf"]);
    let ann = stack.anonymous();
    let told = terms(&ann, &request).await;
    assert_eq!((told.max_file_size, told.types), (100, request.types.clone()));
    assert!(told.allowed_extensions.contains(&"jpg".into()));
    assert!(!told.allowed_extensions.contains(&"txt".into()));

    let refused = async |name: &str, size| try_begin(&ann, &request, name, size, json!({})).await;
    refused("a.png", 101).await.problem(413, ProblemCode::TooLarge);
    refused("a.txt", 10).await.problem(415, ProblemCode::TypeRefused);
    refused("README", 10).await.problem(415, ProblemCode::TypeRefused);
    refused("../a.png", 10).await.problem(422, ProblemCode::InvalidName);
    refused("a.png", 0).await.problem(422, ProblemCode::EmptyFile);
    let two_lines = json!({ "sender": "Ann\nBob" });
    let refused = try_begin(&ann, &request, "a.png", 10, two_lines).await;
    assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("sender"));
    assert_eq!(used(&sam).await, 0);

    // However much its owner asks for, nothing comes that the server does not take from them.
    let request = ask_for(&sam, json!({ "max_file_size": 5000 })).await;
    assert_eq!(terms(&ann, &request).await.max_file_size, 1000);
    let refused = try_begin(&ann, &request, "a.png", 1001, json!({})).await;
    refused.problem(413, ProblemCode::TooLarge);
}

#[tokio::test]
async fn content_is_of_a_type_that_the_request_takes_whatever_its_name_says() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({ "types": ["image/*"] })).await;
    let ann = stack.anonymous();
    let refused = send(&ann, &request, "a.png", b"not a picture at all").await;
    refused.problem(415, ProblemCode::TypeRefused);
    assert_eq!(used(&sam).await, 0, "nothing of it is kept");
    let refused = send(&ann, &request, "a.png", b"%PDF-1.7\nnot a picture").await;
    assert_eq!(refused.status, 415);
    assert_eq!(send(&ann, &request, "a.gif", PICTURE).await.status, 201);
    assert_eq!(owned(&sam).await[0].received, 1);
}

#[tokio::test]
async fn more_files_than_it_takes_do_not_come_however_many_are_begun_at_once() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({ "max_files": 3 })).await;
    let ann = stack.anonymous();
    let begun = (0..20).map(|_| try_begin(&ann, &request, "a.txt", 1, json!({})));
    let (begun, refused): (Vec<_>, Vec<_>) =
        join_all(begun).await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(begun.len(), 3);
    for answer in refused {
        answer.problem(410, ProblemCode::UsedUp);
    }
    let sending: Vec<_> =
        begun.iter().map(|answer| Sending::of(&ann, &request, answer.json(201))).collect();
    // What is given up makes room for another.
    assert_eq!(sending[0].give_up().await.status, 204);
    sending[0].get().await.problem(404, ProblemCode::NotFound);
    let third = begin(&ann, &request, "b.txt", 1).await;
    for sending in sending.iter().skip(1).chain([&third]) {
        sending.put(&ann, b"x").await;
        assert_eq!(sending.complete().await.status, 201);
    }
    ann.get(&path(&request)).await.problem(410, ProblemCode::UsedUp);
    let full = try_begin(&ann, &request, "c.txt", 1, json!({})).await;
    full.problem(410, ProblemCode::UsedUp);

    // What has come counts, though its owner has deleted it; and the owner may ask for more.
    for file in sam.files().await.items {
        sam.delete_for_good(file.file.id).await;
    }
    ann.get(&path(&request)).await.problem(410, ProblemCode::UsedUp);
    sam.patch(&path(&request), json!({ "max_files": 4 })).await.json::<OwnedFileRequest>(200);
    assert_eq!(terms(&ann, &request).await.files_left, Some(1));
}

#[tokio::test]
async fn behind_a_password_it_shows_who_asks_and_takes_nothing() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let rules = json!({ "password": "open sesame", "message": "secret" });
    let request = ask_for(&sam, rules).await;
    assert!(request.password_required);
    let ann = stack.anonymous();
    let answer = ann.get(&path(&request)).await;
    let body = String::from_utf8_lossy(&answer.body);
    assert!(!body.contains("secret") && !body.contains("Photos"), "{body}");
    let unlock = async |request: &OwnedFileRequest, password: &str| {
        ann.post(&format!("{}/unlock", path(request)), json!({ "password": password })).await
    };
    unlock(&request, "open").await.problem(401, ProblemCode::WrongPassword);
    let unlocked: UnlockedFileRequest = unlock(&request, "open sesame").await.json(200);
    assert_eq!(unlocked.request.terms.unwrap().message.as_deref(), Some("secret"));

    let with =
        async |pass: &str| try_begin(&ann, &request, "a.txt", 1, json!({ "pass": pass })).await;
    let refused = try_begin(&ann, &request, "a.txt", 1, json!({})).await;
    refused.problem(401, ProblemCode::PasswordRequired);
    let other = ask_for(&sam, json!({ "password": "open sesame" })).await;
    let of_other: UnlockedFileRequest = unlock(&other, "open sesame").await.json(200);
    let longer = unlocked.pass.replacen('1', "9", 1);
    for pass in ["", "x", "9999999999999.x", &of_other.pass, &longer] {
        with(pass).await.problem(401, ProblemCode::PasswordRequired);
    }
    assert_eq!(with(&unlocked.pass).await.status, 201);
    stack.advance(24 * 60 * MINUTE);
    with(&unlocked.pass).await.problem(401, ProblemCode::PasswordRequired);

    // Another password ends what the one before has opened.
    let unlocked: UnlockedFileRequest = unlock(&request, "open sesame").await.json(200);
    let mut sam = sam;
    sam.sign_in("sam").await;
    let change = json!({ "password": "another" });
    sam.patch(&path(&request), change).await.json::<OwnedFileRequest>(200);
    with(&unlocked.pass).await.problem(401, ProblemCode::PasswordRequired);
    sam.patch(&path(&request), json!({ "password": null })).await.json::<OwnedFileRequest>(200);
    assert!(look_at(&ann, &request).await.terms.is_some());
    assert_eq!(with(&unlocked.pass).await.status, 201);
}

#[tokio::test]
async fn an_upload_is_theirs_alone_who_have_its_key() {
    let stack = Stack::builder().env("RATE_LIMIT_SHARE_PASSWORD", "12/min").start().await;
    let sam = stack.user("sam").await;
    let (request, other) = (ask_for(&sam, json!({})).await, ask_for(&sam, json!({})).await);
    let ann = stack.anonymous();
    let sending = begin(&ann, &request, "a.txt", 1).await;
    let anothers = begin(&ann, &request, "b.txt", 1).await;
    sending.put(&ann, b"x").await;
    let paths = [
        (Method::GET, String::new()),
        (Method::DELETE, String::new()),
        (Method::POST, "/parts".into()),
        (Method::POST, "/complete".into()),
    ];
    for (method, rest) in &paths {
        let at = format!("{}{rest}", sending.path);
        let call = async |person: &Person| {
            let request = person.request(method.clone(), &at);
            let body = json!({ "parts": [{ "number": 1 }] });
            let is_posted = *method == Method::POST;
            person.send(if is_posted { request.json(&body) } else { request }).await
        };
        call(&ann).await.problem(401, ProblemCode::Unauthenticated);
        // Not even their receiver's.
        for stranger in [&sam, &anothers.holder] {
            call(stranger).await.problem(404, ProblemCode::NotFound);
        }
    }
    let elsewhere = format!("{}/uploads/{}", path(&other), sending.id);
    sending.holder.get(&elsewhere).await.problem(404, ProblemCode::NotFound);
    // By the ways of one's own uploads nobody comes to it.
    assert!(sam.get("/api/uploads").await.json::<UploadPage>(200).items.is_empty());
    let at = format!("/api/uploads/{}", sending.id);
    sam.get(&at).await.problem(404, ProblemCode::NotFound);
    sam.delete(&at).await.problem(404, ProblemCode::NotFound);
    sam.complete_upload(sending.id).await.problem(404, ProblemCode::NotFound);

    // Who tries key after key is told to wait; who has one is not.
    let mut tried = 0;
    while anothers.holder.get(&sending.path).await.status == 404 {
        tried += 1;
        assert!(tried <= 12);
    }
    anothers.holder.get(&sending.path).await.problem(429, ProblemCode::RateLimited);
    assert_eq!(sending.complete().await.status, 201);
}

#[tokio::test]
async fn a_request_that_is_ended_takes_nothing_more_and_gives_up_what_is_under_way() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let request = ask_for(&sam, json!({})).await;
    let ann = stack.anonymous();
    let done = begin(&ann, &request, "a.txt", 4).await;
    done.put(&ann, b"kept").await;
    assert_eq!(done.complete().await.status, 201);
    let sending = begin(&ann, &request, "b.txt", 10).await;
    assert_eq!(used(&sam).await, 14);

    eve.delete(&path(&request)).await.problem(404, ProblemCode::NotFound);
    eve.patch(&path(&request), json!({ "max_files": 9 })).await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.delete(&path(&request)).await.status, 204);
    assert_eq!(used(&sam).await, 4);
    assert!(owned(&sam).await.is_empty());
    ann.get(&path(&request)).await.problem(404, ProblemCode::NotFound);
    let late = try_begin(&ann, &request, "c.txt", 1, json!({})).await;
    late.problem(404, ProblemCode::NotFound);
    sending.get().await.problem(404, ProblemCode::NotFound);
    ann.put_part(&sending.part, "0123456789").await.problem(404, ProblemCode::NotFound);
    done.complete().await.problem(404, ProblemCode::NotFound);
    sam.delete(&path(&request)).await.problem(404, ProblemCode::NotFound);
    // What has come stays, and is known to have come so.
    let file = sam.files().await.items.remove(0);
    assert_eq!(file.received.unwrap().request, "Photos of the trip");
}

#[tokio::test]
async fn it_takes_nothing_from_the_second_it_expires_but_what_is_under_way() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({ "expires_in": 60 })).await;
    let ann = stack.anonymous();
    stack.advance(Duration::from_millis(59_999));
    let sending = begin(&ann, &request, "a.txt", 1).await;
    stack.advance(Duration::from_millis(1));
    ann.get(&path(&request)).await.problem(410, ProblemCode::Expired);
    let late = try_begin(&ann, &request, "b.txt", 1, json!({})).await;
    late.problem(410, ProblemCode::Expired);
    sending.put(&ann, b"x").await;
    assert_eq!(sending.complete().await.status, 201);
    // Its owner sees it still, and may give it more time.
    assert_eq!(owned(&sam).await.len(), 1);
    sam.patch(&path(&request), json!({ "expires_in": null })).await.json::<OwnedFileRequest>(200);
    assert_eq!(look_at(&ann, &request).await.expires_at, None);
}

#[tokio::test]
async fn it_works_no_longer_than_its_folder_and_its_owner_are_there() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let sam = stack.somebody(&admin, "sam", Role::Standard).await;
    let request = ask_for(&sam, json!({})).await;
    let folder = request.folder.as_ref().unwrap().id;
    let ann = stack.anonymous();
    let sending = begin(&ann, &request, "a.txt", 1).await;
    sending.put(&ann, b"x").await;
    let is_gone = async || {
        ann.get(&path(&request)).await.problem(404, ProblemCode::NotFound);
        let begun = try_begin(&ann, &request, "b.txt", 1, json!({})).await;
        begun.problem(404, ProblemCode::NotFound);
        sending.complete().await.problem(404, ProblemCode::NotFound);
    };
    let trashed = sam.trash(&[], &[folder]).await;
    is_gone().await;
    assert!(owned(&sam).await[0].folder_in_trash);
    let back = sam.post("/api/trash/restore", json!({ "ids": trashed })).await;
    assert!(back.status.is_success());
    assert!(look_at(&ann, &request).await.terms.is_some());

    let id = sam.get("/api/me").await.json::<Me>(200).id;
    let at = format!("/api/admin/users/{id}");
    assert_eq!(admin.patch(&at, json!({ "disabled": true })).await.status, 200);
    is_gone().await;
    assert_eq!(admin.patch(&at, json!({ "disabled": false })).await.status, 200);
    assert!(look_at(&ann, &request).await.terms.is_some());

    // With its folder it goes for good, and what is under way to it.
    let mut sam = sam;
    sam.sign_in("sam").await;
    let [trashed] = sam.trash(&[], &[folder]).await.try_into().unwrap();
    assert_eq!(sam.delete(&format!("/api/trash/{trashed}")).await.status, 204);
    is_gone().await;
    assert!(owned(&sam).await.is_empty());
    let purged = stack.purge().await;
    assert_eq!(purged.requests, 1);
    assert_eq!(used(&sam).await, 0);
}

#[tokio::test]
async fn its_owner_is_told_once_of_what_comes_within_a_minute() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let sam = stack.somebody(&admin, "sam", Role::Standard).await;
    let (loud, silent) =
        (ask_for(&sam, json!({})).await, ask_for(&sam, json!({ "notify": false })).await);
    let ann = stack.anonymous();
    send(&ann, &silent, "unheard.txt", b"x").await;
    send(&ann, &loud, "1.txt", b"x").await;
    send(&ann, &loud, "<b>2.txt", b"x").await;
    let told = async || {
        let mails = stack.mail_to("sam@example.com").await;
        let told = mails.into_iter().filter(|mail| mail.subject.starts_with("Files have come"));
        told.collect::<Vec<_>>()
    };
    assert!(told().await.is_empty(), "more may come");
    stack.advance(MINUTE);
    let [mail] = told().await.try_into().unwrap();
    assert!(mail.text.contains("2 files have come to your request \u{201c}Photos of the trip"));
    assert!(mail.text.contains("1.txt") && !mail.text.contains("unheard"), "{}", mail.text);
    assert!(mail.html.contains("&#60;b&#62;2.txt"), "{}", mail.html);

    for number in 3..26 {
        send(&ann, &loud, &format!("{number}.txt"), b"x").await;
    }
    stack.advance(MINUTE);
    let mail = told().await.pop().unwrap();
    assert!(mail.text.contains("23 files") && mail.text.contains("and 3 more"), "{}", mail.text);
    assert!(mail.text.contains("3.txt") && !mail.text.contains("23.txt"), "{}", mail.text);
    assert!(!mail.text.contains("\n1.txt"), "{}", mail.text);
    stack.advance(MINUTE);
    assert_eq!(told().await.len(), 2);
}

#[tokio::test]
async fn open_pages_of_its_owner_hear_of_what_comes_and_not_how() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({})).await;
    let mut page = Listener::connect(stack.url(), sam.token()).await;
    let ann = stack.anonymous();
    let given_up = begin(&ann, &request, "b.txt", 1).await;
    assert_eq!(given_up.give_up().await.status, 204);
    assert_eq!(send(&ann, &request, "a.txt", b"x").await.status, 201);
    assert_eq!(page.event().await.0, "library", "nothing of uploads that are not one's own");
}

#[tokio::test]
async fn strangers_take_no_more_room_than_there_is_and_not_for_long() {
    let stack = Stack::builder().env("USER_QUOTA", 100).start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({})).await;
    let ann = stack.anonymous();
    let sending = begin(&ann, &request, "a.txt", 60).await;
    let refused = try_begin(&ann, &request, "b.txt", 41, json!({})).await;
    let problem = refused.problem(507, ProblemCode::QuotaExceeded);
    assert!(problem.limit.is_none() && !format!("{problem:?}").contains("100"), "{problem:?}");
    // Nothing comes any more: a day later the room is there again.
    stack.advance(Duration::from_millis(24 * 3_600_000 - 1));
    assert_eq!(stack.purge().await.uploads, 0);
    let wanted = json!({ "parts": [{ "number": 1 }] });
    let again = sending.holder.post(&format!("{}/parts", sending.path), wanted).await;
    let url = again.json::<PartAddresses>(200).parts.remove(0).url;
    assert_eq!(ann.put_part(&url, vec![b'x'; 60]).await.status, 200);
    stack.advance(24 * 60 * MINUTE);
    assert_eq!(stack.purge().await.uploads, 1);
    sending.get().await.problem(404, ProblemCode::NotFound);
    begin(&ann, &request, "b.txt", 100).await;
}

#[tokio::test]
async fn strangers_do_not_keep_its_owner_from_uploading() {
    let stack = Stack::builder().env("RATE_LIMIT_UPLOAD", "off").start().await;
    let sam = stack.user("sam").await;
    let ann = stack.anonymous();
    // As many as an account may have under way itself.
    for _ in 0..10 {
        let request = ask_for(&sam, json!({})).await;
        let begun = (0..101).map(|_| try_begin(&ann, &request, "a.txt", 1, json!({})));
        let (begun, refused): (Vec<_>, Vec<_>) =
            join_all(begun).await.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(begun.len(), 100);
        refused[0].problem(409, ProblemCode::TooMany);
    }
    sam.begin_upload("a.txt", 1, json!({})).await;
}

#[tokio::test]
async fn something_harmful_that_is_sent_is_in_quarantine() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({})).await;
    let answer = send(&stack.anonymous(), &request, "eicar.com", &eicar()).await;
    assert_eq!(answer.status, 201);
    let file = sam.files().await.items.remove(0);
    assert_eq!(file.file.scan.scan, ScanState::Infected);
    let refused = sam.get(&sam.file(file.file.id).await.download_url).await;
    refused.problem(403, ProblemCode::Quarantined);
}

#[tokio::test]
async fn parts_go_straight_to_a_bucket_that_is_there() {
    let stack = bucket::start().await;
    let sam = stack.user("sam").await;
    let request = ask_for(&sam, json!({})).await;
    let ann = stack.anonymous();
    let sending = begin(&ann, &request, "a.txt", 4).await;
    assert_eq!(sending.part, "", "an address in a bucket is for a digest");
    let wanted = json!({ "parts": [{ "number": 1, "sha256": sha256(b"kept") }] });
    let addresses = sending.holder.post(&format!("{}/parts", sending.path), wanted).await;
    let address = addresses.json::<PartAddresses>(200).parts.remove(0);
    assert!(bucket::is_at_bucket(&stack, &address.url));
    assert_eq!(bucket::put(&address, b"kept").await, 200);
    assert_eq!(sending.get().await.json::<RequestedUploadDetails>(200).session.received, 4);
    assert_eq!(sending.complete().await.json::<SentFile>(201).digest.sha256(), sha256(b"kept"));
    let file = sam.files().await.items.remove(0);
    assert_eq!(bucket::fetched(&sam, file.file.id).await, b"kept");
}

#[tokio::test]
async fn rules_are_bounded_and_change_one_by_one() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    for (rules, field) in [
        (json!({ "title": "" }), "title"),
        (json!({ "title": "  " }), "title"),
        (json!({ "title": "a\nb" }), "title"),
        (json!({ "title": "x".repeat(101) }), "title"),
        (json!({ "title": "x", "message": "x".repeat(2001) }), "message"),
        (json!({ "title": "x", "password": "" }), "password"),
        (json!({ "title": "x", "expires_in": 59 }), "expires_in"),
        (json!({ "title": "x", "expires_in": 31_536_001 }), "expires_in"),
        (json!({ "title": "x", "max_files": 0 }), "max_files"),
        (json!({ "title": "x", "max_file_size": 0 }), "max_file_size"),
        (json!({ "title": "x", "types": ["png"] }), "types"),
        (json!({ "title": "x", "types": ["image/*,text/html"] }), "types"),
    ] {
        let refused = sam.post("/api/requests", rules.clone()).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{rules}");
    }
    let anothers: FolderId = eve.folder("hers", None).await;
    let refused = sam.post("/api/requests", json!({ "title": "x", "folder_id": anothers })).await;
    refused.problem(404, ProblemCode::NotFound);

    let all = json!({
        "message": "m", "password": "p", "expires_in": 60, "max_files": 2, "max_file_size": 9,
        "types": ["image/png"],
    });
    let before = ask_for(&sam, all).await;
    let change = json!({ "title": "Other", "max_file_size": null, "types": [], "notify": false });
    let after: OwnedFileRequest = sam.patch(&path(&before), change).await.json(200);
    assert_eq!((after.title.as_str(), after.max_file_size), ("Other", None));
    assert!(after.types.is_empty() && !after.notify && after.password_required);
    assert_eq!((after.message.as_deref(), after.max_files), (Some("m"), Some(2)));
    assert_eq!(after.expires_at, before.expires_at);
    let change = json!({ "message": null, "password": null, "max_files": null });
    let after: OwnedFileRequest = sam.patch(&path(&before), change).await.json(200);
    assert!(after.message.is_none() && !after.password_required && after.max_files.is_none());
}

#[tokio::test]
async fn requests_are_listed_page_by_page_and_to_their_owner_alone() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    for _ in 0..3 {
        ask_for(&sam, json!({})).await;
        stack.advance(Duration::from_millis(1));
    }
    let first: FileRequestPage = sam.get("/api/requests?limit=2").await.json(200);
    let cursor = first.next_cursor.unwrap();
    let second: FileRequestPage =
        sam.get(&format!("/api/requests?limit=2&cursor={cursor}")).await.json(200);
    assert!(second.next_cursor.is_none());
    let made = first.items.iter().chain(&second.items).map(|request| request.created_at);
    assert_eq!(
        made.rev().collect::<Vec<_>>(),
        (0..3).map(|n| stack.now_ms() - 3 + n).collect::<Vec<_>>()
    );
    assert!(owned(&eve).await.is_empty());
}
