use super::*;
use crate::validation::media::recognise;

fn rules(allowed: &'static str, refused: &'static str) -> TypeRules {
    TypeRules::read(&|name| match name {
        "ALLOWED_TYPES" => Some(allowed.into()),
        "REFUSED_TYPES" => Some(refused.into()),
        _ => None,
    })
    .unwrap()
}

fn is_taken(rules: &TypeRules, name: &str, content: &[u8]) -> bool {
    let content = recognise(content, 1 << 20);
    rules.check_name(name).is_ok() && rules.check_content(Claim::of(name), content.as_ref()).is_ok()
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0";
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0";

#[test]
fn everything_is_taken_unless_something_is_configured() {
    let rules = rules("", "");
    for (name, content) in [("a.exe", ELF), ("a", ELF), ("a.png", PNG), ("a.html", b"<html>")] {
        assert!(is_taken(&rules, name, content), "{name}");
    }
    assert_eq!(rules.endings(), (vec![], vec![]));
}

#[test]
fn what_is_refused_is_so_by_its_name_and_by_its_content() {
    let rules = rules("", "text/html, application/x-executable,video/*");
    for (name, content) in [
        ("a.HTML", &b"x"[..]),
        ("a", b"<html>"),
        ("a.txt", b"<html>"),
        ("a.bin", ELF),
        ("a.mp4", b"x"),
        ("a.bin", b"\0\0\0\x18ftypisom\0\0\0\0"),
    ] {
        assert!(!is_taken(&rules, name, content), "{name}");
    }
    for (name, content) in
        [("a.png", PNG), ("a.txt", b"x"), ("a", b"x"), ("a.mp3", b"ID3\x03\0\0\0")]
    {
        assert!(is_taken(&rules, name, content), "{name}");
    }
    let (allowed, refused) = rules.endings();
    assert!(allowed.is_empty());
    assert!(refused.contains(&"html".to_owned()) && refused.contains(&"mp4".to_owned()));
    assert!(!refused.contains(&"png".to_owned()));
}

#[test]
fn where_some_are_allowed_nothing_else_is_taken() {
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let rules = TypeRules::read(&|name| {
        (name == "ALLOWED_TYPES").then(|| format!("image/png, text/csv, audio/*, {docx}"))
    })
    .unwrap();
    for (name, content) in [
        ("a.png", PNG),
        ("a.csv", &b"a,b"[..]),
        ("a.mp3", b"ID3\x03\0\0\0"),
        ("a.mp3", b"\xff\xfb\x90\x64"),
        ("a.docx", ZIP),
    ] {
        assert!(is_taken(&rules, name, content), "{name}");
    }
    for (name, content) in [
        ("a.jpg", JPEG),
        ("a.png", JPEG),
        ("a.png", b"unknown"),
        ("a.docx", b"x"),
        ("a", PNG),
        ("a.zip", ZIP),
    ] {
        assert!(!is_taken(&rules, name, content), "{name}");
    }
    let (allowed, refused) = rules.endings();
    assert!(refused.is_empty() && allowed.contains(&"docx".to_owned()));
    assert!(!allowed.contains(&"jpg".to_owned()));
}

#[test]
fn programs_for_windows_are_known_by_their_names() {
    let rules = rules("", "application/vnd.microsoft.portable-executable");
    for name in ["setup.exe", "SETUP.EXE", "lib.dll", "a.scr", "a.exe. "] {
        assert!(rules.check_name(name).is_err(), "{name}");
    }
}

#[test]
fn a_type_that_is_not_taken_is_not_believed() {
    let rules = rules("", "text/html");
    let label = |said: &str| rules.media_type("a.txt", Some(said.into())).unwrap();
    assert_eq!(label("text/csv"), "text/csv");
    assert_eq!(label("text/html"), "text/plain");
    assert_eq!(label("Text/HTML; charset=utf-8"), "text/plain");
    assert!(rules.media_type("a.html", Some("text/plain".into())).is_err());
}
