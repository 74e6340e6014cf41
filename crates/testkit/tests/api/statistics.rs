//! What administrators are told of the server as it is, and of what happened when.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{
    ArchiveLink, FileKind, Metric, Point, ProblemCode, RejectionSum, Role, Series, Stats, Step,
    StoredKind, TimeSeries,
};
use sharesync_testkit::{Member, Person, Stack};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const DAY: Duration = Duration::from_hours(24);
const PATIENCE: Duration = Duration::from_secs(20);

async fn stats(admin: &Person) -> Stats {
    admin.get("/api/stats").await.json(200)
}

async fn time_series(admin: &Person, query: &str) -> TimeSeries {
    admin.get(&format!("/api/stats/timeseries{query}")).await.json(200)
}

/// Counts and bytes by metric and key, over all steps.
fn totals(series: &[Series]) -> BTreeMap<(Metric, &str), (i64, i64)> {
    let total = |series: &Series| {
        let sum = |figure: fn(&Point) -> i64| series.points.iter().map(figure).sum();
        (sum(|point| point.count), sum(|point| point.bytes))
    };
    series.iter().map(|series| ((series.metric, series.key.as_str()), total(series))).collect()
}

/// A moment as a span is asked for.
fn rfc3339(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms / 1000).unwrap();
    moment.format(&Rfc3339).unwrap()
}

/// Once what is written down a moment later is there.
async fn eventually<T>(admin: &Person, wanted: impl Fn(&Stats) -> Option<T>) -> T {
    let awaited = async {
        loop {
            if let Some(found) = wanted(&stats(admin).await) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, awaited).await.expect("it is written down")
}

#[tokio::test]
async fn the_server_is_told_as_it_is_rolled_up_or_not() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let sam = stack.user("sam").await;
    let fresh = stats(&admin).await;
    assert_eq!((fresh.users, fresh.files, fresh.downloads, fresh.shares), (2, 0, 0, 0));
    assert_eq!((fresh.rooms_open, fresh.sockets_open), (Some(0), Some(0)));

    let kept = sam.upload("a.txt", b"seven b").await;
    let gone = sam.upload("b.pdf", b"%PDF-1.4 x").await;
    let share = sam.share(&[kept.id], json!({})).await;
    for _ in 0..2 {
        assert_eq!(stack.anonymous().fetch_shared(&share.slug).await.status, 200);
    }
    let fetched = sam.get(&sam.file(gone.id).await.download_url).await;
    assert_eq!(fetched.status, 200);
    sam.trash(&[gone.id], &[]).await;
    let in_trash = stats(&admin).await;
    assert_eq!((in_trash.files, in_trash.bytes_stored), (2, 17), "the trash is stored, too");
    assert_eq!(sam.delete("/api/trash").await.status, 204);
    let _host = Member::host(stack.url()).await;

    for _ in 0..2 {
        let told = eventually(&admin, |told| {
            (told.downloads == 3 && told.files == 1 && told.sockets_open == Some(1))
                .then(|| told.clone())
        });
        let told = told.await;
        assert_eq!((told.users, told.uploads, told.bytes_uploaded), (2, 2, 17));
        assert_eq!((told.bytes_stored, told.shares, told.rooms_open), (7, 1, Some(1)));
        let active = told.active_users;
        assert_eq!((active.day, active.week, active.month), (2, 2, 2));
        let kind = StoredKind { kind: FileKind::Text, files: 1, bytes: 7 };
        assert_eq!(told.stored_by_kind, [kind]);
        let users: Vec<_> =
            told.stored_by_user.iter().map(|user| (user.username.as_str(), user.used)).collect();
        assert_eq!(users, [("sam", 7)]);
        let top = &told.top_shares[0];
        assert_eq!((top.owner.as_str(), top.downloads), ("sam", 2));
        assert_eq!(top.slug_begins, share.slug.as_str()[..8], "it opens nothing");
        assert_eq!(told.bytes_by_path.storage + told.bytes_by_path.bucket, 24);
        assert_eq!((told.p2p_transfers, told.p2p_bytes), (0, 0));
        stack.roll_up().await;
    }
    assert_eq!(stack.roll_up().await, 0);
}

#[tokio::test]
async fn what_happened_is_told_by_the_day_and_by_the_hour() {
    let stack = Stack::builder().with_admin().start().await;
    let mut admin = stack.admin().await;
    let mut sam = stack.user("sam").await;
    let first_day = Step::Day.start_of(stack.now_ms());
    sam.upload("a.txt", b"one").await;
    stack.roll_up().await;
    stack.advance(DAY);
    sam.sign_in("sam").await;
    let hour = Step::Hour.start_of(stack.now_ms());
    sam.upload("b.txt", b"three").await;
    admin.sign_in("root").await;

    let told = time_series(&admin, "?metrics=uploads").await;
    let point = |start, bytes| Point { start, count: 1, bytes };
    let uploads = |points| [Series { metric: Metric::Uploads, key: String::new(), points }];
    let days = vec![point(first_day, 3), point(first_day + Step::Day.ms(), 5)];
    assert_eq!((told.step, told.series), (Step::Day, uploads(days).into()));
    assert_eq!(told.from, first_day - 6 * Step::Day.ms(), "seven days before now begin there");
    assert_eq!(told.to, first_day + 2 * Step::Day.ms());

    let told = time_series(&admin, "?metrics=uploads&step=hour").await;
    let hours = vec![point(hour - Step::Day.ms(), 3), point(hour, 5)];
    assert_eq!((told.step, told.series), (Step::Hour, uploads(hours).into()));

    let told = time_series(&admin, "").await;
    let totals = totals(&told.series);
    assert_eq!(totals[&(Metric::Registrations, "")], (2, 0));
    // Both on the first day, and both on the second.
    assert_eq!(totals[&(Metric::ActiveUsers, "")], (4, 0));
    assert_eq!(totals[&(Metric::Stored, "text")], (2, 8));
}

#[tokio::test]
async fn files_of_an_archive_are_fetched_once_in_however_many_pieces() {
    let stack = Stack::builder().with_admin().start().await;
    let (admin, sam) = (stack.admin().await, stack.user("sam").await);
    let mut files = vec![];
    for name in ["a.txt", "b.txt"] {
        files.push(sam.upload(name, b"content").await.id);
    }
    let share = sam.share(&files, json!({})).await;
    let anyone = stack.anonymous();
    for (person, path, body) in [
        (&anyone, format!("/api/shares/{}/archive", share.slug.as_str()), json!({})),
        (&sam, "/api/files/archive".to_owned(), json!({ "ids": files })),
    ] {
        let link: ArchiveLink = person.post(&path, body).await.json(200);
        let middle = link.size / 2;
        for range in
            [format!("bytes=0-{middle}"), format!("bytes={}-", middle + 1), "bytes=0-".into()]
        {
            let request = person.request(Method::GET, &link.download_url).header("range", range);
            assert_eq!(person.send(request).await.status, 206);
        }
    }
    eventually(&admin, |told| (told.downloads == 4).then_some(())).await;
    let told = time_series(&admin, "?metrics=download_starts,downloads").await;
    let totals = totals(&told.series);
    assert_eq!(totals[&(Metric::DownloadStarts, "shared")], (2, 0));
    assert_eq!(totals[&(Metric::DownloadStarts, "own")], (2, 0));
    assert_eq!(totals[&(Metric::Downloads, "server")], (4, 28));
}

#[tokio::test]
async fn refused_requests_are_counted_by_why_and_outlive_a_restart() {
    let stack = Stack::builder().with_admin().start().await;
    for _ in 0..3 {
        stack.anonymous().get("/api/files").await.problem(401, ProblemCode::Unauthenticated);
    }
    // What is no question of the API is none of its refusals.
    stack.anonymous().get("/no-such-page").await;
    let sam = stack.user("sam").await;
    sam.get("/api/stats").await.problem(403, ProblemCode::Forbidden);
    let stack = stack.restart().await;
    let admin = stack.admin().await;
    let told = stats(&admin).await.rejections;
    let rejection = |code, count| RejectionSum { code, count };
    let expected =
        [rejection(ProblemCode::Unauthenticated, 3), rejection(ProblemCode::Forbidden, 1)];
    assert_eq!(told, expected);
    stack.roll_up().await;
    let told = time_series(&admin, "?metrics=rejections").await;
    assert_eq!(totals(&told.series)[&(Metric::Rejections, "unauthenticated")], (3, 0));
}

#[tokio::test]
async fn transfers_between_browsers_are_among_what_happened() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let mut host = Member::host(stack.url()).await;
    let mut guest = Member::join(stack.url(), &host).await;
    let report = |about: &Member| -> Value {
        let bytes = json!({ "direct": 30, "turn": 0, "relay": 4 });
        json!({ "peer": about.id(), "outcome": "verified", "files": 2, "bytes": bytes })
    };
    host.ask("report", report(&guest)).await;
    guest.ask("report", report(&host)).await;
    let told = eventually(&admin, |told| (told.p2p_transfers == 1).then(|| told.clone())).await;
    assert_eq!((told.p2p_bytes, told.bytes_by_path.direct, told.bytes_by_path.relay), (34, 30, 4));
    for step in ["hour", "day"] {
        let query = format!("?metrics=transfers&step={step}");
        let told = time_series(&admin, &query).await;
        let expected = [("direct", (0, 30)), ("relay", (0, 4)), ("verified", (1, 0))]
            .map(|(key, figures)| ((Metric::Transfers, key), figures));
        assert_eq!(totals(&told.series), BTreeMap::from(expected));
    }
}

#[tokio::test]
async fn what_the_purge_takes_away_is_counted() {
    let stack = Stack::builder().with_admin().env("FILE_EXPIRY_DAYS", 1).start().await;
    let mut admin = stack.admin().await;
    let began = stack.now_ms();
    stack.user("sam").await.upload("a.txt", b"seven b").await;
    stack.advance(DAY * 2);
    stack.purge().await;
    stack.advance(DAY * 60);
    stack.purge().await;
    admin.sign_in("root").await;
    let told = stats(&admin).await;
    assert_eq!((told.purged.files, told.purged.uploads, told.purged.bytes), (1, 0, 7));
    assert_eq!((told.files, told.bytes_stored, told.uploads), (0, 0, 1));
    let active = told.active_users;
    assert_eq!((told.users, active.day, active.week, active.month), (2, 1, 1, 1));
    // Hours are kept for a year, days for good.
    stack.advance(DAY * 366);
    stack.roll_up().await;
    stack.purge().await;
    admin.sign_in("root").await;
    assert_eq!(stats(&admin).await.purged, told.purged);
    let year = format!("from={}&to={}", rfc3339(began), rfc3339(began + 366 * Step::Day.ms()));
    let days = time_series(&admin, &format!("?metrics=uploads&{year}")).await;
    assert_eq!(totals(&days.series)[&(Metric::Uploads, "")], (1, 7));
    let day = format!("from={}&to={}", rfc3339(began), rfc3339(began + Step::Day.ms()));
    let hours = time_series(&admin, &format!("?metrics=uploads&step=hour&{day}")).await;
    assert_eq!(hours.series, []);
}

#[tokio::test]
async fn a_question_that_is_none_is_refused_by_the_name_of_its_field() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for (query, field) in [
        ("?metrics=weather", "metrics"),
        ("?metrics=", "metrics"),
        ("?metrics=uploads,", "metrics"),
        ("?from=yesterday", "from"),
        ("?step=week", "query"),
        ("?step=hour&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:01Z", "from"),
        ("?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:01Z", "from"),
    ] {
        let refused = admin.get(&format!("/api/stats/timeseries{query}")).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{query}");
    }
    let span = "?step=hour&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z";
    assert_eq!(time_series(&admin, span).await.series, []);
}

#[tokio::test]
async fn nobody_else_is_told() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for path in ["/api/stats", "/api/stats/timeseries"] {
        stack.anonymous().get(path).await.problem(401, ProblemCode::Unauthenticated);
        for (name, role) in [("sam", Role::Standard), ("kim", Role::Client), ("ops", Role::Ops)] {
            let name = format!("{name}{}", path.len());
            let person = stack.somebody(&admin, &name, role).await;
            person.get(path).await.problem(403, ProblemCode::Forbidden);
        }
    }
}
