//! What is said of files that somebody offers, and that have arrived. Used by `receive`, which has one sender, and
//! `listen`, which has several and names them.

use serde_json::{Value, json};
use sharesync_peer::transfer::{Progress, printable};
use sharesync_protocol::signaling::PeerId;
use sharesync_protocol::transfer::OfferedFile;

use crate::commands::words::count;
use crate::failure::Result;
use crate::output::Output;
use crate::size;

/// How many names are said to a person.
const SHOWN: usize = 10;

/// A file's name, its folders before it, as a terminal may show it.
pub fn name_of(file: &OfferedFile) -> String {
    let folders = file.path.as_deref().map(|path| format!("{path}/")).unwrap_or_default();
    printable(&format!("{folders}{}", file.name))
}

/// Bytes of all of them.
pub fn bytes_of(offered: &[OfferedFile]) -> u64 {
    offered.iter().map(|file| file.size).sum()
}

/// An event about files of a member, where there are several.
pub fn event_of(member: Option<&PeerId>, mut event: Value) -> Value {
    if let (Some(member), Value::Object(fields)) = (member, &mut event) {
        fields.insert("member".to_owned(), json!(member));
    }
    event
}

/// Says what is offered: the first names, and how much there is in all.
pub fn say_offered(output: &Output, member: Option<&PeerId>, offered: &[OfferedFile]) {
    let bytes = bytes_of(offered);
    let files: Vec<_> =
        offered.iter().map(|file| json!({ "name": name_of(file), "size": file.size })).collect();
    let event = json!({ "event": "offered", "files": files, "bytes": bytes });
    // Where nobody can be told, nobody is.
    let _ = output.event(&event_of(member, event));
    for file in offered.iter().take(SHOWN) {
        output.note(format_args!("  {}  {}", name_of(file), size::words(file.size)));
    }
    if offered.len() > SHOWN {
        output.note(format_args!("  and {} more", offered.len() - SHOWN));
    }
    let total = format!("{}, {}", count(offered.len(), "file"), size::words(bytes));
    output.note(format_args!("Offered: {total}"));
}

/// Says that everything has arrived.
pub fn say_received(output: &Output, member: Option<&PeerId>, now: &Progress) -> Result<()> {
    let (files, bytes) = (now.verified, now.bytes);
    let event = json!({ "event": "received", "files": files, "bytes": bytes });
    output.event(&event_of(member, event))?;
    let (files, bytes) = (count(files, "file"), size::words(bytes));
    output.note(format_args!("received and verified: {files}, {bytes}"));
    Ok(())
}
