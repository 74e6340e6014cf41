//! What a file's name claims that the file is. Names that claim nothing definite, or none of the kinds that are told apart, claim
//! nothing.

use std::path::Path;

use super::media::{Family, WINDOWS_PROGRAM};

/// What a name claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Pixels, of one of the formats that are recognised.
    Picture,
    /// A drawing: markup, or what one has made of it.
    Drawing,
    /// Sound, moving pictures, or both.
    Film,
    /// A PDF.
    Pdf,
    /// Files in one, or packed.
    Archive,
    /// A document of an office program, of which there are many that save what they like.
    Office,
    /// Text of any kind.
    Text,
    /// Something that nothing runs: fonts, models, rare pictures.
    Inert,
    /// Nothing definite.
    Open,
}

impl Claim {
    /// What a name claims.
    pub fn of(name: &str) -> Self {
        let types = media_types(name);
        let first = types.first().map(String::as_str).unwrap_or_default();
        let (top, sub) = first.split_once('/').unwrap_or_default();
        match (top, sub) {
            // A recording to some, a program's text to more.
            ("video", "vnd.dlna.mpeg-tts") => Self::Open,
            ("image", "svg+xml") => Self::Drawing,
            (
                "image",
                "jpeg"
                | "png"
                | "apng"
                | "gif"
                | "webp"
                | "bmp"
                | "tiff"
                | "avif"
                | "heic"
                | "heif"
                | "jxl"
                | "jp2"
                | "vnd.adobe.photoshop",
            ) => Self::Picture,
            ("image" | "font" | "model", _) => Self::Inert,
            ("audio" | "video", _) => Self::Film,
            ("text", _) | ("application", "json" | "xml" | "yaml" | "toml") => Self::Text,
            ("application", "pdf") => Self::Pdf,
            ("application", "rtf" | "msword") => Self::Office,
            ("application", sub)
                if [
                    "vnd.ms-excel",
                    "vnd.ms-powerpoint",
                    "vnd.ms-word",
                    "vnd.openxmlformats",
                    "vnd.oasis.opendocument",
                ]
                .iter()
                .any(|known| sub.starts_with(known)) =>
            {
                Self::Office
            }
            (
                "application",
                "zip"
                | "x-zip-compressed"
                | "x-7z-compressed"
                | "x-rar-compressed"
                | "vnd.rar"
                | "x-tar"
                | "gzip"
                | "x-gzip"
                | "x-compressed"
                | "x-bzip"
                | "x-bzip2"
                | "x-xz"
                | "zstd"
                | "java-archive"
                | "vnd.android.package-archive"
                | "epub+zip",
            ) => Self::Archive,
            _ => Self::Open,
        }
    }

    /// Whether what was recognised is what the name claims, or may go by it.
    pub fn takes(self, family: Family) -> bool {
        use Family as F;
        match self {
            Self::Open => true,
            Self::Picture => family == F::Picture,
            Self::Drawing => matches!(family, F::Markup | F::Picture | F::Archive),
            Self::Film => family == F::Film,
            Self::Pdf => family == F::Pdf,
            // Some begin with a script that starts them.
            Self::Archive => matches!(family, F::Archive | F::Script),
            Self::Office => matches!(family, F::Office | F::Archive | F::RichText | F::Markup),
            Self::Text => matches!(family, F::Markup | F::Script | F::RichText),
            Self::Inert => !matches!(family, F::Program),
        }
    }

    /// Whether content of this kind is recognised whenever it is whole.
    pub fn is_always_recognised(self) -> bool {
        matches!(self, Self::Picture | Self::Pdf | Self::Archive | Self::Office)
    }
}

/// The media types that a name may mean, the likeliest first; none where it has no ending that is known.
pub fn media_types(name: &str) -> Vec<String> {
    // Windows does not see what ends a name like this.
    let name = name.trim_end_matches([' ', '.']);
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let corrected: &[&str] = match ending.to_ascii_lowercase().as_str() {
        "exe" | "dll" | "com" | "scr" | "sys" | "cpl" | "ocx" => &WINDOWS_PROGRAM,
        "bat" | "cmd" => &["application/x-bat", "application/x-msdownload"],
        "msi" => &["application/x-msi"],
        "psd" => &["image/vnd.adobe.photoshop"],
        _ => &[],
    };
    if corrected.is_empty() {
        mime_guess::from_ext(ending).iter_raw().map(str::to_owned).collect()
    } else {
        corrected.iter().map(ToString::to_string).collect()
    }
}

/// Every ending that is known, in lower case and without its dot.
pub fn endings() -> impl Iterator<Item = &'static str> {
    let known = mime_guess::get_extensions("*", "*").unwrap_or_default();
    known.iter().copied().chain(["sys", "cpl", "ocx", "cmd"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_claim_what_their_endings_say() {
        for (name, claim) in [
            ("photo.jpg", Claim::Picture),
            ("PHOTO.JPEG", Claim::Picture),
            ("photo.jpg . .", Claim::Picture),
            ("drawing.svg", Claim::Drawing),
            ("film.mp4", Claim::Film),
            ("song.mp3", Claim::Film),
            ("a.pdf", Claim::Pdf),
            ("a.tar.gz", Claim::Archive),
            ("app.jar", Claim::Archive),
            ("a.docx", Claim::Office),
            ("a.xls", Claim::Office),
            ("a.ods", Claim::Office),
            ("a.csv", Claim::Text),
            ("a.js", Claim::Text),
            ("a.ttf", Claim::Inert),
            ("main.ts", Claim::Open),
            ("setup.exe", Claim::Open),
            ("a.bin", Claim::Open),
            ("README", Claim::Open),
            (".jpg", Claim::Open),
            ("a.pdf.exe", Claim::Open),
        ] {
            assert_eq!(Claim::of(name), claim, "{name}");
        }
    }

    #[test]
    fn every_ending_that_is_known_can_be_listed() {
        let all: Vec<_> = endings().collect();
        for ending in ["jpg", "exe", "docx", "sys", "zip"] {
            assert!(all.contains(&ending), "{ending}");
        }
    }
}
