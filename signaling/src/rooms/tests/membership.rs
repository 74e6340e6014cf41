//! Who comes, who goes, who is away.

use super::*;

#[test]
fn a_creator_is_alone() {
    let (table, host) = Table::with_host();
    assert!(host.peers.is_empty() && table.told.is_empty() && !host.locked);
    assert!(table.room.is_some());
}

#[test]
fn ids_are_22_characters_and_differ() {
    let (mut table, first) = Table::with_host();
    let second = table.join(2).unwrap();
    let ids = [&first, &second].map(|entered| [&entered.me.id.0, &entered.resume.0]);
    let mut ids = ids.concat();
    assert!(ids.iter().all(|id| id.len() == 22));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "none of them may give another away");
}

#[test]
fn whoever_joins_learns_the_others_oldest_first_and_they_hear_of_it() {
    let (mut table, first) = Table::with_host();
    let second = table.join(2).unwrap();
    assert_eq!(second.peers, std::slice::from_ref(&first.me));
    assert_eq!(table.told, [format!("1: joined {}", name(&second.me.id))]);

    let third = table.join(3).unwrap();
    assert_eq!(ids(&third.peers), [first.me.id, second.me.id]);
    let news = format!("joined {}", name(&third.me.id));
    assert_eq!(table.told, [format!("1: {news}"), format!("2: {news}")]);
}

#[test]
fn a_room_takes_no_more_members_than_it_may() {
    let (mut table, _) = Table::with_host();
    for socket in 2..=4 {
        table.join(socket).unwrap();
    }
    assert_eq!(table.join(5).unwrap_err(), RoomError::RoomFull);
    table.leave(2).unwrap();
    table.join(5).unwrap();
}

#[test]
fn leaving_is_told_to_the_others() {
    let (mut table, host) = Table::with_host();
    table.join(2).unwrap();
    table.join(3).unwrap();
    table.leave(1).unwrap();
    let news = format!("left {}", name(&host.me.id));
    assert_eq!(table.told, [format!("2: {news}"), format!("3: {news}")]);
    assert_eq!(table.leave(1).unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn a_room_ends_with_its_last_member() {
    let (mut table, _) = Table::with_host();
    table.join(2).unwrap();
    table.leave(1).unwrap();
    assert!(table.room.is_some());
    table.leave(2).unwrap();
    assert_eq!(table.room, None);
    assert_eq!(table.join(3).unwrap_err(), RoomError::UnknownRoom);
}

#[test]
fn a_member_that_left_comes_back_as_another() {
    let (mut table, _) = Table::with_host();
    let before = table.join(2).unwrap();
    table.leave(2).unwrap();
    let after = table.resume(2, &before).unwrap();
    assert_ne!(after.me.id, before.me.id);
    assert_ne!(after.resume, before.resume);
    assert_eq!(table.route(1, &before.me.id).unwrap_err(), RoomError::UnknownPeer);
}

#[test]
fn messages_go_to_members_only_and_from_members_only() {
    let (mut table, _) = Table::with_host();
    let second = table.join(2).unwrap();
    assert_eq!(table.route(1, &second.me.id), Ok(table.socket(2)));
    let stranger = PeerId("AAAAAAAAAAAAAAAAAAAAAA".into());
    assert_eq!(table.route(1, &stranger).unwrap_err(), RoomError::UnknownPeer);
    assert_eq!(table.route(9, &second.me.id).unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn a_member_whose_socket_was_lost_is_away_and_cannot_be_reached() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.lose(2).unwrap();
    assert_eq!(table.told, [format!("1: away {}", name(&guest.me.id))]);
    assert_eq!(table.lose(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(table.route(1, &guest.me.id).unwrap_err(), RoomError::UnknownPeer);

    let third = table.join(3).unwrap();
    assert_eq!(third.peers, [host.me, Peer { away: true, ..guest.me }]);
    assert_eq!(table.told, [format!("1: joined {}", name(&third.me.id))]);
}

#[test]
fn a_member_comes_back_as_itself_with_the_nonce_of_its_new_page() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.join(3).unwrap();
    table.lose(2).unwrap();

    let back = table.resume(12, &guest).unwrap();
    assert_eq!(back.me, Peer { id: guest.me.id.clone(), nonce: Some(nonce('B')), away: false });
    assert_eq!(back.resume, guest.resume);
    let news = format!("joined {}", name(&guest.me.id));
    assert_eq!(table.told, [format!("1: {news}"), format!("3: {news}")]);
    assert_eq!(table.route(1, &guest.me.id), Ok(table.socket(12)));
    assert_eq!(table.join(4).unwrap().peers[1], back.me, "it keeps its place");
}

#[test]
fn whoever_comes_back_takes_the_place_of_the_socket_that_had_it() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();

    let back = table.resume(12, &guest).unwrap();
    assert_eq!((back.me.id, back.peers), (guest.me.id.clone(), vec![host.me]));
    let joined = format!("1: joined {}", name(&guest.me.id));
    assert_eq!(table.told, ["2: displaced".to_owned(), joined]);
    assert_eq!(table.leave(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(table.lose(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(table.route(1, &guest.me.id), Ok(table.socket(12)));
}

#[test]
fn a_secret_is_good_in_its_own_room_only() {
    let (_, elsewhere) = Table::with_host();
    let (mut table, _) = Table::with_host();
    table.rng = StdRng::seed_from_u64(2);
    let here = table.create(1);
    let entered = table.resume(3, &elsewhere).unwrap();
    assert!(entered.me.id != elsewhere.me.id && entered.me.id != here.me.id);
    assert_eq!(table.told, [format!("1: joined {}", name(&entered.me.id))]);
}

#[test]
fn a_full_room_keeps_the_places_of_those_who_are_away() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.join(3).unwrap();
    table.join(4).unwrap();
    table.lose(2).unwrap();
    assert_eq!(table.join(5).unwrap_err(), RoomError::RoomFull);
    table.resume(5, &guest).unwrap();
}

#[test]
fn who_stays_away_for_longer_than_the_grace_has_left() {
    let (mut table, _) = Table::with_host();
    let second = table.join(2).unwrap();
    let third = table.join(3).unwrap();
    table.now_ms = 5000;
    table.lose(3).unwrap();
    table.now_ms = 6000;
    table.lose(2).unwrap();

    table.wait_until(4999 + GRACE_MS);
    assert!(table.told.is_empty());
    table.wait_until(5000 + GRACE_MS);
    assert_eq!(table.told, [format!("1: left {}", name(&third.me.id))]);
    table.wait_until(5999 + GRACE_MS);
    assert!(table.told.is_empty());
    table.wait_until(6000 + GRACE_MS);
    assert_eq!(table.told, [format!("1: left {}", name(&second.me.id))]);

    assert_ne!(table.resume(13, &third).unwrap().me.id, third.me.id);
}

#[test]
fn a_secret_is_void_once_the_grace_is_over_whoever_looks_first() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.lose(2).unwrap();
    table.now_ms = GRACE_MS;
    let entered = table.resume(2, &guest).unwrap();
    assert_ne!(entered.me.id, guest.me.id);
    let left = format!("1: left {}", name(&guest.me.id));
    assert_eq!(table.told, [left, format!("1: joined {}", name(&entered.me.id))]);
}

#[test]
fn each_absence_has_a_grace_of_its_own() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.lose(2).unwrap();
    table.resume(12, &guest).unwrap();
    table.wait_until(2 * GRACE_MS);
    assert!(table.told.is_empty(), "it is back");

    table.lose(12).unwrap();
    table.wait_until(3 * GRACE_MS - 1);
    assert!(table.told.is_empty());
    table.wait_until(3 * GRACE_MS);
    assert_eq!(table.told, [format!("1: left {}", name(&guest.me.id))]);
}

#[test]
fn a_room_lives_for_as_long_as_a_member_may_come_back() {
    let (mut table, host) = Table::with_host();
    table.lose(1).unwrap();
    let visitor = table.join(2).unwrap();
    assert_eq!(visitor.peers, [Peer { away: true, ..host.me.clone() }]);
    table.leave(2).unwrap();
    assert!(table.room.is_some());

    table.wait_until(GRACE_MS);
    assert_eq!(table.room, None);
    assert_eq!(table.resume(1, &host).unwrap_err(), RoomError::UnknownRoom);
}

#[test]
fn a_node_that_is_no_more_takes_its_sockets_along_and_no_others() {
    let (mut table, host) = Table::with_host();
    let (here, there) = (table.node, NodeId::draw());
    table.node = there;
    let guest = table.join(2).unwrap();
    let third = table.join(3).unwrap();
    table.node = here;
    assert!(table.room.as_ref().unwrap().reaches(there));

    table.act(|room, moment| room.lose_node(there, moment));
    let [guest, third] = [guest, third].map(|lost| format!("1: away {}", name(&lost.me.id)));
    assert_eq!(table.told, [guest, third]);
    assert!(!table.room.as_ref().unwrap().reaches(there));
    assert_eq!(table.join(4).unwrap().peers[0], host.me);
}

#[test]
fn what_a_room_is_found_by_follows_from_it() {
    let (mut table, _) = Table::with_host();
    let guest = table.join(2).unwrap();
    let before = table.room.clone();
    table.now_ms = 7;
    table.lose(2).unwrap();
    let index = Reindexing::between(before.as_ref(), table.room.as_ref());
    let expires_ms = Some(7 + GRACE_MS);
    assert_eq!(index, Reindexing { expires_ms, ..Default::default() });

    let before = table.room.clone();
    table.resume(12, &guest).unwrap();
    let index = Reindexing::between(before.as_ref(), table.room.as_ref());
    assert_eq!(index, Reindexing { expired_ms: expires_ms, ..Default::default() });
}

#[test]
fn a_room_is_read_as_it_was_written() {
    let (mut table, _) = Table::with_host();
    table.join(2).unwrap();
    table.lose(2).unwrap();
    let record = serde_json::to_string(table.room.as_ref().unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Room>(&record).unwrap(), table.room.unwrap());
}
