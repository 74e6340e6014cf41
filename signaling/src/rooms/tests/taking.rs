//! Rooms whose owner takes what the others send.

use super::*;

/// A table at which somebody sits who takes files.
fn with_taker() -> (Table, Entered) {
    let mut table = Table::new();
    let taker = table.create_as(1, &Create { nonce: None, takes: true });
    (table, taker)
}

#[test]
fn everybody_in_such_a_room_learns_who_takes_files() {
    let (mut table, taker) = with_taker();
    assert_eq!(taker.takes.as_ref(), Some(&taker.me.id));
    let guest = table.join(2).unwrap();
    assert_eq!(guest.takes.as_ref(), Some(&taker.me.id));
    assert_eq!(table.resume(3, &guest).unwrap().takes, Some(taker.me.id));
}

#[test]
fn in_every_other_room_nobody_does() {
    let (mut table, host) = Table::with_host();
    assert_eq!(host.takes, None);
    assert_eq!(table.join(2).unwrap().takes, None);
}

#[test]
fn a_taker_that_is_away_still_takes() {
    let (mut table, taker) = with_taker();
    table.join(2).unwrap();
    table.lose(1).unwrap();
    assert_eq!(table.join(3).unwrap().takes.as_ref(), Some(&taker.me.id));
    let back = table.resume(4, &taker).unwrap();
    assert_eq!(back.takes, Some(taker.me.id));
}

#[test]
fn nobody_takes_what_was_meant_for_an_owner_that_has_left() {
    let (mut table, taker) = with_taker();
    table.join(2).unwrap();
    table.leave(1).unwrap();
    assert_eq!(table.join(3).unwrap().takes, None);
    // Its secret is void: it comes in as somebody new, and is no owner any more.
    assert_eq!(table.resume(1, &taker).unwrap().takes, None);
}

#[test]
fn a_record_from_before_there_were_such_rooms_is_one_that_takes_nothing() {
    let (mut table, _) = Table::with_host();
    let mut record = serde_json::to_value(table.room.as_ref().unwrap()).unwrap();
    record.as_object_mut().unwrap().remove("takes").unwrap();
    table.room = Some(serde_json::from_value(record).unwrap());
    assert_eq!(table.join(2).unwrap().takes, None);
}
