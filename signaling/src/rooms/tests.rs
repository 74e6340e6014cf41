use rand::SeedableRng;
use rand::rngs::StdRng;

use sharesync_protocol::signaling::PageNonce;

use super::*;

const GRACE: Duration = Duration::from_mins(2);
const GRACE_MS: i64 = 120_000;

/// Rooms whose members are numbers, and a source of ids that is the same in every run.
struct Lobby {
    rooms: Rooms<u32>,
    rng: StdRng,
}

impl Lobby {
    fn new(limits: Limits) -> Self {
        Self { rooms: Rooms::new(limits), rng: StdRng::seed_from_u64(1) }
    }

    fn create(&mut self, key: u32) -> Result<Entered<u32>, RoomError> {
        self.rooms.create(key, Create::default(), &mut self.rng)
    }

    fn join(&mut self, key: u32, room: &RoomId) -> Result<Entered<u32>, RoomError> {
        let join = Join { room: room.clone(), nonce: None, resume: None };
        self.rooms.join(key, join, &mut self.rng)
    }

    /// Comes back with what a membership was entered with.
    fn resume(&mut self, key: u32, before: &Entered<u32>) -> Result<Entered<u32>, RoomError> {
        let resume = Some(before.resume.clone());
        let join = Join { room: before.room.clone(), nonce: Some(nonce('B')), resume };
        self.rooms.join(key, join, &mut self.rng)
    }
}

fn nonce(letter: char) -> PageNonce {
    letter.to_string().repeat(22).try_into().unwrap()
}

fn lobby() -> Lobby {
    Lobby::new(Limits { rooms: 8, peers: 4, grace: GRACE })
}

fn ids(peers: &[Peer]) -> Vec<PeerId> {
    peers.iter().map(|peer| peer.id.clone()).collect()
}

#[test]
fn a_creator_is_alone() {
    let mut lobby = lobby();
    let entered = lobby.create(1).unwrap();
    assert!(entered.peers.is_empty() && entered.tell.is_empty());
    assert_eq!(lobby.rooms.open(), 1);
}

#[test]
fn ids_are_22_characters_and_differ() {
    let mut lobby = lobby();
    let first = lobby.create(1).unwrap();
    let second = lobby.create(2).unwrap();
    let ids =
        [&first, &second].map(|entered| [&entered.room.0, &entered.me.id.0, &entered.resume.0]);
    let mut ids = ids.concat();
    assert!(ids.iter().all(|id| id.len() == 22));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6, "none of them may give another away");
}

#[test]
fn whoever_joins_learns_the_others_oldest_first() {
    let mut lobby = lobby();
    let first = lobby.create(1).unwrap();
    let second = lobby.join(2, &first.room).unwrap();
    assert_eq!((ids(&second.peers), second.tell), (vec![first.me.id.clone()], vec![1]));
    let third = lobby.join(3, &first.room).unwrap();
    assert_eq!((ids(&third.peers), third.tell), (vec![first.me.id, second.me.id], vec![1, 2]));
}

#[test]
fn an_unknown_room_cannot_be_joined() {
    let mut lobby = lobby();
    lobby.create(1).unwrap();
    let refusal = lobby.join(2, &RoomId("made-up".into())).unwrap_err();
    assert_eq!(refusal, RoomError::UnknownRoom);
    assert_eq!(lobby.rooms.leave(2).unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn a_room_takes_no_more_members_than_it_may() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    for key in 2..=4 {
        lobby.join(key, &room).unwrap();
    }
    assert_eq!(lobby.join(5, &room).unwrap_err(), RoomError::RoomFull);

    lobby.rooms.leave(2).unwrap();
    lobby.join(5, &room).unwrap();
}

#[test]
fn there_are_no_more_rooms_than_there_may_be() {
    let mut lobby = Lobby::new(Limits { rooms: 2, peers: 4, grace: GRACE });
    lobby.create(1).unwrap();
    lobby.create(2).unwrap();
    assert_eq!(lobby.create(3).unwrap_err(), RoomError::TooManyRooms);

    lobby.rooms.leave(1).unwrap();
    lobby.create(3).unwrap();
}

#[test]
fn nobody_is_in_two_rooms() {
    let mut lobby = lobby();
    let first = lobby.create(1).unwrap().room;
    let second = lobby.create(2).unwrap().room;
    assert_eq!(lobby.create(1).unwrap_err(), RoomError::AlreadyInRoom);
    assert_eq!(lobby.join(1, &second).unwrap_err(), RoomError::AlreadyInRoom);
    assert_eq!(lobby.join(1, &first).unwrap_err(), RoomError::AlreadyInRoom);
    assert_eq!(lobby.rooms.open(), 2);
}

#[test]
fn leaving_tells_who_is_to_hear_of_it() {
    let mut lobby = lobby();
    let creator = lobby.create(1).unwrap();
    lobby.join(2, &creator.room).unwrap();
    lobby.join(3, &creator.room).unwrap();

    let left = lobby.rooms.leave(1).unwrap();
    assert_eq!(left.peer, creator.me);
    assert_eq!(left.tell, [2, 3]);
    assert!(!left.room_ended);
    assert_eq!(lobby.rooms.leave(1).unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn a_room_ends_with_its_last_member() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    lobby.join(2, &room).unwrap();
    lobby.rooms.leave(1).unwrap();
    assert_eq!(lobby.rooms.open(), 1);
    assert!(lobby.rooms.leave(2).unwrap().room_ended);
    assert_eq!(lobby.rooms.open(), 0);
    assert_eq!(lobby.join(3, &room).unwrap_err(), RoomError::UnknownRoom);
}

#[test]
fn a_member_that_left_comes_back_as_another() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    let before = lobby.join(2, &room).unwrap();
    lobby.rooms.leave(2).unwrap();
    let after = lobby.resume(2, &before).unwrap();
    assert_ne!(after.me.id, before.me.id);
    assert_ne!(after.resume, before.resume);
    let before = before.me.id;
    assert_eq!(lobby.rooms.route(1, &before).unwrap_err(), RoomError::UnknownPeer);
}

#[test]
fn messages_go_to_members_of_the_same_room_only() {
    let mut lobby = lobby();
    let here = lobby.create(1).unwrap();
    let there = lobby.create(2).unwrap();
    let second = lobby.join(3, &here.room).unwrap();

    let route = lobby.rooms.route(1, &second.me.id).unwrap();
    assert_eq!((route.from, route.to), (here.me.id, 3));

    let refusal = lobby.rooms.route(1, &there.me.id).unwrap_err();
    assert_eq!(refusal, RoomError::UnknownPeer);
    let refusal = lobby.rooms.route(9, &second.me.id).unwrap_err();
    assert_eq!(refusal, RoomError::NotInRoom);
}

#[test]
fn a_member_whose_socket_was_lost_is_away_and_cannot_be_reached() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();

    let lost = lobby.rooms.lose(2, 0).unwrap();
    assert_eq!(lost.peer, Peer { away: true, ..guest.me.clone() });
    assert_eq!(lost.tell, [1]);
    assert_eq!(lobby.rooms.lose(2, 0).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(lobby.rooms.route(1, &guest.me.id).unwrap_err(), RoomError::UnknownPeer);

    let third = lobby.join(3, &host.room).unwrap();
    assert_eq!(third.peers, [host.me, lost.peer]);
    assert_eq!(third.tell, [1]);
}

#[test]
fn a_member_comes_back_as_itself_with_the_nonce_of_its_new_page() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    lobby.join(3, &host.room).unwrap();
    lobby.rooms.lose(2, 0).unwrap();

    let back = lobby.resume(12, &guest).unwrap();
    assert_eq!(back.me, Peer { id: guest.me.id.clone(), nonce: Some(nonce('B')), away: false });
    assert_eq!(back.resume, guest.resume);
    assert_eq!((back.tell, back.displaced), (vec![1, 3], None));
    assert_eq!(lobby.rooms.route(1, &guest.me.id).unwrap().to, 12);
    assert_eq!(lobby.join(4, &host.room).unwrap().peers[1], back.me, "it keeps its place");
}

#[test]
fn whoever_comes_back_takes_the_place_of_the_socket_that_had_it() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();

    let back = lobby.resume(12, &guest).unwrap();
    assert_eq!(back.me.id, guest.me.id);
    assert_eq!((back.peers, back.tell, back.displaced), (vec![host.me], vec![1], Some(2)));
    assert_eq!(lobby.rooms.leave(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(lobby.rooms.lose(2, 0).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(lobby.rooms.route(1, &guest.me.id).unwrap().to, 12);
}

#[test]
fn a_secret_is_good_in_its_own_room_only() {
    let mut lobby = lobby();
    let here = lobby.create(1).unwrap();
    let there = lobby.create(2).unwrap();
    let elsewhere = Entered { room: there.room, ..here };
    let entered = lobby.resume(3, &elsewhere).unwrap();
    assert_ne!(entered.me.id, elsewhere.me.id);
    assert_eq!(entered.displaced, None);
}

#[test]
fn a_full_room_keeps_the_places_of_those_who_are_away() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    lobby.join(3, &host.room).unwrap();
    lobby.join(4, &host.room).unwrap();
    lobby.rooms.lose(2, 0).unwrap();
    assert_eq!(lobby.join(5, &host.room).unwrap_err(), RoomError::RoomFull);
    lobby.resume(5, &guest).unwrap();
}

#[test]
fn who_stays_away_for_longer_than_the_grace_has_left() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let second = lobby.join(2, &host.room).unwrap();
    let third = lobby.join(3, &host.room).unwrap();
    lobby.rooms.lose(3, 5000).unwrap();
    lobby.rooms.lose(2, 6000).unwrap();

    assert!(lobby.rooms.expire(4999 + GRACE_MS).is_none());
    let left = lobby.rooms.expire(5000 + GRACE_MS).unwrap();
    assert_eq!((left.peer, left.tell, left.room_ended), (third.me.clone(), vec![1], false));
    assert!(lobby.rooms.expire(5999 + GRACE_MS).is_none());
    assert_eq!(lobby.rooms.expire(i64::MAX).unwrap().peer, second.me);
    assert!(lobby.rooms.expire(i64::MAX).is_none());

    assert_ne!(lobby.resume(13, &third).unwrap().me.id, third.me.id);
}

#[test]
fn each_absence_has_a_grace_of_its_own() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    lobby.rooms.lose(2, 0).unwrap();
    lobby.resume(12, &guest).unwrap();
    assert!(lobby.rooms.expire(i64::MAX).is_none(), "it is back");

    lobby.rooms.lose(12, 1000).unwrap();
    assert!(lobby.rooms.expire(GRACE_MS).is_none());
    assert_eq!(lobby.rooms.expire(1000 + GRACE_MS).unwrap().peer.id, guest.me.id);
}

#[test]
fn a_room_lives_for_as_long_as_a_member_may_come_back() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    lobby.rooms.lose(1, 0).unwrap();
    assert_eq!(lobby.rooms.open(), 1);
    let visitor = lobby.join(2, &host.room).unwrap();
    assert_eq!(visitor.peers, [Peer { away: true, ..host.me.clone() }]);
    assert!(!lobby.rooms.leave(2).unwrap().room_ended);

    assert!(lobby.rooms.expire(GRACE_MS).unwrap().room_ended);
    assert_eq!(lobby.rooms.open(), 0);
    assert_eq!(lobby.resume(1, &host).unwrap_err(), RoomError::UnknownRoom);
}

#[test]
fn a_locked_room_lets_nobody_new_in() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    assert_eq!(lobby.rooms.lock(1, true).unwrap(), [2]);
    assert_eq!(lobby.join(3, &host.room).unwrap_err(), RoomError::RoomLocked);

    lobby.rooms.lose(2, 0).unwrap();
    let back = lobby.resume(12, &guest).unwrap();
    assert!(back.locked);
    assert_eq!(back.me.id, guest.me.id);

    assert_eq!(lobby.rooms.lock(1, false).unwrap(), [12]);
    assert!(!lobby.join(3, &host.room).unwrap().locked);
}

#[test]
fn only_the_owner_locks_and_ejects_also_after_it_came_back() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    let third = lobby.join(3, &host.room).unwrap();
    assert_eq!(lobby.rooms.lock(2, true).unwrap_err(), RoomError::NotOwner);
    assert_eq!(lobby.rooms.eject(2, &third.me.id).unwrap_err(), RoomError::NotOwner);
    assert_eq!(lobby.rooms.lock(9, true).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(lobby.rooms.eject(9, &third.me.id).unwrap_err(), RoomError::NotInRoom);

    lobby.resume(11, &host).unwrap();
    assert_eq!(lobby.rooms.lock(11, true).unwrap(), [2, 3]);
    lobby.rooms.eject(11, &guest.me.id).unwrap();
}

#[test]
fn nobody_inherits_a_room() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    lobby.join(2, &host.room).unwrap();
    lobby.rooms.leave(1).unwrap();
    assert_eq!(lobby.rooms.lock(2, true).unwrap_err(), RoomError::NotOwner);
    lobby.resume(1, &host).unwrap();
    assert_eq!(lobby.rooms.lock(1, true).unwrap_err(), RoomError::NotOwner, "it is somebody new");
}

#[test]
fn whoever_is_ejected_is_out_and_its_secret_is_void() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    lobby.join(3, &host.room).unwrap();

    let ejected = lobby.rooms.eject(1, &guest.me.id).unwrap();
    assert_eq!((ejected.key, ejected.left.peer), (Some(2), guest.me.clone()));
    assert_eq!(ejected.left.tell, [1, 3]);
    assert_eq!(lobby.rooms.leave(2).unwrap_err(), RoomError::NotInRoom);
    assert_eq!(lobby.rooms.eject(1, &guest.me.id).unwrap_err(), RoomError::UnknownPeer);

    lobby.rooms.lock(1, true).unwrap();
    assert_eq!(lobby.resume(2, &guest).unwrap_err(), RoomError::RoomLocked);
}

#[test]
fn a_member_that_is_away_can_be_ejected() {
    let mut lobby = lobby();
    let host = lobby.create(1).unwrap();
    let guest = lobby.join(2, &host.room).unwrap();
    lobby.rooms.lose(2, 0).unwrap();
    assert_eq!(lobby.rooms.eject(1, &guest.me.id).unwrap().key, None);
    assert!(lobby.rooms.expire(i64::MAX).is_none());
    assert_ne!(lobby.resume(2, &guest).unwrap().me.id, guest.me.id);
}
