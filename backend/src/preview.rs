//! Previews: which files can be looked at without being downloaded, and as what they are served then. Their names decide,
//! by a list: what is not in it has no preview, and no media type in it is one that a browser makes a page of. Called by
//! `sharing`, the handlers of previews, and whatever lists files.

use sharesync_protocol::api::{PreviewKind, PreviewLink};

use crate::app::AppState;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, Previewed};
use crate::db::file::Servable;
use crate::error::{Error, Result};

use PreviewKind::{Audio, Image, Markdown, Pdf, Text, Video};

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// As what a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// By which means.
    pub kind: PreviewKind,
    /// The media type that it is served with.
    pub content_type: &'static str,
}

impl Preview {
    /// What a browser does that is sent to a preview by itself. A PDF it saves: in its own viewer, sandbox or not, the
    /// PDF's scripts would run.
    pub fn disposition(&self, name: &str) -> String {
        if self.kind == Pdf { presign::attachment(name) } else { presign::inline(name) }
    }
}

/// Every way to show a file, and the extensions of names that ask for it.
const SHOWN: &[(PreviewKind, &str, &[&str])] = &[
    (Image, "image/png", &["png", "apng"]),
    (Image, "image/jpeg", &["jpg", "jpeg", "jfif"]),
    (Image, "image/gif", &["gif"]),
    (Image, "image/webp", &["webp"]),
    (Image, "image/avif", &["avif"]),
    (Image, "image/bmp", &["bmp"]),
    (Image, "image/x-icon", &["ico"]),
    // As a picture in a page it runs nothing (SVG 2 §2.2.1), and as a page of its own it is in a sandbox.
    (Image, "image/svg+xml", &["svg"]),
    (Pdf, "application/pdf", &["pdf"]),
    (Audio, "audio/mpeg", &["mp3"]),
    (Audio, "audio/wav", &["wav"]),
    (Audio, "audio/ogg", &["ogg", "oga", "opus"]),
    (Audio, "audio/flac", &["flac"]),
    (Audio, "audio/mp4", &["m4a"]),
    (Audio, "audio/aac", &["aac"]),
    (Audio, "audio/webm", &["weba"]),
    (Video, "video/mp4", &["mp4", "m4v"]),
    (Video, "video/webm", &["webm"]),
    (Video, "video/ogg", &["ogv"]),
    (Video, "video/quicktime", &["mov"]),
    (Markdown, PLAIN_TEXT, &["md", "markdown"]),
    (Text, PLAIN_TEXT, &["txt", "text", "log", "csv", "tsv", "srt", "vtt", "tex", "diff", "patch"]),
    (Text, PLAIN_TEXT, &["htm", "html", "xhtml", "xml", "xsl", "css", "scss", "svelte", "vue"]),
    (Text, PLAIN_TEXT, &["json", "jsonl", "yaml", "yml", "toml", "ini", "conf", "cfg", "env"]),
    (Text, PLAIN_TEXT, &["js", "mjs", "cjs", "jsx", "tsx", "mts", "cts", "py", "rb", "php", "pl"]),
    (Text, PLAIN_TEXT, &["c", "h", "cc", "cpp", "hpp", "cs", "java", "kt", "swift", "go", "rs"]),
    (Text, PLAIN_TEXT, &["sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "sql", "lua", "r"]),
];

/// As what a file of that name is shown; none where it has no preview.
pub fn of(name: &str) -> Option<Preview> {
    let (_, extension) = name.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    SHOWN
        .iter()
        .find(|(.., extensions)| extensions.contains(&extension.as_str()))
        .map(|&(kind, content_type, _)| Preview { kind, content_type })
}

/// An address to look at a file by. [`Error::NoPreview`] where its name is in no list.
pub fn link(
    app: &AppState,
    previewed: &Previewed<'_>,
    file: &Servable,
    base: &str,
    now: i64,
) -> Result<PreviewLink> {
    let kind = of(&file.name).ok_or(Error::NoPreview)?.kind;
    let expires_at = now + DOWNLOAD_URL_SECS.cast_signed() * 1000;
    let path = app.presigner.sign_preview(previewed, expires_at);
    Ok(PreviewLink { preview_url: format!("{base}{path}"), expires_at, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> Option<(PreviewKind, &'static str)> {
        of(name).map(|preview| (preview.kind, preview.content_type))
    }

    #[test]
    fn the_last_extension_decides_however_it_is_written() {
        for (name, expected) in [
            ("a.png", Some((Image, "image/png"))),
            ("a.html.JPG", Some((Image, "image/jpeg"))),
            ("a.pdf.html", Some((Text, PLAIN_TEXT))),
            ("README.md", Some((Markdown, PLAIN_TEXT))),
            (".txt", Some((Text, PLAIN_TEXT))),
            ("a.zip", None),
            ("a.swf", None),
            ("png", None),
            ("a.png.", None),
            ("a.png ", None),
        ] {
            assert_eq!(shown(name), expected, "{name}");
        }
    }

    #[test]
    fn nothing_is_served_as_what_a_browser_makes_a_page_of_but_pictures_pdfs_and_plain_text() {
        for (kind, content_type, _) in SHOWN {
            let family = match kind {
                Image => "image/",
                Audio => "audio/",
                Video => "video/",
                Pdf => "application/pdf",
                Text | Markdown => PLAIN_TEXT,
            };
            assert!(content_type.starts_with(family), "{kind:?} {content_type}");
        }
    }

    #[test]
    fn no_extension_is_listed_twice() {
        let all: Vec<_> = SHOWN.iter().flat_map(|(.., extensions)| *extensions).collect();
        let once: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(all.len(), once.len());
    }
}
