use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

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
        self.rooms.create(key, &mut self.rng)
    }

    fn join(&mut self, key: u32, room: &RoomId) -> Result<Entered<u32>, RoomError> {
        self.rooms.join(key, room, &mut self.rng)
    }
}

fn lobby() -> Lobby {
    Lobby::new(Limits { rooms: 8, peers: 4 })
}

fn keys(members: &[Member<u32>]) -> Vec<u32> {
    members.iter().map(|member| member.key).collect()
}

#[test]
fn a_creator_is_alone() {
    let mut lobby = lobby();
    let entered = lobby.create(1).unwrap();
    assert!(entered.others.is_empty());
    assert_eq!(lobby.rooms.open(), 1);
}

#[test]
fn ids_are_22_characters_and_differ() {
    let mut lobby = lobby();
    let first = lobby.create(1).unwrap();
    let second = lobby.create(2).unwrap();
    for id in [&first.room.0, &second.room.0, &first.peer.0, &second.peer.0] {
        assert_eq!(id.len(), 22);
    }
    assert_ne!(first.room, second.room);
    assert_ne!(first.peer, second.peer);
    assert_ne!(first.room.0, first.peer.0, "a member's id must not give its room away");
}

#[test]
fn whoever_joins_learns_the_others_oldest_first() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    assert_eq!(keys(&lobby.join(2, &room).unwrap().others), [1]);
    assert_eq!(keys(&lobby.join(3, &room).unwrap().others), [1, 2]);
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
    let mut lobby = Lobby::new(Limits { rooms: 2, peers: 4 });
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
    assert_eq!(left.peer, creator.peer);
    assert_eq!(keys(&left.others), [2, 3]);
    assert_eq!(lobby.rooms.leave(1).unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn a_room_ends_with_its_last_member() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    lobby.join(2, &room).unwrap();
    lobby.rooms.leave(1).unwrap();
    assert_eq!(lobby.rooms.open(), 1);
    assert!(lobby.rooms.leave(2).unwrap().others.is_empty());
    assert_eq!(lobby.rooms.open(), 0);
    assert_eq!(lobby.join(3, &room).unwrap_err(), RoomError::UnknownRoom);
}

#[test]
fn a_member_that_comes_back_has_a_new_id() {
    let mut lobby = lobby();
    let room = lobby.create(1).unwrap().room;
    let before = lobby.join(2, &room).unwrap().peer;
    lobby.rooms.leave(2).unwrap();
    assert_ne!(lobby.join(2, &room).unwrap().peer, before);
    assert_eq!(lobby.rooms.route(1, &before).unwrap_err(), RoomError::UnknownPeer);
}

#[test]
fn messages_go_to_members_of_the_same_room_only() {
    let mut lobby = lobby();
    let here = lobby.create(1).unwrap();
    let there = lobby.create(2).unwrap();
    let second = lobby.join(3, &here.room).unwrap();

    let route = lobby.rooms.route(1, &second.peer).unwrap();
    assert_eq!((route.from, route.to), (here.peer, 3));

    let refusal = lobby.rooms.route(1, &there.peer).unwrap_err();
    assert_eq!(refusal, RoomError::UnknownPeer);
    let refusal = lobby.rooms.route(9, &second.peer).unwrap_err();
    assert_eq!(refusal, RoomError::NotInRoom);
}
