//! Statistics: what administrators are told of transfers between browsers, and who is told nothing.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::{ProblemCode, TransferStats};
use sharesync_testkit::{Member, Person, Stack};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const PATH: &str = "/api/stats/transfers";
const HOUR: Duration = Duration::from_hours(1);
const PATIENCE: Duration = Duration::from_secs(20);

async fn stats(admin: &Person, query: &str) -> TransferStats {
    admin.get(&format!("{PATH}{query}")).await.json(200)
}

/// The statistics of the last week once so many transfers are in them: they are counted a moment after the
/// second report.
async fn once_counted(admin: &Person, transfers: u64) -> TransferStats {
    let awaited = async {
        loop {
            let stats = stats(admin, "").await;
            if stats.total.verified + stats.total.cancelled + stats.total.failed >= transfers {
                return stats;
            }
        }
    };
    tokio::time::timeout(PATIENCE, awaited).await.expect("what both reported is counted")
}

fn report(about: &Member, outcome: &str, bytes: [u64; 3]) -> Value {
    let [direct, turn, relay] = bytes;
    let bytes = json!({ "direct": direct, "turn": turn, "relay": relay });
    json!({ "peer": about.id(), "outcome": outcome, "files": 2, "bytes": bytes })
}

/// Two members of one room, who report whatever they are told to.
struct Pair(Member, Member);

impl Pair {
    async fn meet(stack: &Stack) -> Self {
        let host = Member::host(stack.url()).await;
        let guest = Member::join(stack.url(), &host).await;
        Self(host, guest)
    }

    async fn transfer(&mut self, outcome: &str, bytes: [u64; 3]) {
        let Self(host, guest) = self;
        let answer = host.ask("report", report(guest, outcome, bytes)).await;
        assert_eq!(answer, json!({}));
        let answer = guest.ask("report", report(host, outcome, bytes)).await;
        assert_eq!(answer, json!({}));
    }
}

#[tokio::test]
async fn what_both_sides_reported_is_told_by_the_hour() {
    let stack = Stack::builder().with_admin().start().await;
    let mut admin = stack.admin().await;
    let mut pair = Pair::meet(&stack).await;
    pair.transfer("verified", [10, 0, 0]).await;
    pair.transfer("cancelled", [1, 20, 0]).await;
    let first = once_counted(&admin, 2).await;
    assert_eq!(first.items.len(), 1);
    stack.advance(HOUR);
    admin.sign_in("root").await;
    pair.transfer("failed", [0, 0, 300]).await;
    pair.0.ask("report", report(&pair.1, "verified", [9, 9, 9])).await;

    let stats = once_counted(&admin, 3).await;
    let hours: Vec<Value> =
        stats.items.iter().map(|hour| serde_json::to_value(hour).unwrap()).collect();
    let hour = first.items[0].hour;
    assert_eq!(hour % 3_600_000, 0);
    assert_eq!(
        hours,
        [
            json!({
                "hour": hour, "verified": 1, "cancelled": 1, "failed": 0, "files": 4,
                "bytes": { "direct": 11, "turn": 20, "relay": 0 },
            }),
            json!({
                "hour": hour + 3_600_000, "verified": 0, "cancelled": 0, "failed": 1, "files": 2,
                "bytes": { "direct": 0, "turn": 0, "relay": 300 },
            }),
        ]
    );
    assert_eq!(
        serde_json::to_value(&stats.total).unwrap(),
        json!({
            "verified": 1, "cancelled": 1, "failed": 1, "files": 6,
            "bytes": { "direct": 11, "turn": 20, "relay": 300 },
        })
    );
}

/// A moment as a span is asked for.
fn rfc3339(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms / 1000).unwrap();
    moment.format(&Rfc3339).unwrap()
}

#[tokio::test]
async fn a_span_is_asked_for_by_its_ends() {
    let stack = Stack::builder().with_admin().start().await;
    let mut admin = stack.admin().await;
    Pair::meet(&stack).await.transfer("verified", [7, 0, 0]).await;
    let hour = once_counted(&admin, 1).await.items[0].hour;
    let (before, within, after) = (hour - 3_600_000, hour + 1_800_000, hour + 3_600_000);
    stack.advance(HOUR * 24 * 8);
    admin.sign_in("root").await;
    assert!(stats(&admin, "").await.items.is_empty(), "a week, where nothing is said");

    let told = async |from: Option<i64>, to: Option<i64>| {
        let end = |name, ms: Option<i64>| ms.map(|ms| format!("{name}={}&", rfc3339(ms)));
        let (from, to) = (end("from", from), end("to", to));
        let query = format!("?{}{}", from.unwrap_or_default(), to.unwrap_or_default());
        stats(&admin, &query).await.total.bytes.direct
    };
    assert_eq!(told(Some(before), None).await, 7, "until now");
    assert_eq!(told(None, Some(after)).await, 7, "seven days before its end");
    assert_eq!(told(Some(within), Some(after)).await, 7, "hours are whole");
    assert_eq!(told(Some(before), Some(hour)).await, 0);
    assert_eq!(told(Some(after), None).await, 0);
}

#[tokio::test]
async fn a_span_that_is_none_is_refused_by_the_name_of_its_field() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for (query, field) in [
        ("?from=yesterday", "from"),
        ("?to=1764072000000", "to"),
        ("?to=2026-11-25", "to"),
        ("?from=2026-13-01T00:00:00Z", "from"),
        ("?from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z", "from"),
        ("?from=2020-01-01T00:00:00Z&to=2020-01-01T00:00:00Z", "from"),
        ("?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:01Z", "from"),
        ("?from=9999-01-01T00:00:00Z", "from"),
    ] {
        let refused = admin.get(&format!("{PATH}{query}")).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{query}");
    }
    // 2020 had 366 days.
    stats(&admin, "?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z").await;
}

#[tokio::test]
async fn nobody_else_is_told() {
    let stack = Stack::builder().with_admin().start().await;
    for query in ["", "?from=nonsense"] {
        let path = format!("{PATH}{query}");
        let refused = stack.anonymous().get(&path).await;
        refused.problem(401, ProblemCode::Unauthenticated);
        let sam = stack.anonymous().with_token("nonsense");
        sam.get(&path).await.problem(401, ProblemCode::Unauthenticated);
    }
    let sam = stack.user("sam").await;
    for query in ["", "?from=nonsense"] {
        sam.get(&format!("{PATH}{query}")).await.problem(403, ProblemCode::Forbidden);
    }
}

#[tokio::test]
async fn what_waits_to_be_counted_outlives_a_restart() {
    let stack = Stack::builder().with_admin().start().await;
    let mut pair = Pair::meet(&stack).await;
    for _ in 0..20 {
        pair.transfer("verified", [1, 0, 0]).await;
    }
    drop(pair);
    let stack = stack.restart().await;
    assert_eq!(stats(&stack.admin().await, "").await.total.verified, 20);
}
