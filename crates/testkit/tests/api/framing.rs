//! Framing: what could be read as two different requests is refused, and its connection ends.

use std::time::Duration;

use sharesync_testkit::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What hyper reads at once to begin with.
const FIRST_READ: usize = 8192;

const CHUNKED: &str =
    "POST /api/auth/logout HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";

async fn connect(stack: &Stack) -> TcpStream {
    TcpStream::connect(stack.url().strip_prefix("http://").unwrap()).await.unwrap()
}

/// Sends bytes as they are; answers what comes back until the server closes.
async fn raw(stack: &Stack, request: &str) -> String {
    let mut socket = connect(stack).await;
    socket.write_all(request.as_bytes()).await.unwrap();
    rest(&mut socket).await
}

/// What comes until the server closes.
async fn rest(socket: &mut TcpStream) -> String {
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

/// One answer's status, once its body has come too.
async fn status(socket: &mut TcpStream) -> u16 {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap().into());
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(0, |length| length.parse().unwrap());
    socket.read_exact(&mut vec![0; length]).await.unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Makes sure that all that came is one refusal.
#[track_caller]
fn refused_once(what: &str, answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer}");
    assert!(answer.contains("\r\nconnection: close\r\n"), "{what}: {answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{what}: {answer}");
}

#[tokio::test]
async fn what_two_parsers_could_read_as_two_requests_is_refused() {
    let stack = Stack::start().await;
    for (what, request) in [
        ("two hosts", "GET /api/health HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"),
        (
            "two hosts of the signaling",
            "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
        ),
        ("a folded header", "GET /api/health HTTP/1.1\r\nhost: a\r\nx: 1\r\n 2\r\n\r\n"),
        (
            "two lengths",
            "POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        ),
        (
            "an unknown coding",
            "POST /api/auth/login HTTP/1.1\r\nhost: a\r\ntransfer-encoding: x\r\n\r\n",
        ),
        ("a space before the colon", "GET /api/health HTTP/1.1\r\nhost : a\r\n\r\n"),
    ] {
        refused_once(what, &raw(&stack, request).await);
    }
}

/// RFC 9112 §6.3: one of the two may be what a proxy in front believed.
#[tokio::test]
async fn a_length_beside_a_coding_is_refused_and_nothing_behind_it_is_read() {
    let stack = Stack::start().await;
    for path in ["/api/auth/logout", "/api/nothing", "/socket.io/?EIO=4&transport=polling"] {
        for fields in [
            "content-length: 6\r\ntransfer-encoding: chunked",
            "transfer-encoding: chunked\r\ncontent-length: 6",
            "Transfer-Encoding: chunked\r\nContent-Length: 6",
            "transfer-encoding: chunked\r\ncontent-length: 0\r\ncontent-length: 6",
            "transfer-encoding: chunked\r\ncontent-length: six",
            "transfer-encoding: chunked\r\ncontent-length:",
        ] {
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: a\r\n{fields}\r\n\r\n0\r\n\r\n\
                 GET /api/health HTTP/1.1\r\nhost: a\r\n\r\n"
            );
            refused_once(fields, &raw(&stack, &request).await);
        }
    }
}

#[tokio::test]
async fn a_length_beside_a_coding_is_refused_on_a_connection_in_use() {
    let stack = Stack::start().await;
    let mut socket = connect(&stack).await;
    for _ in 0..2 {
        socket.write_all(CHUNKED.as_bytes()).await.unwrap();
        assert_eq!(status(&mut socket).await, 204);
    }
    let both = CHUNKED.replace("host: a", "host: a\r\ncontent-length: 5");
    socket.write_all(both.as_bytes()).await.unwrap();
    refused_once("the third request", &rest(&mut socket).await);
}

#[tokio::test]
async fn a_coding_alone_is_served_however_its_head_comes() {
    let stack = Stack::start().await;
    let mut socket = connect(&stack).await;
    socket.set_nodelay(true).unwrap();
    let (head, end) = CHUNKED.split_at(CHUNKED.len() - "\n0\r\n\r\n".len());
    for byte in head.as_bytes() {
        socket.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    socket.write_all(end.as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 204);
    // Some clients send a line too many behind a body.
    socket.write_all(format!("\r\n{CHUNKED}").as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 204);
    let long = CHUNKED.replace("host: a", &format!("host: a\r\nx: {}", "x".repeat(40_000)));
    socket.write_all(long.as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 204);
}

#[tokio::test]
async fn a_coding_alone_is_served_after_a_body_that_nobody_read() {
    let stack = Stack::start().await;
    let mut socket = connect(&stack).await;
    // The head fills the first read, so that the body is read once the answer is there.
    let head = "POST /api/nothing HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nx: \r\n\r\n";
    let filled = format!("x: {}", "x".repeat(FIRST_READ - head.len()));
    let request = format!("{}1 2 3", head.replace("x: ", &filled));
    socket.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 404);
    socket.write_all(CHUNKED.as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 204);
}

/// Its beginning came with the request before, where it was not looked for.
#[tokio::test]
async fn a_coding_of_a_request_that_did_not_wait_for_its_turn_is_refused() {
    let stack = Stack::start().await;
    let first = "GET /api/health HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut socket = connect(&stack).await;
    socket.write_all(format!("{first}{CHUNKED}").as_bytes()).await.unwrap();
    assert_eq!(status(&mut socket).await, 200);
    refused_once("behind another", &rest(&mut socket).await);

    // What comes last looks like a whole head without a length.
    for begun in [
        "POST /api/auth/logout HTTP/1.1\r\ncontent-length: 5\r\nx: ",
        "POST /api/auth/logout HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: ",
    ] {
        let mut socket = connect(&stack).await;
        socket.write_all(format!("{first}{begun}").as_bytes()).await.unwrap();
        assert_eq!(status(&mut socket).await, 200);
        socket.write_all(CHUNKED.as_bytes()).await.unwrap();
        refused_once(begun, &rest(&mut socket).await);
    }
}

/// HTTP/2 ends requests in ways of its own; a server without TLS is not asked for it.
#[tokio::test]
async fn http_2_is_not_spoken_unasked() {
    let stack = Stack::start().await;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    let answer = raw(&stack, preface).await;
    assert!(answer.is_empty(), "{answer:?}");
}

#[tokio::test]
async fn who_does_not_get_on_with_a_head_is_let_go() {
    let stack = Stack::start().await;
    // From here on the clock leaps to what is awaited next.
    tokio::time::pause();
    for begun in ["", "P", "PRI * HTT", "GET /api/health HTTP/1.1\r\nhost: a\r\n"] {
        let closed = tokio::time::timeout(Duration::from_mins(1), raw(&stack, begun)).await;
        assert_eq!(closed.as_deref(), Ok(""), "{begun}");
    }
}
