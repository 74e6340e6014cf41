//! What people write on their pages beside the files: shown as it comes, for the other side is told that it was heard.

use serde_json::json;
use sharesync_peer::transfer::{News, printable};
use tokio::sync::mpsc;

use crate::output::Output;

/// Shows texts until nobody can write any more.
pub async fn show_texts(output: Output, mut news: mpsc::UnboundedReceiver<News>) {
    while let Some(news) = news.recv().await {
        // We write nothing that could be heard.
        let News::Text { text, .. } = news else { continue };
        let text = printable(&text);
        // Where nobody can be told, nobody is.
        let _ = output.event(&json!({ "event": "text", "text": text }));
        output.note(format_args!("They write: {text}"));
    }
}
