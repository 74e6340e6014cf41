//! What two members say of a transfer between them, and what is made of it.

use sharesync_protocol::report::{Count, Outcome, PathBytes, Report, TransferCount};

use super::*;

fn count(number: u64) -> Count {
    number.try_into().unwrap()
}

/// A transfer, with bytes by path in the order in which the ladder goes.
fn transfer(outcome: Outcome, files: u64, [direct, turn, relay]: [u64; 3]) -> TransferCount {
    let bytes = PathBytes { direct: count(direct), turn: count(turn), relay: count(relay) };
    TransferCount { outcome, files: count(files), bytes }
}

fn verified(bytes: u64) -> TransferCount {
    transfer(Outcome::Verified, 1, [bytes, 0, 0])
}

impl Table {
    fn report(
        &mut self,
        socket: u8,
        peer: &PeerId,
        transfer: TransferCount,
    ) -> Result<Option<TransferCount>, RoomError> {
        let (me, report) = (self.socket(socket), Report { peer: peer.clone(), transfer });
        self.change(|room, _| room.report(me, &report))
    }

    /// What two say of each other, and what comes of it.
    fn agree(&mut self, one: TransferCount, other: TransferCount) -> TransferCount {
        let ids: Vec<PeerId> =
            self.room.as_ref().unwrap().members.iter().map(|member| member.id.clone()).collect();
        assert_eq!(self.report(1, &ids[1], one), Ok(None));
        self.report(2, &ids[0], other).unwrap().expect("both have said it")
    }

    fn halves(&self) -> usize {
        self.room.as_ref().map_or(0, |room| room.halves.len())
    }
}

#[test]
fn two_halves_make_one_count_of_what_both_say() {
    let (mut table, _) = Table::with_host();
    table.join(2).unwrap();
    let (one, other) =
        (transfer(Outcome::Verified, 3, [10, 20, 30]), transfer(Outcome::Verified, 2, [11, 19, 0]));
    let agreed = transfer(Outcome::Verified, 2, [10, 19, 0]);
    assert_eq!(table.agree(one, other), agreed);
    assert_eq!(table.halves(), 0, "both are forgotten");
    assert_eq!(table.agree(one, other), agreed, "and the next transfer is another");
    assert!(table.told.is_empty(), "nobody hears of it");
}

#[test]
fn it_is_verified_only_if_both_say_so_and_failed_if_either_does() {
    use Outcome::{Cancelled, Failed, Verified};
    let (mut table, _) = Table::with_host();
    table.join(2).unwrap();
    for (one, other, agreed) in [
        (Verified, Verified, Verified),
        (Verified, Cancelled, Cancelled),
        (Cancelled, Verified, Cancelled),
        (Cancelled, Cancelled, Cancelled),
        (Verified, Failed, Failed),
        (Failed, Verified, Failed),
        (Cancelled, Failed, Failed),
        (Failed, Cancelled, Failed),
        (Failed, Failed, Failed),
    ] {
        let said = |outcome| transfer(outcome, 1, [1, 0, 0]);
        assert_eq!(table.agree(said(one), said(other)).outcome, agreed, "{one:?}, {other:?}");
    }
}

#[test]
fn who_says_it_again_before_the_other_has_takes_the_first_back() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.report(1, &guest.me.id, verified(100)).unwrap();
    assert_eq!(table.report(1, &guest.me.id, verified(7)), Ok(None));
    assert_eq!(table.halves(), 1);
    assert_eq!(table.report(2, &host.me.id, verified(100)), Ok(Some(verified(7))));
}

#[test]
fn each_two_members_have_a_count_of_their_own() {
    let (mut table, host) = Table::with_host();
    let guests = [table.join(2).unwrap(), table.join(3).unwrap()];
    table.report(1, &guests[0].me.id, verified(1)).unwrap();
    assert_eq!(table.report(1, &guests[1].me.id, verified(2)), Ok(None));
    assert_eq!(table.report(3, &guests[0].me.id, verified(9)), Ok(None));
    assert_eq!(table.report(3, &host.me.id, verified(9)), Ok(Some(verified(2))));
    assert_eq!(table.report(2, &host.me.id, verified(9)), Ok(Some(verified(1))));
    assert_eq!(table.halves(), 1, "two guests do not send to each other: that half waits in vain");
}

#[test]
fn only_members_report_and_only_about_others_in_the_room() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();
    let nobody = PeerId("A".repeat(22));
    assert_eq!(table.report(9, &host.me.id, verified(1)), Err(RoomError::NotInRoom));
    assert_eq!(table.report(1, &nobody, verified(1)), Err(RoomError::UnknownPeer));
    assert_eq!(table.report(1, &host.me.id, verified(1)), Err(RoomError::UnknownPeer));
    table.leave(2).unwrap();
    assert_eq!(table.report(1, &guest.me.id, verified(1)), Err(RoomError::UnknownPeer));
    assert_eq!(table.halves(), 0);
}

#[test]
fn a_member_that_is_away_keeps_its_half_and_one_that_left_takes_it_along() {
    let (mut table, host) = Table::with_host();
    let guest = table.join(2).unwrap();
    table.report(2, &host.me.id, verified(5)).unwrap();
    table.lose(2).unwrap();
    assert_eq!(table.report(1, &guest.me.id, verified(5)), Ok(Some(verified(5))));

    table.report(1, &guest.me.id, verified(5)).unwrap();
    assert_eq!(table.halves(), 1, "it may come back and say the rest");
    table.wait_until(GRACE_MS);
    assert_eq!(table.halves(), 0);

    let guest = table.join(3).unwrap();
    table.report(3, &host.me.id, verified(5)).unwrap();
    table.leave(3).unwrap();
    let again = table.resume(3, &guest).unwrap();
    assert_eq!(table.report(1, &again.me.id, verified(5)), Ok(None));
}
