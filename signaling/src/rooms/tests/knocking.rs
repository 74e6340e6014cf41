//! Codes, and who knocks at them.

use super::*;

impl Table {
    fn open_code(&mut self, socket: u8) -> Nameplate {
        let me = self.socket(socket);
        self.change(|room, moment| room.open_code(me, moment)).unwrap()
    }

    fn knock(&mut self, socket: u8, nameplate: &Nameplate) -> Result<KnockId, RoomError> {
        let me = self.socket(socket);
        let knock = Knock { nameplate: nameplate.clone(), body: Map::new() };
        self.change(|room, moment| room.knock(me, &knock, moment))
    }

    /// A knock of `knocker`'s at a new code of `holder`'s.
    fn knock_at(&mut self, holder: u8, knocker: u8) -> KnockId {
        let nameplate = self.open_code(holder);
        self.knock(knocker, &nameplate).unwrap()
    }

    fn end_knock(&mut self, socket: u8, knock: &KnockId) -> Result<(), RoomError> {
        let me = self.socket(socket);
        self.change(|room, moment| room.end_knock(me, knock, moment))
    }

    fn route_knock(&self, socket: u8, knock: &KnockId) -> Result<Address, RoomError> {
        self.room.as_ref().unwrap().route_knock(self.socket(socket), knock)
    }

    fn codes(&self) -> Vec<Nameplate> {
        Reindexing::between(None, self.room.as_ref()).opened
    }
}

fn ended(to: u8, knock: &KnockId) -> String {
    format!("{to}: ended {}", name_of_knock(knock))
}

#[test]
fn a_nameplate_has_four_digits_and_more_once_half_of_those_are_taken() {
    let (mut table, _) = Table::with_host();
    for (codes_open, digits) in [(0, 4), (4499, 4), (4500, 5), (44_999, 5), (45_000, 6)] {
        table.codes_open = codes_open;
        let nameplate = table.open_code(1).0;
        assert!(nameplate.len() == digits && !nameplate.starts_with('0'), "{nameplate}");
    }
}

#[test]
fn nameplates_are_not_handed_out_in_order() {
    let (mut table, _) = Table::with_host();
    let nameplates: Vec<String> = (0..20).map(|_| table.open_code(1).0).collect();
    assert!(!nameplates.is_sorted());
}

#[test]
fn a_code_serves_one_knock() {
    let (mut table, _) = Table::with_host();
    let nameplate = table.open_code(1);
    assert_eq!(table.codes(), std::slice::from_ref(&nameplate));
    let knock = table.knock(2, &nameplate).unwrap();
    assert_eq!(knock.0.len(), 22);
    assert_eq!(table.told, [format!("1: knocked {}", name_of_knock(&knock))]);
    assert_eq!(table.codes(), []);
    assert_eq!(table.knock(3, &nameplate).unwrap_err(), RoomError::UnknownCode);
}

#[test]
fn the_holder_hears_what_the_knocker_says_and_not_what_it_calls_itself() {
    let (mut table, _) = Table::with_host();
    let nameplate = table.open_code(1);
    let me = table.socket(2);
    let said = json!({ "message": "x", "knock": "made up" });
    let knock = Knock { nameplate, body: said.as_object().unwrap().clone() };
    let moment = Moment::new(0, LIMITS, 0, table.rng);
    let draft = Draft::of(table.room.as_ref(), moment, |room, moment| {
        Ok(room.as_mut().unwrap().knock(me, &knock, moment)?)
    });
    let [Notice { news: News::Knocked(heard), .. }] = draft.notices.as_slice() else {
        panic!("the holder hears of it, and nobody else");
    };
    assert_eq!((heard.body.len(), &heard.body["message"]), (1, &json!("x")));
    assert_eq!(heard.knock, draft.outcome.unwrap());
}

#[test]
fn a_new_code_takes_the_place_of_the_one_before() {
    let (mut table, _) = Table::with_host();
    let before = table.open_code(1);
    let room = table.room.clone();
    let after = table.open_code(1);
    let index = Reindexing::between(room.as_ref(), table.room.as_ref());
    assert_eq!((index.closed, index.opened), (vec![before.clone()], vec![after.clone()]));
    assert_eq!(table.knock(2, &before).unwrap_err(), RoomError::UnknownCode);
    table.knock(2, &after).unwrap();
}

#[test]
fn a_closed_code_is_unknown() {
    let (mut table, _) = Table::with_host();
    let nameplate = table.open_code(1);
    let me = table.socket(1);
    for _ in 0..2 {
        table.act(|room, _| room.close_code(me));
    }
    assert_eq!(table.knock(2, &nameplate).unwrap_err(), RoomError::UnknownCode);
    assert_eq!(table.codes(), []);
}

#[test]
fn only_members_open_codes() {
    let (mut table, _) = Table::with_host();
    let stranger = table.socket(9);
    let refusal = table.change(|room, moment| room.open_code(stranger, moment));
    assert_eq!(refusal.unwrap_err(), RoomError::NotInRoom);
}

#[test]
fn the_two_reach_each_other_and_nobody_else_does() {
    let (mut table, _) = Table::with_host();
    table.join(3).unwrap();
    let knock = table.knock_at(1, 8);
    let other = table.knock_at(3, 9);
    assert_eq!(table.route_knock(1, &knock), Ok(table.socket(8)));
    assert_eq!(table.route_knock(8, &knock), Ok(table.socket(1)));
    for stranger in [3, 9, 5] {
        assert_eq!(table.route_knock(stranger, &knock), Err(RoomError::UnknownKnock));
        assert_eq!(table.end_knock(stranger, &knock), Err(RoomError::UnknownKnock));
    }
    assert_eq!(table.route_knock(3, &other), Ok(table.socket(9)));
}

#[test]
fn either_may_end_a_knock() {
    let (mut table, _) = Table::with_host();
    for (one, other) in [(1, 2), (2, 1)] {
        let knock = table.knock_at(1, 2);
        table.end_knock(one, &knock).unwrap();
        assert_eq!(table.told, [ended(other, &knock)]);
        assert_eq!(table.end_knock(other, &knock), Err(RoomError::UnknownKnock));
        assert_eq!(table.route_knock(other, &knock), Err(RoomError::UnknownKnock));
    }
}

type Way<'a> = &'a dyn Fn(&mut Table, &Entered);

#[test]
fn a_holder_that_leaves_is_away_or_is_displaced_ends_what_it_holds() {
    let leave = |table: &mut Table, _: &Entered| table.leave(2).unwrap();
    let lose = |table: &mut Table, _: &Entered| table.lose(2).unwrap();
    let displace = |table: &mut Table, guest: &Entered| drop(table.resume(7, guest).unwrap());
    let eject = |table: &mut Table, guest: &Entered| table.eject(1, &guest.me.id).unwrap();
    for end in [&leave as Way, &lose, &displace, &eject] {
        let (mut table, _) = Table::with_host();
        let guest = table.join(2).unwrap();
        let kept = table.knock_at(1, 9);
        let first = table.knock_at(2, 3);
        let second = table.knock_at(2, 4);
        let open = table.open_code(2);

        end(&mut table, &guest);
        let told = |line: &String| table.told.contains(line);
        assert!(told(&ended(3, &first)) && told(&ended(4, &second)), "{:?}", table.told);
        assert_eq!(table.knock(5, &open).unwrap_err(), RoomError::UnknownCode);
        assert_eq!(table.route_knock(9, &kept), Ok(table.socket(1)));
    }
}

#[test]
fn a_knock_ends_with_the_node_of_the_knocker() {
    let (mut table, _) = Table::with_host();
    let (here, there) = (table.node, NodeId::draw());
    let kept = table.knock_at(1, 3);
    let nameplate = table.open_code(1);
    table.node = there;
    let lost = table.knock(2, &nameplate).unwrap();
    table.node = here;
    assert!(table.room.as_ref().unwrap().reaches(there));

    table.act(|room, moment| room.lose_node(there, moment));
    assert_eq!(table.told, [ended(1, &lost)]);
    assert_eq!(table.route_knock(3, &kept), Ok(table.socket(1)));
}
