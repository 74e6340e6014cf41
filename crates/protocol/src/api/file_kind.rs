//! What kind of thing a file is, as statistics tell of it: few kinds, whatever senders call their files.

use serde::{Deserialize, Serialize};

/// A kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Pictures.
    Image,
    /// Films.
    Video,
    /// Sound.
    Audio,
    /// Text of any kind, programs' too.
    Text,
    /// PDFs.
    Pdf,
    /// What office programs and readers of books write.
    Document,
    /// Files in one, or packed.
    Archive,
    /// Whatever else.
    Other,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::Text,
        Self::Pdf,
        Self::Document,
        Self::Archive,
        Self::Other,
    ];

    /// The kind of a media type, parameters or not.
    pub fn of(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let Some((family, subtype)) = essence.split_once('/') else { return Self::Other };
        match (family, subtype) {
            ("image", _) => Self::Image,
            ("video", _) => Self::Video,
            ("audio", _) => Self::Audio,
            ("text", _) => Self::Text,
            ("application", "pdf") => Self::Pdf,
            ("application", "msword" | "rtf" | "epub+zip") => Self::Document,
            ("application", office)
                if office.starts_with("vnd.ms-")
                    || office.starts_with("vnd.openxmlformats-officedocument.")
                    || office.starts_with("vnd.oasis.opendocument.") =>
            {
                Self::Document
            }
            (
                "application",
                "zip" | "gzip" | "zstd" | "vnd.rar" | "x-tar" | "x-7z-compressed" | "x-bzip2"
                | "x-xz" | "x-rar-compressed",
            ) => Self::Archive,
            _ => Self::Other,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Text => "text",
            Self::Pdf => "pdf",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Other => "other",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_decides_whatever_is_said_besides() {
        for (media_type, kind) in [
            ("image/png", FileKind::Image),
            ("text/plain; charset=utf-8", FileKind::Text),
            ("application/pdf;x=y", FileKind::Pdf),
            ("application/vnd.ms-excel", FileKind::Document),
            ("application/vnd.oasis.opendocument.text", FileKind::Document),
            ("application/zip", FileKind::Archive),
            ("application/octet-stream", FileKind::Other),
            ("pdf", FileKind::Other),
            ("", FileKind::Other),
        ] {
            assert_eq!(FileKind::of(media_type), kind, "{media_type}");
        }
    }

    #[test]
    fn each_is_known_by_its_name() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::named(kind.name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(FileKind::named("image/png"), None);
    }
}
