use super::*;

fn family_of(content: &[u8]) -> Option<Family> {
    recognise(content, 1 << 20).map(|content| content.family)
}

/// The header of a program for Windows, that leads to one in the first kilobyte.
fn windows() -> Vec<u8> {
    let mut program = b"MZ".to_vec();
    program.resize(60, 0);
    program.extend(128_u32.to_le_bytes());
    program.resize(128, 0);
    program.extend(b"PE\0\0");
    program
}

#[test]
fn content_is_told_by_its_first_bytes() {
    for (content, family) in [
        (&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], Family::Picture),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", Family::Picture),
        (b"GIF89a\x01\0\x01\0\0\0", Family::Picture),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Family::Picture),
        (b"\0\0\0\x18ftypheic\0\0\0\0", Family::Picture),
        (b"\0\0\0\x18ftypavif\0\0\0\0", Family::Picture),
        (b"\0\0\0\x18ftypisom\0\0\0\0", Family::Film),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81", Family::Film),
        (b"RIFF\x10\0\0\0WAVEfmt ", Family::Film),
        (b"ID3\x03\0\0\0\0\0\0", Family::Film),
        (b"OggS\0\x02\0\0\0\0\0\0", Family::Film),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Family::Pdf),
        (b"%PDF-1.4 in plain text", Family::Pdf),
        (b"PK\x03\x04\x14\0\0\0\x08\0", Family::Archive),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", Family::Archive),
        (b"7z\xbc\xaf\x27\x1c\0\x04", Family::Archive),
        (b"Rar!\x1a\x07\x01\0\0", Family::Archive),
        (b"\xfd7zXZ\0\0\x04", Family::Archive),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", Family::Office),
        (b"{\\rtf1\\ansi", Family::RichText),
        (b"\x7fELF\x02\x01\x01\0", Family::Program),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01", Family::Program),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", Family::Program),
        (b"\0asm\x01\0\0\0", Family::Program),
        (b"#!/bin/sh\nexit", Family::Script),
        (b"<?php system(1);", Family::Script),
        (b"<!DOCTYPE html><title>", Family::Markup),
        (b" \n\t<HTML>", Family::Markup),
        (b"<script>alert(1)</script>\xff\xfe\0", Family::Markup),
        (b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'>", Family::Markup),
        (b"<?xml version='1.0'?><a/>", Family::Markup),
        (b"<!-- a drawing --><svg>", Family::Markup),
    ] {
        assert_eq!(family_of(content), Some(family), "{}", String::from_utf8_lossy(content));
    }
    assert_eq!(family_of(&windows()), Some(Family::Program));
    let utf16: Vec<u8> = "\u{feff}<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(family_of(&utf16), Some(Family::Markup));
    let utf16: Vec<u8> = "\u{feff}<svg>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(family_of(&utf16), Some(Family::Markup));
}

#[test]
fn what_only_begins_like_something_is_not_taken_for_it() {
    let counting: Vec<u8> = (0..4096_u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
    for content in [
        &b""[..],
        b"x",
        b"MZ is how it begins",
        b"BM, a postcard",
        b"BZh1 is a plate",
        b"PAR1 and RIFF and WAVE",
        b"<b>bold</b>",
        b"<p>a paragraph, in Markdown",
        b"<htmlish>",
        b"#! what a day",
        b"# a heading",
        b"P3 is a map\n",
        b"true",
        b"MZ\x90\0\x03",
        b"\xff\xfb\x90\x64\0\0",
        b"\x4c\x01\x02\x00",
        b"\x1f\x8b\xff\xff",
        "ÿØÿ".as_bytes(),
        &counting,
    ] {
        assert_eq!(family_of(content), None, "{}", String::from_utf8_lossy(content));
    }
    // What it leads to would lie behind its end.
    assert_eq!(recognise(&windows(), 100), None);
}

#[test]
fn media_types_are_those_that_it_goes_by() {
    let types = |content: &[u8]| recognise(content, 1 << 20).unwrap().media_types;
    assert_eq!(types(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), ["image/jpeg"]);
    assert_eq!(types(b"<svg>"), ["image/svg+xml"]);
    assert_eq!(types(b"<?xml version='1.0'?>\n<svg>"), ["image/svg+xml"]);
    assert_eq!(types(b"<html>"), ["text/html"]);
    assert_eq!(types(&windows()), WINDOWS_PROGRAM);
    assert!(recognise(b"PK\x03\x04\x14\0\0\0\x08\0", 200).unwrap().is_zip());
}
