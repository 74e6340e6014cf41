//! Shows a transfer while it lasts: a bar on a terminal, four lines a second with `--json`.

use std::time::Duration;

use serde_json::json;
use sharesync_peer::transfer::{Progress, Stage};
use sharesync_protocol::signaling::PeerId;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::arriving::event_of;
use crate::output::Output;

/// How often a line says how far it is.
const LINE_EVERY: Duration = Duration::from_millis(250);
/// How often a bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// Shows where a transfer stands, until it is over; `member` is with whom, where there are several.
pub async fn follow(
    output: Output,
    member: Option<PeerId>,
    mut progress: watch::Receiver<Progress>,
) {
    let mut bar = None;
    let mut said = Instant::now();
    let mut was = (false, false, false);
    loop {
        let now = progress.borrow_and_update().clone();
        let is_moving = matches!(now.stage, Stage::Moving | Stage::Checking);
        if is_moving {
            let name = now.current.clone().unwrap_or_else(|| "checking".to_owned());
            let bar = bar.get_or_insert_with(|| output.progress(&name, Some(now.bytes)));
            bar.name(&name);
            bar.set(now.written);
        }
        note_changes(&output, &now, &mut was);
        if is_moving && said.elapsed() >= LINE_EVERY {
            said = Instant::now();
            let line = json!({
                "event": "progress", "written": now.written, "bytes": now.bytes,
                "files": now.files, "verified": now.verified,
            });
            // Where nobody can be told, nobody is.
            let _ = output.event(&event_of(member.as_ref(), line));
        }
        if progress.changed().await.is_err() {
            return;
        }
        sleep(DRAW_EVERY).await;
    }
}

/// Says what stops a transfer, and what lets it go on.
fn note_changes(output: &Output, now: &Progress, was: &mut (bool, bool, bool)) {
    let is = (now.interrupted, now.paused.here, now.paused.there);
    let (interrupted, here, there) = std::mem::replace(was, is);
    if is.0 && !interrupted {
        output.note("the connection is lost; making another …");
    }
    if is.1 != here {
        output.note(if is.1 { "paused" } else { "going on" });
    }
    if is.2 != there {
        output.note(if is.2 { "the other side pauses" } else { "the other side goes on" });
    }
}
