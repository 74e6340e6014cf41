use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, json};

use super::*;
use crate::draft::{Draft, Limits};
use crate::request::RequestError;

/// One network whose devices have numbers, and a source of ids that is the same in every run.
struct Street {
    neighbourhood: Option<Neighbourhood>,
    devices: usize,
    rng: StdRng,
    nodes: [NodeId; 2],
    /// Who was told what by the last change.
    told: Vec<(u8, String)>,
}

impl Street {
    /// Nobody is to be seen in it.
    fn new() -> Self {
        Self {
            neighbourhood: None,
            devices: 9,
            rng: StdRng::seed_from_u64(1),
            nodes: [NodeId::draw(), NodeId::draw()],
            told: Vec::new(),
        }
    }

    /// Sockets below 100 are one node's, the others another's.
    fn socket(&self, number: u8) -> Address {
        let socket = format!("{number:A>16}").parse().unwrap();
        Address { node: self.nodes[usize::from(number >= 100)], socket }
    }

    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Neighbourhood, &mut Moment) -> Result<T, NearbyError>,
    ) -> Result<T, NearbyError> {
        let limits = Limits { rooms: 0, peers: 0, grace: Duration::ZERO, devices: self.devices };
        let moment = Moment::new(0, limits, 0, StdRng::from_rng(&mut self.rng));
        let draft = Draft::of(self.neighbourhood.as_ref(), moment, |neighbourhood, moment| {
            Ok(change(neighbourhood.get_or_insert_default(), moment)?)
        });
        self.neighbourhood = draft.after;
        let number = |to| (0..=u8::MAX).find(|&number| self.socket(number) == to).unwrap();
        let told = draft.notices.iter().map(|notice| (number(notice.to), line(&notice.news)));
        let told: Vec<_> = told.collect();
        self.told = told;
        draft.outcome.map_err(|error| match error {
            RequestError::Nearby(error) => error,
            other => panic!("{other}"),
        })
    }

    fn try_appear(&mut self, number: u8) -> Result<Appeared, NearbyError> {
        let me = self.socket(number);
        let name = format!("device {number}").try_into().unwrap();
        self.change(|here, moment| here.appear(me, &Appear { name, platform: None }, moment))
    }

    fn appear(&mut self, number: u8) -> Appeared {
        self.try_appear(number).unwrap()
    }

    fn act(&mut self, act: impl FnOnce(&mut Neighbourhood, &mut Moment)) {
        let acted = self.change(|here, moment| {
            act(here, moment);
            Ok(())
        });
        acted.unwrap();
    }

    fn disappear(&mut self, number: u8) {
        let me = self.socket(number);
        self.act(|here, moment| here.disappear(me, moment));
    }

    fn try_knock(&mut self, number: u8, device: &Device) -> Result<KnockId, NearbyError> {
        let me = self.socket(number);
        let said = NearbyKnock { device: device.id.clone(), body: Map::new() };
        self.change(|here, moment| here.knock(me, &said, moment))
    }

    fn knock(&mut self, number: u8, device: &Device) -> KnockId {
        self.try_knock(number, device).unwrap()
    }

    fn end_knock(&mut self, number: u8, knock: &KnockId) -> bool {
        let me = self.socket(number);
        self.change(|here, moment| Ok(here.end_knock(me, knock, moment))).unwrap()
    }

    fn route(&self, number: u8, knock: &KnockId) -> Option<Address> {
        self.neighbourhood.as_ref()?.route_knock(self.socket(number), knock)
    }
}

/// News in a few words.
fn line(news: &News) -> String {
    match news {
        News::NearbyAppeared(device) => format!("appeared {}", String::from(device.name.clone())),
        News::NearbyGone(device) => format!("gone {}", String::from(device.name.clone())),
        News::NearbyKnocked(heard) => {
            format!("{} by {}", knocked(&heard.knock), String::from(heard.from.name.clone()))
        }
        News::KnockEnded(knock) => ended(knock),
        other => panic!("nobody here is told {other:?}"),
    }
}

fn knocked(knock: &KnockId) -> String {
    format!("knocked {}", knock.0)
}

fn ended(knock: &KnockId) -> String {
    format!("ended {}", knock.0)
}

#[test]
fn devices_see_each_other_in_the_order_in_which_they_appeared() {
    let mut street = Street::new();
    let first = street.appear(1);
    assert_eq!((first.devices, street.told.len()), (vec![], 0));
    let second = street.appear(2);
    assert_eq!(second.devices, std::slice::from_ref(&first.me));
    assert_eq!(street.told, [(1, "appeared device 2".into())]);
    let third = street.appear(3);
    assert_eq!(third.devices, [first.me, second.me]);
    let news = || String::from("appeared device 3");
    assert_eq!(street.told, [(1, news()), (2, news())]);
}

#[test]
fn a_device_is_found_by_those_who_are_seen_themselves_and_not_by_itself() {
    let mut street = Street::new();
    let [first, second] = [street.appear(1).me, street.appear(2).me];
    let knock = street.knock(1, &second);
    assert_eq!(street.told, [(2, format!("{} by device 1", knocked(&knock)))]);
    assert_eq!(street.try_knock(3, &second), Err(NearbyError::NotAppeared));
    assert_eq!(street.try_knock(1, &first), Err(NearbyError::UnknownDevice));
    let guess = Device { id: DeviceId("A".repeat(22)), ..second };
    assert_eq!(street.try_knock(1, &guess), Err(NearbyError::UnknownDevice));
}

#[test]
fn a_device_that_disappears_is_not_found_and_finds_nobody() {
    let mut street = Street::new();
    let [first, second] = [street.appear(1).me, street.appear(2).me];
    street.disappear(1);
    assert_eq!(street.told, [(2, "gone device 1".into())]);
    street.disappear(1);
    assert_eq!(street.told, []);
    assert_eq!(street.try_knock(2, &first), Err(NearbyError::UnknownDevice));
    assert_eq!(street.try_knock(1, &second), Err(NearbyError::NotAppeared));
    street.disappear(2);
    assert_eq!(street.neighbourhood, None, "nothing stays");
}

#[test]
fn an_id_says_nothing_and_is_another_each_time() {
    let mut street = Street::new();
    street.appear(2);
    let first = street.appear(1).me;
    let again = street.appear(1).me;
    assert_eq!((first.id.0.len(), again.id.0.len()), (22, 22));
    assert_ne!(first.id, again.id);
    let told = ["gone device 1", "appeared device 1"].map(|news| (2, news.to_owned()));
    assert_eq!(street.told, told);
    assert_eq!(street.try_knock(2, &first), Err(NearbyError::UnknownDevice));
}

#[test]
fn a_network_has_so_many_places() {
    let mut street = Street::new();
    street.devices = 2;
    street.appear(1);
    street.appear(2);
    assert_eq!(street.try_appear(3).unwrap_err(), NearbyError::TooManyDevices);
    street.appear(2);
    street.disappear(1);
    street.appear(3);
}

#[test]
fn the_two_of_a_knock_reach_each_other_and_nobody_else_does() {
    let mut street = Street::new();
    let [_, second, _, fourth] = [1, 2, 3, 4].map(|number| street.appear(number).me);
    let knock = street.knock(1, &second);
    let other = street.knock(3, &fourth);
    assert_eq!(knock.0.len(), 22);
    assert_eq!(street.route(1, &knock), Some(street.socket(2)));
    assert_eq!(street.route(2, &knock), Some(street.socket(1)));
    for stranger in [3, 4, 5] {
        assert_eq!(street.route(stranger, &knock), None);
        assert!(!street.end_knock(stranger, &knock));
        assert_eq!(street.told, []);
    }
    assert_eq!(street.route(4, &other), Some(street.socket(3)));
}

#[test]
fn either_may_end_a_knock() {
    let mut street = Street::new();
    let [_, second] = [street.appear(1).me, street.appear(2).me];
    for (one, other) in [(1, 2), (2, 1)] {
        let knock = street.knock(1, &second);
        assert!(street.end_knock(one, &knock));
        assert_eq!(street.told, [(other, ended(&knock))]);
        assert!(!street.end_knock(other, &knock));
        assert_eq!(street.route(other, &knock), None);
    }
}

#[test]
fn whoever_knocks_again_ends_its_knock_before_and_no_other() {
    let mut street = Street::new();
    let [first, second, third] = [1, 2, 3].map(|number| street.appear(number).me);
    let at_me = street.knock(3, &first);
    let before = street.knock(1, &second);
    let knock = street.knock(1, &third);
    let told = [(2, ended(&before)), (3, format!("{} by device 1", knocked(&knock)))];
    assert_eq!(street.told, told);
    assert_eq!(street.route(2, &before), None);
    assert_eq!(street.route(3, &knock), Some(street.socket(1)));
    assert_eq!(street.route(1, &at_me), Some(street.socket(3)));
}

#[test]
fn a_knock_lasts_when_the_knocker_is_seen_no_more() {
    let mut street = Street::new();
    let [_, second] = [street.appear(1).me, street.appear(2).me];
    let knock = street.knock(1, &second);
    street.disappear(1);
    street.disappear(2);
    assert_eq!(street.route(2, &knock), Some(street.socket(1)));
    assert!(street.end_knock(2, &knock));
    assert_eq!(street.neighbourhood, None);
}

#[test]
fn a_socket_that_goes_ends_all_it_has_part_in() {
    let mut street = Street::new();
    let [first, second, _, fourth] = [1, 2, 3, 4].map(|number| street.appear(number).me);
    let began = street.knock(1, &fourth);
    let heard = street.knock(2, &first);
    let others = street.knock(3, &second);
    let me = street.socket(1);
    street.act(|here, moment| here.lose(me, moment));
    let gone = || String::from("gone device 1");
    let told = [(4, ended(&began)), (2, ended(&heard)), (2, gone()), (3, gone()), (4, gone())];
    assert_eq!(street.told, told);
    assert_eq!(street.route(3, &others), Some(street.socket(2)));
}

#[test]
fn a_node_that_goes_takes_its_devices_and_their_knocks_along() {
    let mut street = Street::new();
    let [first, lost, _] = [1, 101, 102].map(|number| street.appear(number).me);
    let began = street.knock(1, &lost);
    let heard = street.knock(101, &first);
    let node = street.nodes[1];
    assert!(street.neighbourhood.as_ref().unwrap().reaches(node));
    street.act(|here, moment| here.lose_node(node, moment));
    let told = [
        (1, ended(&began)),
        (1, ended(&heard)),
        (1, "gone device 101".into()),
        (1, "gone device 102".into()),
    ];
    assert_eq!(street.told, told);
    assert!(!street.neighbourhood.as_ref().unwrap().reaches(node));
}

#[test]
fn a_neighbourhood_is_the_same_after_it_was_written_down() {
    let mut street = Street::new();
    let [_, second] = [street.appear(1).me, street.appear(101).me];
    street.knock(1, &second);
    let record = json!(street.neighbourhood);
    assert_eq!(
        serde_json::from_value::<Option<Neighbourhood>>(record).unwrap(),
        street.neighbourhood
    );
}
