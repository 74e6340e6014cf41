//! What people write on their pages beside the files: shown as it comes, for the other side is told that it was heard.

use serde_json::json;
use sharesync_peer::transfer::{News, printable};
use sharesync_protocol::signaling::PeerId;
use tokio::sync::mpsc;

use super::arriving::event_of;
use crate::output::Output;

/// Shows texts until nobody can write any more; `named` is whether it is said who wrote them, where there are several.
pub async fn show_texts(output: Output, mut news: mpsc::UnboundedReceiver<News>, named: bool) {
    while let Some(news) = news.recv().await {
        // We write nothing that could be heard.
        let News::Text { member, text, .. } = news else { continue };
        let text = printable(&text);
        let member = named.then_some(PeerId(member));
        // Where nobody can be told, nobody is.
        let event = json!({ "event": "text", "text": text });
        let _ = output.event(&event_of(member.as_ref(), event));
        output.note(format_args!("They write: {text}"));
    }
}
