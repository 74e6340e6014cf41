//! A server that is none: it says what a test has it say.

use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A server that says what a test has it say, in turn and then the last of it again; nothing, where there is none.
pub struct Served {
    /// Where it is.
    pub url: String,
    asked: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Served {
    /// An answer of this body.
    pub fn json(body: &Value) -> String {
        let body = body.to_string();
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// One that always says the same.
    pub async fn by(answer: &str) -> Self {
        Self::in_turn(vec![answer.into()]).await
    }

    /// One that says this in turn.
    pub async fn in_turn(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Notify::new());
        let heard = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let (mut turn, mut open) = (0, vec![]);
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                heard.notify_one();
                if let Some(answer) = answers.get(turn).or(answers.last()) {
                    let _ = stream.write_all(answer.as_bytes()).await;
                    turn += 1;
                } else {
                    open.push(stream);
                }
            }
        });
        Self { url, asked, task }
    }

    /// Returns when it was asked for something.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
