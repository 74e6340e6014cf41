use rand::SeedableRng;
use rand::rngs::StdRng;
use sharesync_service_kit::client_addr::ClientAddr;

use super::*;

/// Numbered devices, and a source of randomness that is the same in every run.
struct Neighbourhood {
    nearby: Nearby<u32>,
    rng: StdRng,
}

const HERE: &str = "192.0.2.1";

impl Neighbourhood {
    fn new(of_each: usize) -> Self {
        Self { nearby: Nearby::new(of_each), rng: StdRng::seed_from_u64(1) }
    }

    fn appear_at(&mut self, key: u32, address: &str) -> Result<Sighted<u32>, NearbyError> {
        let network = ClientAddr(address.parse().unwrap()).network();
        let name = format!("device {key}").try_into().unwrap();
        let appear = Appear { name, platform: None };
        self.nearby.appear(key, network, appear, &mut self.rng)
    }

    fn appear(&mut self, key: u32) -> Sighted<u32> {
        self.appear_at(key, HERE).unwrap()
    }

    fn is_empty(&self) -> bool {
        let Nearby { of_each: _, networks, whereabouts } = &self.nearby;
        networks.is_empty() && whereabouts.is_empty()
    }
}

#[test]
fn devices_of_one_network_see_each_other() {
    let mut street = Neighbourhood::new(9);
    let first = street.appear(1);
    assert_eq!((first.devices, first.tell, first.before), (vec![], vec![], None));
    let second = street.appear(2);
    assert_eq!((second.devices, second.tell), (vec![first.me.clone()], vec![1]));
    let third = street.appear(3);
    assert_eq!((third.devices, third.tell), (vec![first.me, second.me], vec![1, 2]));
}

#[test]
fn devices_of_other_networks_neither_see_nor_find_each_other() {
    let mut street = Neighbourhood::new(9);
    let here = street.appear_at(1, HERE).unwrap();
    let away = street.appear_at(2, "192.0.2.2").unwrap();
    assert_eq!((away.devices, away.tell), (vec![], vec![]));
    assert_eq!(street.nearby.find(1, &away.me.id), Err(NearbyError::UnknownDevice));
    assert_eq!(street.nearby.find(2, &here.me.id), Err(NearbyError::UnknownDevice));
    assert!(street.nearby.disappear(1).unwrap().tell.is_empty());
}

#[test]
fn an_ipv6_network_is_a_64() {
    let mut street = Neighbourhood::new(9);
    let first = street.appear_at(1, "2001:db8:1:2::1").unwrap();
    let second = street.appear_at(2, "2001:db8:1:2:ffff::9").unwrap();
    let other = street.appear_at(3, "2001:db8:1:3::1").unwrap();
    assert_eq!(second.devices, [first.me]);
    assert_eq!(other.devices, []);
}

#[test]
fn a_device_is_found_by_those_who_see_it_and_themselves_are_seen() {
    let mut street = Neighbourhood::new(9);
    let [first, second] = [street.appear(1), street.appear(2)];
    let found = street.nearby.find(1, &second.me.id);
    assert_eq!(found, Ok(Found { from: first.me.clone(), to: 2 }));
    assert_eq!(street.nearby.find(3, &second.me.id), Err(NearbyError::NotAppeared));
    assert_eq!(street.nearby.find(1, &first.me.id), Err(NearbyError::UnknownDevice));
    let guess = DeviceId("A".repeat(22));
    assert_eq!(street.nearby.find(1, &guess), Err(NearbyError::UnknownDevice));
}

#[test]
fn a_device_that_disappears_is_not_found_and_finds_nobody() {
    let mut street = Neighbourhood::new(9);
    let [first, second] = [street.appear(1), street.appear(2)];
    let gone = street.nearby.disappear(1);
    assert_eq!(gone, Some(Gone { device: first.me.clone(), tell: vec![2] }));
    assert_eq!(street.nearby.disappear(1), None);
    assert_eq!(street.nearby.find(2, &first.me.id), Err(NearbyError::UnknownDevice));
    assert_eq!(street.nearby.find(1, &second.me.id), Err(NearbyError::NotAppeared));
    street.nearby.disappear(2);
    assert!(street.is_empty());
}

#[test]
fn an_id_says_nothing_and_is_another_each_time() {
    let mut street = Neighbourhood::new(9);
    street.appear(2);
    let first = street.appear(1).me;
    let again = street.appear(1);
    assert_eq!((first.id.0.len(), again.me.id.0.len()), (22, 22));
    assert_ne!(first.id, again.me.id);
    assert_eq!(again.before, Some(Gone { device: first.clone(), tell: vec![2] }));
    assert_eq!(again.tell, [2]);
    assert_eq!(street.nearby.find(2, &first.id), Err(NearbyError::UnknownDevice));
}

#[test]
fn a_network_has_so_many_places_and_others_have_their_own() {
    let mut street = Neighbourhood::new(2);
    street.appear(1);
    street.appear(2);
    assert_eq!(street.appear_at(3, HERE).unwrap_err(), NearbyError::TooManyDevices);
    street.appear_at(4, "192.0.2.2").unwrap();
    street.appear(2);
    street.nearby.disappear(1);
    street.appear(3);
}
