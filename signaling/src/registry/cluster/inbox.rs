//! The reading of a node's stream. Each entry is one transaction's letters, which are carried out
//! together. The place in the stream is kept when the connection is lost, so that nothing is missed.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::StreamReadOptions;
use redis::{AsyncTypedCommands, RedisResult, pipe};

use super::Node;
use super::keys::stream;
use super::letter::{LETTERS, Letter};
use super::link::connect;
use super::messages::send;
use crate::address::NodeId;

/// How long Redis is asked to wait for letters.
const WAIT: Duration = Duration::from_secs(1);
/// Most entries read at once.
const ENTRIES: usize = 256;
/// How long to wait before connecting again.
const RECONNECT_WAIT: Duration = Duration::from_millis(100);

impl Node {
    /// Carries out the letters to `name`, from the first on, for as long as it is polled.
    pub(super) async fn read_letters(self: Arc<Self>, name: NodeId) {
        let mut last = String::from("0");
        loop {
            // A connection of its own: who waits for letters lets nobody else through.
            if let Ok(mut redis) = connect(&self.config.client, WAIT).await {
                while self.read_some(name, &mut redis, &mut last).await.is_ok() {}
            }
            tokio::time::sleep(RECONNECT_WAIT).await;
        }
    }

    async fn read_some(
        &self,
        name: NodeId,
        redis: &mut MultiplexedConnection,
        last: &mut String,
    ) -> RedisResult<()> {
        let wait_ms = usize::try_from(WAIT.as_millis()).unwrap_or(usize::MAX);
        let options = StreamReadOptions::default().count(ENTRIES).block(wait_ms);
        let stream = stream(name);
        let read = redis.xread_options(&[&stream], &[&*last], &options).await?;
        let mut replies = pipe();
        for entry in read.into_iter().flat_map(|read| read.keys).flat_map(|key| key.ids) {
            let letters: String = entry.get(LETTERS).unwrap_or_default();
            for (node, reply) in self.carry_out(&letters) {
                replies.add_command(send(node, &[reply])).ignore();
            }
            *last = entry.id;
        }
        // Nobody reads again what lies before this.
        replies.cmd("XTRIM").arg(&stream).arg("MINID").arg(&*last).ignore();
        // Where it fails, senders are not acknowledged, and the next trims.
        replies.exec_async(redis).await
    }

    /// Carries out one transaction's letters; returns the replies to them, and to which node.
    fn carry_out(&self, letters: &str) -> Vec<(NodeId, Letter)> {
        let letters: Vec<Letter> = match serde_json::from_str(letters) {
            Ok(letters) => letters,
            Err(error) => {
                tracing::error!(%error, "letters cannot be read");
                return Vec::new();
            }
        };
        let _all_together = self.telling();
        letters.into_iter().filter_map(|letter| self.carry_out_one(letter)).collect()
    }

    fn carry_out_one(&self, letter: Letter) -> Option<(NodeId, Letter)> {
        match letter {
            Letter::News { to, news } => self.post.tell(to, news),
            Letter::Answer(number) => {
                if let Some(answer) = self.desk.take(number) {
                    self.post.answer(answer.asker, answer.outcome);
                    let _ = answer.given.send(());
                }
            }
            Letter::Message { to, event, data, receipt } => {
                let outcome = self.post.emit(to, &event, &data);
                let number = receipt.number;
                return Some((receipt.node, Letter::Received { number, outcome }));
            }
            Letter::Received { number, outcome } => self.desk.receive(number, outcome),
        }
        None
    }
}
