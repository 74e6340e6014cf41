use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

/// Codes of numbered holders, and a source of randomness that is the same in every run.
struct Street {
    knocks: Knocks<u32>,
    rng: StdRng,
}

impl Street {
    fn new() -> Self {
        Self { knocks: Knocks::new(), rng: StdRng::seed_from_u64(1) }
    }

    fn open(&mut self, holder: u32) -> Nameplate {
        self.knocks.open(holder, &mut self.rng)
    }

    fn knock(&mut self, knocker: u32, nameplate: &Nameplate) -> Result<Knocked<u32>, KnockError> {
        self.knocks.knock(knocker, nameplate, &mut self.rng)
    }

    /// A knock of `knocker`'s at a new code of `holder`'s.
    fn knock_at(&mut self, holder: u32, knocker: u32) -> KnockId {
        let nameplate = self.open(holder);
        self.knock(knocker, &nameplate).unwrap().knock
    }

    fn is_empty(&self) -> bool {
        let Knocks { codes, open, under_way, own } = &self.knocks;
        codes.is_empty() && open.is_empty() && under_way.is_empty() && own.is_empty()
    }
}

fn ended(knock: &KnockId, tell: u32) -> Ended<u32> {
    Ended { knock: knock.clone(), tell }
}

#[test]
fn a_nameplate_has_four_digits_and_is_nobody_elses() {
    let mut street = Street::new();
    let mut nameplates: Vec<_> = (0..1000).map(|holder| street.open(holder).0).collect();
    for nameplate in &nameplates {
        assert!(matches!(nameplate.parse(), Ok(1000..=9999)), "{nameplate}");
    }
    assert!(!nameplates.is_sorted(), "they must not be handed out in order");
    nameplates.sort();
    nameplates.dedup();
    assert_eq!(nameplates.len(), 1000);
}

#[test]
fn a_nameplate_has_five_digits_once_half_are_taken() {
    let mut street = Street::new();
    for holder in 0..4500 {
        assert_eq!(street.open(holder).0.len(), 4);
    }
    assert_eq!(street.open(4500).0.len(), 5);
    street.knocks.close(4500);
    street.knocks.close(0);
    assert_eq!(street.open(4500).0.len(), 4);
    assert_eq!(numbers_for(45_000), 100_000..1_000_000);
}

#[test]
fn a_code_serves_one_knock() {
    let mut street = Street::new();
    let nameplate = street.open(1);
    let knocked = street.knock(2, &nameplate).unwrap();
    assert_eq!((knocked.holder, knocked.before), (1, None));
    assert_eq!(knocked.knock.0.len(), 22);
    assert_eq!(street.knock(3, &nameplate).unwrap_err(), KnockError::UnknownCode);
    assert_eq!(street.knock(3, &Nameplate("0".into())).unwrap_err(), KnockError::UnknownCode);
}

#[test]
fn a_new_code_takes_the_place_of_the_one_before() {
    let mut street = Street::new();
    let before = street.open(1);
    let after = street.open(1);
    assert_eq!(street.knock(2, &before).unwrap_err(), KnockError::UnknownCode);
    street.knock(2, &after).unwrap();
}

#[test]
fn a_closed_code_is_unknown() {
    let mut street = Street::new();
    let nameplate = street.open(1);
    street.knocks.close(1);
    street.knocks.close(1);
    assert_eq!(street.knock(2, &nameplate).unwrap_err(), KnockError::UnknownCode);
    assert!(street.is_empty());
}

#[test]
fn the_two_reach_each_other_and_nobody_else_does() {
    let mut street = Street::new();
    let knock = street.knock_at(1, 2);
    let other = street.knock_at(3, 4);
    assert_eq!(street.knocks.route(1, &knock), Ok(2));
    assert_eq!(street.knocks.route(2, &knock), Ok(1));
    for stranger in [3, 4, 5] {
        assert_eq!(street.knocks.route(stranger, &knock), Err(KnockError::UnknownKnock));
        assert_eq!(street.knocks.end(stranger, &knock), Err(KnockError::UnknownKnock));
    }
    assert_eq!(street.knocks.route(3, &other), Ok(4));
}

#[test]
fn either_may_end_a_knock() {
    let mut street = Street::new();
    for (one, other) in [(1, 2), (2, 1)] {
        let knock = street.knock_at(1, 2);
        assert_eq!(street.knocks.end(one, &knock), Ok(ended(&knock, other)));
        assert_eq!(street.knocks.end(other, &knock), Err(KnockError::UnknownKnock));
        assert_eq!(street.knocks.route(other, &knock), Err(KnockError::UnknownKnock));
    }
    assert!(street.is_empty());
}

#[test]
fn whoever_knocks_again_ends_its_knock_before() {
    let mut street = Street::new();
    let before = street.knock_at(1, 9);
    let nameplate = street.open(2);
    let knocked = street.knock(9, &nameplate).unwrap();
    assert_eq!(knocked.before, Some(ended(&before, 1)));
    assert_eq!(street.knocks.route(9, &knocked.knock), Ok(2));
    assert_eq!(street.knocks.route(1, &before), Err(KnockError::UnknownKnock));

    street.knock(9, &Nameplate("0".into())).unwrap_err();
    assert_eq!(street.knocks.route(9, &knocked.knock), Ok(2), "a wrong guess ends nothing");
}

#[test]
fn a_holder_that_leaves_ends_what_it_holds_and_not_what_it_began() {
    let mut street = Street::new();
    let elsewhere = street.knock_at(7, 1);
    let first = street.knock_at(1, 2);
    let second = street.knock_at(1, 3);
    let open = street.open(1);

    let mut ending = street.knocks.shut(1);
    ending.sort_by_key(|ended| ended.tell);
    assert_eq!(ending, [ended(&first, 2), ended(&second, 3)]);
    assert_eq!(street.knock(4, &open).unwrap_err(), KnockError::UnknownCode);
    assert_eq!(street.knocks.route(1, &elsewhere), Ok(7));
}

#[test]
fn a_socket_that_goes_ends_all_it_has_part_in() {
    let mut street = Street::new();
    let began = street.knock_at(7, 1);
    let held = street.knock_at(1, 2);
    street.open(1);
    assert_eq!(street.knocks.gone(1), [ended(&held, 2), ended(&began, 7)]);
    assert_eq!(street.knocks.gone(1), []);
    assert!(street.is_empty());
}
