//! A server whose disk fails, at any of its first two hundred writes, for a while, or while it starts: it says so and
//! lives, goes on once the disk works, and has all that it acknowledged and nothing else.

use sharesync_protocol::api::BegunUpload;

use crate::doctor::doctor;
use crate::failing_disk::{FailingDisk, Failure};
use crate::program::signed_in;
use crate::stubborn::{Stubborn, path_of};

/// Writes and syncs that each are to fail once.
const FIRST: i64 = 200;
/// How far apart they lie in one pass.
const APART: i64 = 25;
/// Servers at a time.
const LANES: usize = 2;

/// A disk with a server's folder, in which somebody has an account, and their token.
async fn prepared() -> (FailingDisk, String) {
    let disk = FailingDisk::new();
    let mut program = disk.start();
    let token = signed_in(&program, "sam").await.token().to_owned();
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());
    (disk, token)
}

/// Bytes that no other pass and no other upload has.
fn content(pass: i64, of: u32, len: usize) -> Vec<u8> {
    let start = (u32::try_from(pass).unwrap() << 24) | (of << 22);
    (start..).flat_map(u32::to_le_bytes).take(len).collect()
}

fn assert_is_well(disk: &FailingDisk) {
    assert_eq!(doctor(&disk.data(), &["--read"]), (true, "Nothing is wrong.\n".into()));
    assert!(!disk.log().contains("panicked"), "{}", disk.log());
}

/// Sends files in each way while each so many-th write fails, and goes on with some after a stop without a word.
async fn pass(disk: &FailingDisk, token: &str, number: i64) {
    let mut program = disk.start();
    let mut sam = Stubborn::at(&program, disk, token);
    let [small, smaller] = [(0, 300_000), (1, 700)].map(|(of, len)| content(number, of, len));
    let [large, long] = [(2, 2_000_000), (3, 3_000_000)].map(|(of, len)| content(number, of, len));
    disk.fails_at(number, APART, FIRST);
    sam.acknowledged(&sam.until_taken(async || sam.form(&small)).await, &small);
    let (parts, tus) = begin(&sam, &large, &long).await;
    sam.acknowledged(&sam.until_taken(async || sam.form(&smaller)).await, &smaller);
    finish(&mut sam, (&parts, &large), (&tus, &long)).await;
    sam.until_taken(async || sam.remove().await).await;
    sam.removed();
    let (parts, tus) = begin(&sam, &large, &long).await;
    let (came, failed) = (disk.came(), disk.failed());
    assert!(came >= FIRST, "only {came} writes came");
    assert_eq!(failed, FIRST / APART);
    program.kill();
    disk.works();

    program = disk.start();
    let mut sam = sam.again_at(&program);
    assert_eq!(sam.received_parts(&parts).await, 1);
    assert_eq!(sam.offset(&tus).await, long.len() / 2);
    finish(&mut sam, (&parts, &large), (&tus, &long)).await;
    sam.assert_has_what_was_acknowledged().await;
    sam.assert_has_nothing_else().await;
    program.kill();
    assert_is_well(disk);
}

/// Begins two uploads: sends what goes in parts, and half of what goes by tus.
async fn begin(sam: &Stubborn<'_>, large: &[u8], long: &[u8]) -> (BegunUpload, String) {
    let begun = sam.until_taken(async || sam.begin_parts(large.len())).await;
    let begun: BegunUpload = begun.json(201);
    sam.until_taken(async || sam.put_part(&begun, large)).await;
    let created = sam.until_taken(async || sam.create_tus(long.len())).await;
    let tus = path_of(created.header("location")).to_owned();
    sam.until_taken(async || sam.append(&tus, &long[..long.len() / 2]).await).await;
    (begun, tus)
}

async fn finish(
    sam: &mut Stubborn<'_>,
    (parts, large): (&BegunUpload, &[u8]),
    (tus, long): (&str, &[u8]),
) {
    sam.acknowledged(&sam.until_taken(async || sam.complete(parts)).await, large);
    sam.acknowledged(&sam.until_taken(async || sam.append(tus, long).await).await, long);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_any_of_its_first_writes_fails_it_says_so_and_loses_nothing() {
    let (disk, token) = prepared().await;
    let lane = async |first: i64| {
        for number in (first..=APART).step_by(LANES) {
            pass(&disk.copied(), &token, number).await;
        }
    };
    tokio::join!(lane(1), lane(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_its_disk_fails_it_shows_what_it_has_and_goes_on_once_that_works() {
    let (disk, token) = prepared().await;
    tokio::join!(
        failing_for_a_while(disk.copied(), &token, Failure::InputOutput),
        failing_for_a_while(disk.copied(), &token, Failure::NoSpace),
    );
}

async fn failing_for_a_while(disk: FailingDisk, token: &str, failure: Failure) {
    let mut program = disk.start();
    let mut sam = Stubborn::at(&program, &disk, token);
    let content = content(0, 0, 1_000_000);
    for _ in 0..2 {
        sam.acknowledged(&sam.sweep(failure, async || sam.form(&content)).await, &content);
    }
    let begun = sam.sweep(failure, async || sam.begin_parts(content.len())).await;
    let begun: BegunUpload = begun.json(201);
    sam.sweep(failure, async || sam.put_part(&begun, &content)).await;
    sam.acknowledged(&sam.sweep(failure, async || sam.complete(&begun)).await, &content);
    let created = sam.sweep(failure, async || sam.create_tus(content.len())).await;
    let tus = path_of(created.header("location")).to_owned();
    let appended = sam.sweep(failure, async || sam.append(&tus, &content).await).await;
    sam.acknowledged(&appended, &content);
    sam.sweep(failure, async || sam.remove().await).await;
    sam.removed();
    sam.assert_has_what_was_acknowledged().await;
    program.kill();
    program = disk.start();
    sam = sam.again_at(&program);
    sam.assert_has_what_was_acknowledged().await;
    program.kill();
    assert_is_well(&disk);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_write_fails_while_it_starts_it_says_so_and_starts_once_the_disk_works() {
    let lanes = [1, 2].map(|first| {
        tokio::task::spawn_blocking(move || {
            for number in (first..=FIRST).step_by(LANES) {
                start_at(number);
            }
        })
    });
    for lane in lanes {
        lane.await.unwrap();
    }
}

/// What a failed disk was not told, a stop at once must not bring to light: neither a file without its bytes, nor bytes
/// without a file.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_its_disk_fails_it_has_what_it_acknowledged_and_all_of_the_rest_or_nothing() {
    let (disk, token) = prepared().await;
    let content = content(0, 0, 300_000);
    for first in 1.. {
        let disk = disk.copied();
        let mut program = disk.start();
        let sam = Stubborn::at(&program, &disk, &token);
        disk.fails_from(first, Failure::InputOutput);
        let answer = sam.attempt(sam.form(&content)).await;
        program.kill();
        disk.works();
        program = disk.start();
        let sam = sam.again_at(&program);
        sam.assert_has_nothing_torn().await;
        program.kill();
        assert_is_well(&disk);
        if answer.is_some_and(|answer| answer.status == 201) {
            break;
        }
    }
}

fn start_at(number: i64) {
    let disk = FailingDisk::new();
    disk.fails_at(number, 1, number);
    let mut program = disk.start();
    assert_eq!(disk.failed(), 1, "fewer writes came than {number}");
    if program.said().is_empty() {
        assert!(!program.child.wait().unwrap().success());
        assert!(disk.log().contains("Error: "), "{}", disk.log());
    }
    drop(program);
    assert!(disk.start().said().starts_with("Listening"), "{number}: {}", disk.log());
    assert!(!disk.log().contains("panicked"), "{}", disk.log());
}
