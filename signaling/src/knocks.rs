//! Short codes and the knocks at them: pure state. No sockets and no rooms; randomness is passed
//! in.
//!
//! A member of a room (the holder) opens a code, whose nameplate it reads out to somebody. That
//! somebody (the knocker) knocks at the nameplate, which takes it out of use, so that a code allows
//! one guess. What the two then say to each other is brought across by the knock's id. Called by
//! [`crate::hub`], which knows the sockets by their keys.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use rand::{CryptoRng, RngExt};
use sharesync_protocol::signaling::{KnockId, NAMEPLATE_DIGITS, Nameplate, RefusalCode};

use crate::rooms::random_id;

/// Why a code could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KnockError {
    #[error("There is no such code, or it has been used. Ask for a new one.")]
    UnknownCode,
    #[error("This knock has ended, or never was.")]
    UnknownKnock,
}

impl KnockError {
    /// What a program is told.
    pub(crate) fn code(self) -> RefusalCode {
        match self {
            Self::UnknownCode => RefusalCode::UnknownCode,
            Self::UnknownKnock => RefusalCode::UnknownKnock,
        }
    }
}

/// Somebody knocked.
#[derive(Debug)]
pub(crate) struct Knocked<K> {
    /// The knock.
    pub(crate) knock: KnockId,
    /// Who holds the code.
    pub(crate) holder: K,
    /// The knocker's knock elsewhere, which has ended by this one.
    pub(crate) before: Option<Ended<K>>,
}

/// A knock ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended<K> {
    /// Which.
    pub(crate) knock: KnockId,
    /// The other of the two, who is to be told.
    pub(crate) tell: K,
}

/// Every open code, and every knock under way.
#[derive(Debug)]
pub(crate) struct Knocks<K> {
    /// Whose code a nameplate is.
    codes: HashMap<Nameplate, K>,
    /// Everybody's open code, one at most.
    open: HashMap<K, Nameplate>,
    under_way: HashMap<KnockId, Parties<K>>,
    /// Everybody's own knock, one at most: so there are never more knocks than sockets.
    own: HashMap<K, KnockId>,
}

#[derive(Clone, Copy, Debug)]
struct Parties<K> {
    knocker: K,
    holder: K,
}

impl<K: Copy + Eq + Hash> Knocks<K> {
    /// No codes yet.
    pub(crate) fn new() -> Self {
        Self {
            codes: HashMap::new(),
            open: HashMap::new(),
            under_way: HashMap::new(),
            own: HashMap::new(),
        }
    }

    /// Opens a code of `holder`'s, in place of the one that it had open.
    pub(crate) fn open(&mut self, holder: K, rng: &mut impl CryptoRng) -> Nameplate {
        self.close(holder);
        let numbers = numbers_for(self.codes.len());
        loop {
            let nameplate = Nameplate(rng.random_range(numbers.clone()).to_string());
            // Half of the numbers are free at least: this ends.
            if let Entry::Vacant(free) = self.codes.entry(nameplate.clone()) {
                free.insert(holder);
                self.open.insert(holder, nameplate.clone());
                return nameplate;
            }
        }
    }

    /// Takes `holder`'s open code out of use, if there is one.
    pub(crate) fn close(&mut self, holder: K) {
        if let Some(nameplate) = self.open.remove(&holder) {
            self.codes.remove(&nameplate);
        }
    }

    /// Knocks at a nameplate, which takes it out of use.
    pub(crate) fn knock(
        &mut self,
        knocker: K,
        nameplate: &Nameplate,
        rng: &mut impl CryptoRng,
    ) -> Result<Knocked<K>, KnockError> {
        let holder = self.codes.remove(nameplate).ok_or(KnockError::UnknownCode)?;
        self.open.remove(&holder);
        let before = self.own.get(&knocker).cloned().and_then(|own| self.end(knocker, &own).ok());
        let knock = KnockId(random_id(rng));
        self.under_way.insert(knock.clone(), Parties { knocker, holder });
        self.own.insert(knocker, knock.clone());
        Ok(Knocked { knock, holder, before })
    }

    /// Whom a message of `key`'s about a knock goes to: the other of the two.
    pub(crate) fn route(&self, key: K, knock: &KnockId) -> Result<K, KnockError> {
        match self.under_way.get(knock) {
            Some(parties) if parties.knocker == key => Ok(parties.holder),
            Some(parties) if parties.holder == key => Ok(parties.knocker),
            _ => Err(KnockError::UnknownKnock),
        }
    }

    /// Ends a knock that `key` has part in.
    pub(crate) fn end(&mut self, key: K, knock: &KnockId) -> Result<Ended<K>, KnockError> {
        let tell = self.route(key, knock)?;
        if let Some(parties) = self.under_way.remove(knock) {
            self.own.remove(&parties.knocker);
        }
        Ok(Ended { knock: knock.clone(), tell })
    }

    /// Takes `holder`'s code out of use and ends all knocks at its codes: it is no member any more.
    pub(crate) fn shut(&mut self, holder: K) -> Vec<Ended<K>> {
        self.close(holder);
        // Looks at every knock, of which there are few: each lasts for seconds.
        let at_its_codes = self.under_way.iter().filter(|(_, parties)| parties.holder == holder);
        let ending: Vec<KnockId> = at_its_codes.map(|(knock, _)| knock.clone()).collect();
        ending.iter().filter_map(|knock| self.end(holder, knock).ok()).collect()
    }

    /// Ends all that `key` has part in: its socket is no more.
    pub(crate) fn gone(&mut self, key: K) -> Vec<Ended<K>> {
        let mut ended = self.shut(key);
        let own = self.own.get(&key).cloned();
        ended.extend(own.and_then(|own| self.end(key, &own).ok()));
        ended
    }
}

/// The numbers that a new nameplate is drawn from while so many are taken: those of as few digits
/// as leave half of them free. None begins with a zero, which people leave out.
fn numbers_for(taken: usize) -> std::ops::Range<u64> {
    let mut least = 10_u64.pow(NAMEPLATE_DIGITS - 1);
    while taken as u64 * 2 >= least * 9 {
        least *= 10;
    }
    least..least * 10
}

#[cfg(test)]
mod tests;
