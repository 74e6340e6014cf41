//! Splits what is too long for one control message.

use sharesync_protocol::transfer::{Control, MAX_CONTROL_BYTES, OfferedFile};

/// Bytes that an offer takes besides its files.
const ENVELOPE_BYTES: usize = 64;
/// Ranges in one message: two numbers of ten digits, brackets and commas each.
const RANGES_PER_PAGE: usize = 2048;

/// The files in as many offers as it takes, each within [`MAX_CONTROL_BYTES`].
pub(super) fn offer_pages<'a>(files: impl Iterator<Item = &'a OfferedFile>) -> Vec<Control> {
    let mut pages: Vec<Vec<OfferedFile>> = Vec::new();
    let mut room = 0;
    for file in files {
        let bytes = serde_json::to_vec(file).expect("a file is plain data").len() + 1;
        if bytes > room {
            pages.push(Vec::new());
            room = MAX_CONTROL_BYTES - ENVELOPE_BYTES;
        }
        room = room.saturating_sub(bytes);
        pages.last_mut().expect("there is a page with room").push(file.clone());
    }
    pages.into_iter().map(|files| Control::Offer { files }).collect()
}

/// The ranges of one file in as many messages as it takes; none for none.
pub(super) fn have_pages(file: u32, ranges: &[(u32, u32)]) -> impl Iterator<Item = Control> {
    ranges.chunks(RANGES_PER_PAGE).map(move |page| Control::Have { file, ranges: page.to_vec() })
}
