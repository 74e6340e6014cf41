//! What there is to tell of PostgreSQL alone. The rest of the API is tested on it as on SQLite, by
//! `SHARESYNC_TEST_DATABASE=postgres`.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{FilePage, Health, ProblemCode};
use sharesync_test_services::Postgres;
use sharesync_testkit::{Person, Stack};

/// Longer than it takes until a server that is back is found.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn while_it_is_gone_people_are_told_to_come_back_and_then_they_are_served() {
    let server = Postgres::start();
    let stack = Stack::builder().env("DATABASE_URL", server.database()).start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"hello").await;
    let anyone = stack.anonymous();
    anyone.get("/api/health/ready").await.json::<Health>(200);

    server.stop();
    for path in ["/api/files", "/api/health/ready"] {
        let answer = sam.get(path).await;
        let problem = answer.problem(503, ProblemCode::Unavailable);
        assert!(!answer.header("retry-after").is_empty(), "{path}");
        let names_it = problem.detail.contains("database");
        assert_eq!(names_it, path == "/api/health/ready", "{}", problem.detail);
    }
    anyone.get("/api/health").await.json::<Health>(200);

    server.restart();
    let back = async {
        while sam.get("/api/health/ready").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it is found again");
    let files: FilePage = sam.get("/api/files").await.json(200);
    assert_eq!(files.items[0].file.id, file.id);
}

#[tokio::test]
async fn while_it_hangs_nobody_waits_for_long() {
    let server = Postgres::start();
    let stack = Stack::builder().env("DATABASE_URL", server.database()).start().await;
    let sam = stack.user("sam").await;
    // Somebody is always in the middle of something.
    let asking = (0..20).map(|_| async {
        loop {
            let answer = sam.get("/api/files").await;
            if answer.status != 200 {
                return answer;
            }
        }
    });
    let pausing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.pause();
        tokio::time::timeout(PATIENCE, std::future::pending::<()>()).await
    };
    tokio::select! {
        answers = futures_util::future::join_all(asking) => {
            for answer in answers {
                answer.problem(503, ProblemCode::Unavailable);
            }
        }
        _ = pausing => panic!("somebody still waits"),
    }
    server.resume();
    let back = async {
        while sam.get("/api/files").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it is found again");
}

#[tokio::test]
async fn servers_that_start_at_one_time_bring_one_schema_up_to_date_and_share_it() {
    let server = Postgres::start();
    let database = server.database();
    let node = || {
        let node = Stack::builder().env("DATABASE_URL", &database);
        node.env("SECRET_KEY", "of both nodes, and of nobody else").start()
    };
    let (one, other) = tokio::join!(node(), node());
    let sam = one.user("sam").await;
    let elsewhere = Person::at(other.url()).with_token(sam.token());
    let token = json!({ "name": "backup", "scopes": ["files:read"] });
    elsewhere.post("/api/me/tokens", token).await.json::<serde_json::Value>(201);
}
