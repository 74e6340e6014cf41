use std::io::{Cursor, SeekFrom, Write};

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;

use super::*;

const GIB: u64 = 1 << 30;
const MOST: u64 = 100 * GIB;

fn of(archive: &[u8]) -> Result<(), Fault> {
    check(&mut Cursor::new(archive), archive.len() as u64, MOST)
}

/// The same, behind so much of nothing that all of it has that size.
fn of_size(size: u64, archive: &[u8], most: u64) -> Result<(), Fault> {
    let mut file = tempfile::tempfile().unwrap();
    file.seek(SeekFrom::Start(size - archive.len() as u64)).unwrap();
    file.write_all(archive).unwrap();
    check(&mut file, size, most)
}

/// An entry of a directory that a test makes up.
#[derive(Clone)]
struct Said {
    name: Vec<u8>,
    unpacked: u64,
    packed: u64,
    at: u64,
    mode: u16,
    method: u16,
    extra: Vec<u8>,
}

fn said(name: &str) -> Said {
    let name = name.as_bytes().to_vec();
    Said { name, unpacked: 5, packed: 5, at: 0, mode: 0o100_644, method: 0, extra: vec![] }
}

fn le(number: u64, bytes: usize) -> Vec<u8> {
    number.to_le_bytes()[..bytes].to_vec()
}

impl Said {
    /// As it stands in the directory; with numbers that do not fit in ZIP64.
    fn entry(&self) -> Vec<u8> {
        let fits = |number: u64| number < 0xffff_ffff;
        let mut larger = vec![];
        let mut number = |number: u64| {
            if !fits(number) {
                larger.extend(le(number, 8));
            }
            le(number.min(0xffff_ffff), 4)
        };
        let (unpacked, packed, at) = (number(self.unpacked), number(self.packed), number(self.at));
        let mut extra = self.extra.clone();
        if !larger.is_empty() {
            extra.extend([le(1, 2), le(larger.len() as u64, 2), larger].concat());
        }
        [
            b"PK\x01\x02".to_vec(),
            le(0x031e, 2),
            le(45, 2),
            le(0, 2),
            le(self.method.into(), 2),
            le(0, 8),
            packed,
            unpacked,
            le(self.name.len() as u64, 2),
            le(extra.len() as u64, 2),
            le(0, 6),
            le(u64::from(self.mode) << 16, 4),
            at,
            self.name.clone(),
            extra,
        ]
        .concat()
    }
}

/// An archive whose files have this content, and of whose directory everything else is said.
fn archive(entries: &[(Said, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![];
    let mut directory = vec![];
    for (said, content) in entries {
        let mut said = said.clone();
        said.at += bytes.len() as u64;
        bytes.extend(b"PK\x03\x04\x14\0\0\0");
        bytes.extend(le(said.method.into(), 2));
        bytes.extend([0; 16]);
        bytes.extend(le(said.name.len() as u64, 2));
        bytes.extend(le(0, 2));
        bytes.extend(&said.name);
        bytes.extend(*content);
        directory.extend(said.entry());
    }
    finish(bytes, &directory, entries.len() as u64)
}

/// Puts a directory at the end.
fn finish(mut bytes: Vec<u8>, directory: &[u8], entries: u64) -> Vec<u8> {
    let at = bytes.len() as u64;
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([le(entries, 2), le(entries, 2)].concat());
    bytes.extend([le(directory.len() as u64, 4), le(at, 4), le(0, 2)].concat());
    bytes
}

fn link(name: &str, target: &[u8]) -> (Said, Vec<u8>) {
    let packed = target.len() as u64;
    (Said { mode: 0o120_777, packed, unpacked: packed, ..said(name) }, target.to_vec())
}

fn with_links(entries: &[(Said, Vec<u8>)]) -> Vec<u8> {
    let entries: Vec<_> =
        entries.iter().map(|(said, content)| (said.clone(), content.as_slice())).collect();
    archive(&entries)
}

fn is_unsafe(archive: &[u8]) -> bool {
    matches!(of(archive), Err(Fault::Unsafe(_)))
}

#[test]
fn honest_archives_pass() {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default();
    zip.add_directory("folder", options).unwrap();
    for name in ["folder/a.txt", "folder/b..txt", "ü 📦.txt", "empty"] {
        zip.start_file(name, options).unwrap();
        zip.write_all(b"hello").unwrap();
    }
    zip.add_symlink("folder/link", "../empty", options).unwrap();
    zip.add_symlink("Versions/Current", "A", options).unwrap();
    zip.set_comment("PK is what it begins with").unwrap();
    let honest = zip.finish().unwrap().into_inner();
    assert_eq!(of(&honest), Ok(()));
    // With a program before it that unpacks it.
    assert_eq!(of(&[&b"#!/bin/sh\n"[..], &honest].concat()), Ok(()));
    assert_eq!(of(&finish(vec![], &[], 0)), Ok(()));
    let stored = Said { unpacked: 99 * GIB, packed: 5, ..said("disk.img") };
    let large = archive(&[(stored, b"hello")]);
    assert_eq!(of_size(10 * GIB, &large, MOST), Ok(()));
}

#[test]
fn what_unpacks_to_more_than_it_may_is_a_bomb() {
    // As 42.zip does when its archives are unpacked as well: some petabytes, of a few hundred bytes.
    let bomb: Vec<_> = (0..16)
        .map(|i| {
            (Said { unpacked: 281_474_976_710_656, ..said(&format!("lib {i}.zip")) }, &b"hello"[..])
        })
        .collect();
    assert_eq!(of(&archive(&bomb)), Err(Fault::Bomb));
    let together: Vec<_> = (0..101)
        .map(|i| (Said { unpacked: GIB, ..said(&format!("{i}")) }, &b"hello"[..]))
        .collect();
    let archive = archive(&together);
    assert_eq!(of_size(50 * GIB, &archive, MOST), Err(Fault::Bomb));
}

#[test]
fn what_unpacks_to_a_thousand_times_its_size_is_a_bomb_where_that_is_much() {
    let zeros = |unpacked| archive(&[(Said { unpacked, ..said("zeros") }, &b"hello"[..])]);
    assert_eq!(of(&zeros(GIB)), Ok(()));
    assert_eq!(of(&zeros(GIB + 1)), Err(Fault::Bomb));
    assert_eq!(of_size(3 << 20, &zeros(2 * GIB), MOST), Ok(()));
    assert_eq!(of_size(2 << 20, &zeros(3 * GIB), MOST), Err(Fault::Bomb));
}

#[test]
fn too_many_files_are_a_bomb() {
    let directory = |files: u64| {
        let each = (0..files)
            .flat_map(|i| Said { at: i * 40, packed: 0, unpacked: 0, ..said("a") }.entry());
        finish(vec![], &each.collect::<Vec<_>>(), files)
    };
    assert_eq!(of(&directory(MOST_FILES)), Ok(()));
    assert_eq!(of(&directory(MOST_FILES + 1)), Err(Fault::Bomb));
}

#[test]
fn files_that_lie_over_each_other_are_not_safe() {
    // Both are the same bytes, of which the second is in the first.
    let first = Said { packed: 200, ..said("a") };
    let second = Said { at: 40, packed: 100, ..said("b") };
    let directory = [first.entry(), second.entry()].concat();
    assert!(is_unsafe(&finish(vec![0; 300], &directory, 2)));
    let beside = Said { at: 231, ..second };
    let directory = [beside.entry(), first.entry()].concat();
    assert_eq!(of(&finish(vec![0; 400], &directory, 2)), Ok(()));
}

#[test]
fn names_that_lead_out_are_not_safe() {
    for name in ["../evil", "a/../../evil", "..\\evil", "/etc/passwd", "C:\\evil", "a\0b"] {
        assert!(
            is_unsafe(&archive(&[(said("fine"), b"hello"), (said(name), b"hello")])),
            "{name:?}"
        );
    }
    let unicode = [le(0x7075, 2), le(5 + 7, 2), le(1, 1), le(0, 4), b"../evil".to_vec()].concat();
    assert!(is_unsafe(&archive(&[(Said { extra: unicode, ..said("fine") }, b"hello")])));
}

#[test]
fn links_that_lead_out_and_files_behind_links_are_not_safe() {
    for (name, target) in [("a", "/etc"), ("a", "../b"), ("a/b", "../../c"), ("a", "x/../..")] {
        assert!(is_unsafe(&with_links(&[link(name, target.as_bytes())])), "{name} → {target}");
    }
    assert_eq!(of(&with_links(&[link("a/b", b"../c"), link("d", b"a/b")])), Ok(()));
    let file = |name: &str| (said(name), b"hello".to_vec());
    assert_eq!(of(&with_links(&[link("a", b"b"), file("b/c"), file("ab/c")])), Ok(()));
    for behind in ["a/c", "./a/c", "a//x/c", "a\\c"] {
        assert!(is_unsafe(&with_links(&[file(behind), link("a", b"b")])), "{behind}");
    }
    // Something before the archive moves everything in it.
    let moved = with_links(&[link("a", b"/etc")]);
    assert!(is_unsafe(&[&b"#!/bin/sh\n"[..], &moved].concat()));
}

#[test]
fn links_are_looked_at_when_they_are_deflated_and_refused_when_they_cannot_be() {
    let deflated = |target: &[u8]| {
        let packed = miniz_oxide::deflate::compress_to_vec(target, 6);
        let (said, _) = link("a", &packed);
        with_links(&[(Said { method: 8, ..said }, packed)])
    };
    assert_eq!(of(&deflated(b"beside")), Ok(()));
    assert!(is_unsafe(&deflated(b"../evil")));
    // More than any path has, of a few bytes.
    assert!(is_unsafe(&deflated(&vec![b'a'; 1 << 20])));
    let (said, content) = link("a", b"beside");
    assert!(is_unsafe(&with_links(&[(Said { method: 14, ..said.clone() }, content.clone())])));
    assert!(is_unsafe(&with_links(&[(Said { at: 7, ..said }, content)])), "there is no link there");
}

#[test]
fn numbers_that_do_not_fit_are_read_where_they_are() {
    let large = Said { unpacked: 101 * GIB, packed: 20 * GIB, at: 6 * GIB, ..said("a") };
    let directory = large.entry();
    let archive = finish(vec![], &directory, 1);
    assert_eq!(of_size(50 * GIB, &archive, MOST), Err(Fault::Bomb));
    assert_eq!(of_size(50 * GIB, &archive, 102 * GIB), Ok(()));

    // The whole directory is where ZIP64's own record says.
    let mut bytes = b"before".to_vec();
    bytes.extend(Said { unpacked: 101 * GIB, ..said("a") }.entry());
    let record_at = bytes.len() as u64;
    bytes.extend([b"PK\x06\x06".to_vec(), le(44, 8), le(45, 2), le(45, 2), le(0, 8)].concat());
    bytes.extend([le(1, 8), le(1, 8), le(record_at - 6, 8), le(6, 8)].concat());
    bytes.extend([b"PK\x06\x07".to_vec(), le(0, 4), le(record_at, 8), le(1, 4)].concat());
    bytes.extend([b"PK\x05\x06".to_vec(), le(0, 4), vec![0xff; 12], le(0, 2)].concat());
    assert_eq!(of(&bytes), Err(Fault::Bomb));
}

#[test]
fn a_directory_is_found_wherever_anybody_looks_for_it() {
    let evil = said("../evil").entry();
    let fine = said("fine").entry();
    // One program believes where it is said to be, another looks right before the end.
    for (first, second) in [(&evil, &fine), (&fine, &evil)] {
        let mut bytes = [first.clone(), second.clone()].concat();
        bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend([le(second.len() as u64, 4), le(0, 4), le(0, 2)].concat());
        assert!(is_unsafe(&bytes));
    }
    // One takes the last end, another one that says its comment is as long as the rest.
    let inner = finish(evil, &[], 0);
    let two = [archive(&[(said("../evil"), b"hello")]), archive(&[(said("fine"), b"hello")])];
    assert!(is_unsafe(&two.concat()));
    assert_eq!(of(&inner), Ok(()), "it has no directory");
    // However many it is said to have.
    let both = [said("fine").entry(), Said { at: 99, ..said("../evil") }.entry()].concat();
    assert!(is_unsafe(&finish(vec![], &both, 1)));
}

#[test]
fn what_is_cut_off_or_garbage_is_no_archive_and_ends_nothing() {
    let whole = with_links(&[link("a", b"b"), (said("b"), b"hello".to_vec())]);
    for end in 0..whole.len() {
        let _ = of(&whole[..end]);
    }
    // Of one that breaks off, what there is of it is looked at.
    let mut broken = said("../evil").entry();
    broken.extend(b"PK\x01\x02");
    assert!(is_unsafe(&finish(vec![], &broken, 2)));
    let mut state = 7_u64;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..4_000 {
        let mut garbage = whole.clone();
        for _ in 0..=number() % 8 {
            let at = number() % garbage.len();
            garbage[at] = number().to_le_bytes()[0];
        }
        let _ = of(&garbage);
    }
}
