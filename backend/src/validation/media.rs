//! What kind of thing a file is: what its name claims, and what its first bytes show. Families are wide, so that a photograph
//! that is called `.jpg` and is a WebP passes; what is not recognised is not held against anybody.

use std::borrow::Cow;

use file_format::{FileFormat, Kind};

/// Bytes at the beginning that are enough to see what something is: what the store reads together.
pub const HEAD_BYTES: u64 = 64 * 1024;
/// Of text, what is looked at.
const TEXT_BYTES: usize = 4096;

/// Kinds of content that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Pixels.
    Picture,
    /// Sound, moving pictures, or both: their containers are the same.
    Film,
    /// A PDF.
    Pdf,
    /// Files in one, or packed: ZIP and all that is made of it, as office documents are.
    Archive,
    /// An office document of the older kind.
    Office,
    /// Rich text.
    RichText,
    /// HTML, SVG and other XML: what a browser may run scripts of.
    Markup,
    /// A script that a system runs.
    Script,
    /// A program that a system runs.
    Program,
}

impl Family {
    /// Its name in the middle of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Picture => "a picture",
            Self::Film => "a film or a sound",
            Self::Pdf => "a PDF",
            Self::Archive => "an archive",
            Self::Office => "an office document",
            Self::RichText => "a text document",
            Self::Markup => "a web page",
            Self::Script => "a script",
            Self::Program => "a program",
        }
    }
}

/// What content was recognised as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The kind of thing.
    pub family: Family,
    /// Media types that it goes by.
    pub media_types: Vec<String>,
}

impl Content {
    fn new(family: Family, media_types: &[&str]) -> Self {
        Self { family, media_types: media_types.iter().map(ToString::to_string).collect() }
    }

    /// Whether it is a ZIP, whatever else it is.
    pub fn is_zip(&self) -> bool {
        self.media_types.iter().any(|media_type| media_type == "application/zip")
    }
}

/// What a file of so many bytes with this beginning is, if that can be told.
pub fn recognise(head: &[u8], size: u64) -> Option<Content> {
    let text = as_text(head);
    let begins = text.trim_ascii_start();
    if let Some(content) = markup(begins).or_else(|| script(begins)) {
        return Some(content);
    }
    if begins.starts_with(b"%PDF-") {
        return Some(Content::new(Family::Pdf, &["application/pdf"]));
    }
    if begins.starts_with(b"{\\rtf") {
        return Some(Content::new(Family::RichText, &["application/rtf", "text/rtf"]));
    }
    // Words can begin like anything.
    if is_plain(head) { None } else { binary(head, size) }
}

/// The first bytes, in UTF-8 where they are in UTF-16, and without a mark that says so.
fn as_text(head: &[u8]) -> Cow<'_, [u8]> {
    let head = &head[..head.len().min(TEXT_BYTES)];
    let decode = |bytes: &[u8], number: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| number([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
        Cow::Owned(text.into_bytes())
    };
    match head {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => decode(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(head),
    }
}

/// Whether it reads as text to its end, but for a character that is cut off.
fn is_plain(head: &[u8]) -> bool {
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(fault) => fault.error_len().is_none() && fault.valid_up_to() > 0,
    };
    is_utf8 && !head.contains(&0)
}

/// What browsers take for a page or a drawing (WHATWG MIME Sniffing §7.1), but for tags so short that anything begins so.
fn markup(text: &[u8]) -> Option<Content> {
    const PAGES: [&[u8]; 14] = [
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<iframe",
        b"<style",
        b"<title",
        b"<table",
        b"<div",
        b"<font",
        b"<link",
        b"<meta",
        b"<img",
    ];
    let begins = |tag: &[u8]| {
        let (beginning, behind) = text.split_at_checked(tag.len())?;
        let ends =
            behind.first().is_none_or(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
        (ends && beginning.eq_ignore_ascii_case(tag)).then_some(())
    };
    let holds = |word: &[u8]| text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    if begins(b"<svg").is_some() || begins(b"<!doctype svg").is_some() {
        return Some(Content::new(Family::Markup, &["image/svg+xml"]));
    }
    let is_xml = begins(b"<?xml").is_some();
    if (is_xml || text.starts_with(b"<!--")) && holds(b"<svg") {
        return Some(Content::new(Family::Markup, &["image/svg+xml"]));
    }
    if is_xml {
        let is_page = holds(b"<html");
        let page: &[&str] = if is_page { &["application/xhtml+xml", "text/html"] } else { &[] };
        let types = [&["application/xml", "text/xml"], page].concat();
        return Some(Content::new(Family::Markup, &types));
    }
    if text.starts_with(b"<!--") || PAGES.iter().any(|tag| begins(tag).is_some()) {
        return Some(Content::new(Family::Markup, &["text/html"]));
    }
    None
}

fn script(text: &[u8]) -> Option<Content> {
    if text.starts_with(b"<?php") {
        return Some(Content::new(Family::Script, &["application/x-httpd-php"]));
    }
    let interpreter = text.strip_prefix(b"#!")?.trim_ascii_start();
    let types = ["application/x-sh", "text/x-shellscript"];
    interpreter.starts_with(b"/").then(|| Content::new(Family::Script, &types))
}

/// What is not text, by its signature. Those of two or three bytes begin other things, too, and are looked at more closely
/// here or not believed.
fn binary(head: &[u8], size: u64) -> Option<Content> {
    if let Some(program) = windows_program(head, size) {
        return Some(program);
    }
    match head {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, b'P', b'K', ..] => {
            let types = ["application/zip", "application/x-zip-compressed"];
            return Some(Content::new(Family::Archive, &types));
        }
        // RFC 1952 §2.3: deflated, and no flag that there is not.
        [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => {
            return Some(Content::new(
                Family::Archive,
                &["application/gzip", "application/x-gzip"],
            ));
        }
        [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => {
            return Some(Content::new(
                Family::Archive,
                &["application/x-bzip2", "application/x-bzip"],
            ));
        }
        _ => {}
    }
    let format = FileFormat::from_bytes(head);
    let media_type = format.media_type();
    Some(Content::new(family(format)?, &[&[media_type], other_names(media_type)].concat()))
}

/// What goes by a file in the Portable Executable format, or one of those before it: a header that leads to another one.
fn windows_program(head: &[u8], size: u64) -> Option<Content> {
    let header = head.get(..64).filter(|header| header.starts_with(b"MZ"))?;
    let next = u32::from_le_bytes(header[60..64].try_into().ok()?);
    (u64::from(next) < size).then(|| Content::new(Family::Program, &WINDOWS_PROGRAM))
}

/// The types of programs for Windows.
pub const WINDOWS_PROGRAM: [&str; 4] = [
    "application/vnd.microsoft.portable-executable",
    "application/x-msdownload",
    "application/x-dosexec",
    "application/x-msdos-program",
];

/// The family of a format whose signature has four bytes or more, or is not met by chance.
fn family(format: FileFormat) -> Option<Family> {
    use FileFormat as F;
    match format {
        F::JointPhotographicExpertsGroup => Some(Family::Picture),
        // What the library has among other kinds.
        F::WindowsShortcut | F::Appimage => Some(Family::Program),
        F::Id3v2
        | F::Mpeg4Part14
        | F::ExtensibleBinaryMetaLanguage
        | F::OggMultiplexedMedia
        | F::AdvancedSystemsFormat
        | F::Realmedia => Some(Family::Film),
        F::CompoundFileBinary => Some(Family::Office),
        F::PortableDocumentFormat => Some(Family::Pdf),
        // Three bytes or less, or numbers that much begins with.
        F::Commodore64Program
        | F::CommonObjectFileFormat
        | F::MsDosExecutable
        | F::WindowsIcon
        | F::WindowsCursor
        | F::WindowsMetafile
        | F::PictureExchange
        | F::JpegExtendedRange
        | F::SiliconGraphicsImage
        | F::Mtv
        | F::AdvancedAudioCoding
        | F::AudioCodec3
        | F::AutodeskAnimator
        | F::AutodeskAnimatorPro
        | F::BdavMpeg2TransportStream
        | F::Mpeg2TransportStream
        | F::Mpeg12AudioLayer2
        | F::Mpeg12AudioLayer3
        | F::ArchivedByRobertJung
        | F::Cpio
        | F::Seqbox
        | F::Zoo
        | F::Zpaq
        | F::Bzip
        | F::Bzip2
        | F::Gzip
        | F::LempelZivMarkovChainAlgorithm
        | F::UnixCompress => None,
        _ => match format.kind() {
            Kind::Image => Some(Family::Picture),
            Kind::Audio | Kind::Video => Some(Family::Film),
            Kind::Executable => Some(Family::Program),
            Kind::Archive | Kind::Compressed | Kind::Package => Some(Family::Archive),
            _ => None,
        },
    }
}

/// What the same goes by elsewhere.
fn other_names(media_type: &str) -> &'static [&'static str] {
    match media_type {
        "application/mp4" => &["video/mp4"],
        "application/vnd.ms-asf" => &["video/x-ms-asf"],
        "application/x-ebml" => &["video/webm", "video/x-matroska"],
        "application/x-id3v2" => &["audio/mpeg"],
        "application/x-executable" => &["application/x-elf", "application/x-sharedlib"],
        "application/vnd.rar" => &["application/x-rar-compressed", "application/x-rar"],
        "audio/vnd.wave" => &["audio/wav", "audio/x-wav"],
        "image/bmp" => &["image/x-ms-bmp"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
