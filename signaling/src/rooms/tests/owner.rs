//! What whoever made a room may do, and others may not.

use super::*;

#[test]
fn a_locked_room_lets_nobody_new_in() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.lock(1, true).unwrap();
    assert_eq!(table.told, ["2: locked true"]);
    assert_eq!(table.join(3).unwrap_err(), RoomError::RoomLocked);

    table.lose(2).unwrap();
    let back = table.resume(12, &guest).unwrap();
    assert!(back.locked);
    assert_eq!(back.me.id, guest.me.id);

    table.lock(1, false).unwrap();
    assert_eq!(table.told, ["12: locked false"]);
    assert!(!table.join(3).unwrap().locked);
}

#[test]
fn only_the_owner_locks_and_ejects_also_after_it_came_back() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();
    let third = table.join(3).unwrap();
    assert_eq!(table.lock(2, true).unwrap_err(), RoomError::NotOwner);
    assert_eq!(table.eject(2, &third.me.id).unwrap_err(), RoomError::NotOwner);
    assert_eq!(table.lock(9, true).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(table.eject(9, &third.me.id).unwrap_err(), RoomError::NotInRoom);

    table.resume(11, &host).unwrap();
    table.lock(11, true).unwrap();
    assert_eq!(table.told, ["2: locked true", "3: locked true"]);
    table.eject(11, &guest.me.id).unwrap();
}

#[test]
fn nobody_inherits_a_room() {
    let (mut table, host) = Table::with_host();
    table.join(2).unwrap();
    table.leave(1).unwrap();
    assert_eq!(table.lock(2, true).unwrap_err(), RoomError::NotOwner);
    table.resume(1, &host).unwrap();
    assert_eq!(table.lock(1, true).unwrap_err(), RoomError::NotOwner, "it is somebody new");
}

#[test]
fn whoever_is_ejected_is_out_and_its_secret_is_void() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.join(3).unwrap();

    table.eject(1, &guest.me.id).unwrap();
    let left = format!("left {}", name(&guest.me.id));
    assert_eq!(table.told, ["2: ejected".into(), format!("1: {left}"), format!("3: {left}")]);
    assert_eq!(table.leave(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(table.eject(1, &guest.me.id).unwrap_err(), RoomError::UnknownPeer);

    table.lock(1, true).unwrap();
    assert_eq!(table.resume(2, &guest).unwrap_err(), RoomError::RoomLocked);
}

#[test]
fn a_member_that_is_away_can_be_ejected() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.lose(2).unwrap();
    table.eject(1, &guest.me.id).unwrap();
    assert_eq!(table.told, [format!("1: left {}", name(&guest.me.id))]);
    table.wait_until(2 * GRACE_MS);
    assert!(table.told.is_empty());
    assert_ne!(table.resume(2, &guest).unwrap().me.id, guest.me.id);
}
