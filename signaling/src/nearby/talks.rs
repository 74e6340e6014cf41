//! Knocks from one device to another: pure state, like what is around it. What the two say to each
//! other is brought across by the knock's id, until either ends it or is gone.

use std::collections::HashMap;
use std::hash::Hash;

use rand::CryptoRng;
use sharesync_protocol::code::KnockId;

use crate::rooms::random_id;

/// A knock ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended<K> {
    /// Which.
    pub(crate) knock: KnockId,
    /// The other of the two, who is to be told.
    pub(crate) tell: K,
}

/// Every knock under way.
#[derive(Debug)]
pub(crate) struct Talks<K> {
    under_way: HashMap<KnockId, Parties<K>>,
    /// Everybody's own knock, one at most: so there are never more knocks than sockets.
    own: HashMap<K, KnockId>,
}

#[derive(Clone, Copy, Debug)]
struct Parties<K> {
    knocker: K,
    other: K,
}

impl<K: Copy + Eq + Hash> Talks<K> {
    /// No knocks yet.
    pub(crate) fn new() -> Self {
        Self { under_way: HashMap::new(), own: HashMap::new() }
    }

    /// Begins a knock, which ends the knocker's own before.
    pub(crate) fn begin(
        &mut self,
        knocker: K,
        other: K,
        rng: &mut impl CryptoRng,
    ) -> (KnockId, Option<Ended<K>>) {
        let before = self.own.get(&knocker).cloned().and_then(|own| self.end(knocker, &own));
        let knock = KnockId(random_id(rng));
        self.under_way.insert(knock.clone(), Parties { knocker, other });
        self.own.insert(knocker, knock.clone());
        (knock, before)
    }

    /// Whom a message of `key`'s about a knock goes to: the other of the two. None where `key` has
    /// part in no such knock.
    pub(crate) fn route(&self, key: K, knock: &KnockId) -> Option<K> {
        match self.under_way.get(knock) {
            Some(parties) if parties.knocker == key => Some(parties.other),
            Some(parties) if parties.other == key => Some(parties.knocker),
            _ => None,
        }
    }

    /// Ends a knock that `key` has part in, if there is one.
    pub(crate) fn end(&mut self, key: K, knock: &KnockId) -> Option<Ended<K>> {
        let tell = self.route(key, knock)?;
        if let Some(parties) = self.under_way.remove(knock) {
            self.own.remove(&parties.knocker);
        }
        Some(Ended { knock: knock.clone(), tell })
    }

    /// Ends all that `key` has part in: its socket is no more.
    pub(crate) fn gone(&mut self, key: K) -> Vec<Ended<K>> {
        // Looks at every knock, of which there are few: each lasts for minutes at most.
        let its = |parties: &Parties<K>| parties.knocker == key || parties.other == key;
        let ending = self.under_way.iter().filter(|(_, parties)| its(parties));
        let ending: Vec<KnockId> = ending.map(|(knock, _)| knock.clone()).collect();
        ending.iter().filter_map(|knock| self.end(key, knock)).collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn talks() -> (Talks<u32>, StdRng) {
        (Talks::new(), StdRng::seed_from_u64(1))
    }

    fn ended(knock: &KnockId, tell: u32) -> Ended<u32> {
        Ended { knock: knock.clone(), tell }
    }

    #[test]
    fn the_two_reach_each_other_and_nobody_else_does() {
        let (mut talks, mut rng) = talks();
        let (knock, before) = talks.begin(1, 2, &mut rng);
        let (other, _) = talks.begin(3, 4, &mut rng);
        assert_eq!((knock.0.len(), before), (22, None));
        assert_eq!((talks.route(1, &knock), talks.route(2, &knock)), (Some(2), Some(1)));
        for stranger in [3, 4, 5] {
            assert_eq!(talks.route(stranger, &knock), None);
            assert_eq!(talks.end(stranger, &knock), None);
        }
        assert_eq!(talks.route(4, &other), Some(3));
    }

    #[test]
    fn either_may_end_a_knock() {
        let (mut talks, mut rng) = talks();
        for (one, other) in [(1, 2), (2, 1)] {
            let (knock, _) = talks.begin(1, 2, &mut rng);
            assert_eq!(talks.end(one, &knock), Some(ended(&knock, other)));
            assert_eq!(talks.end(other, &knock), None);
            assert_eq!(talks.route(other, &knock), None);
        }
        assert!(talks.under_way.is_empty() && talks.own.is_empty());
    }

    #[test]
    fn whoever_knocks_again_ends_its_knock_before_and_no_other() {
        let (mut talks, mut rng) = talks();
        let (at_me, _) = talks.begin(3, 9, &mut rng);
        let (before, _) = talks.begin(9, 1, &mut rng);
        let (knock, ending) = talks.begin(9, 2, &mut rng);
        assert_eq!(ending, Some(ended(&before, 1)));
        assert_eq!(talks.route(1, &before), None);
        assert_eq!(talks.route(9, &knock), Some(2));
        assert_eq!(talks.route(9, &at_me), Some(3));
    }

    #[test]
    fn a_socket_that_goes_ends_all_it_has_part_in() {
        let (mut talks, mut rng) = talks();
        let (began, _) = talks.begin(1, 7, &mut rng);
        let (heard, _) = talks.begin(2, 1, &mut rng);
        let (others, _) = talks.begin(3, 4, &mut rng);
        let mut ending = talks.gone(1);
        ending.sort_by_key(|ended| ended.tell);
        assert_eq!(ending, [ended(&heard, 2), ended(&began, 7)]);
        assert_eq!(talks.gone(1), []);
        assert_eq!(talks.route(3, &others), Some(4));
    }
}
