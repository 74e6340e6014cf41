//! How often people may do what costs something or can be guessed at: named limits, in memory or, with `REDIS_URL`,
//! on all nodes together. Asked before the handlers, by `http::limiting`.

use std::time::Duration;

use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::{Allowance, Rate, TooOften};
use sharesync_service_kit::redis_client;
use sharesync_service_kit::shared_limiter::{LimitStore, SharedLimiter};

/// Something that is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Trying a password or a second factor, from one network.
    SignIn,
    /// Trying a code of a second factor, for one account.
    SecondFactor,
    /// Making accounts, from one network.
    SignUp,
    /// Having mail sent, and trying what was mailed, from one network.
    Reset,
    /// Having computers ask to be let in, from one network.
    DeviceLogin,
    /// Asking whether a computer was let in, from one network.
    DevicePoll,
    /// Trying codes that computers show, for one account, and from one network.
    DeviceCode,
    /// Storing files.
    Upload,
    /// Asking for files.
    Download,
    /// Trying the password of a share link, from one network.
    SharePassword,
}

impl Limit {
    /// All of them, in the order in which they are declared.
    pub const ALL: [Self; 10] = [
        Self::SignIn,
        Self::SecondFactor,
        Self::SignUp,
        Self::Reset,
        Self::DeviceLogin,
        Self::DevicePoll,
        Self::DeviceCode,
        Self::Upload,
        Self::Download,
        Self::SharePassword,
    ];

    /// Whether somebody known counts as themselves, wherever they are. What strangers guess at or ask for is
    /// counted by network alone: an account more is no guess more.
    pub fn is_by_account(self) -> bool {
        matches!(
            self,
            Self::SignIn | Self::SecondFactor | Self::DeviceCode | Self::Upload | Self::Download
        )
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SecondFactor => "second-factor",
            Self::SignUp => "sign-up",
            Self::Reset => "reset",
            Self::DeviceLogin => "device-login",
            Self::DevicePoll => "device-poll",
            Self::DeviceCode => "device-code",
            Self::Upload => "upload",
            Self::Download => "download",
            Self::SharePassword => "share-password",
        }
    }

    /// The variable that sets it, to a rate or to `off`.
    fn variable(self) -> String {
        format!("RATE_LIMIT_{}", self.name().to_ascii_uppercase().replace('-', "_"))
    }

    /// What it is unless set: room for an office behind one address, none for a machine that guesses.
    fn default(self) -> Rate {
        const MINUTE: Duration = Duration::from_mins(1);
        match self {
            Self::SecondFactor => Rate::per(20, Duration::from_hours(1)),
            Self::SignIn | Self::SignUp => Rate::per(60, MINUTE),
            Self::Reset | Self::SharePassword | Self::DeviceLogin => Rate::per(30, MINUTE),
            // Two for each computer. A code has 34 bits and lasts ten minutes (RFC 8628 §5.1).
            Self::DeviceCode => Rate::per(120, Duration::from_hours(1)),
            Self::Upload => Rate::per(240, MINUTE),
            Self::Download | Self::DevicePoll => Rate::per(600, MINUTE),
        }
    }
}

/// The limits as the environment has them.
pub struct LimitRates {
    rates: Vec<(Limit, Option<Rate>)>,
    redis: Option<LimitStore>,
}

impl LimitRates {
    /// Reads the variables. Errors name the one at fault.
    pub fn read(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let rate = |limit: Limit| {
            Rate::read(var, &limit.variable(), limit.default()).map(|rate| (limit, rate))
        };
        let rates: Result<_, _> = Limit::ALL.into_iter().map(rate).collect();
        Ok(Self { rates: rates?, redis: redis_client::read(var)?.map(LimitStore::new) })
    }

    /// Ready to count.
    pub fn start(self, clock: &Clock) -> Limits {
        let limiter = |(limit, rate): (Limit, Option<Rate>)| {
            rate.map(|rate| SharedLimiter::new(limit.name(), rate, clock, self.redis.clone()))
        };
        Limits(self.rates.into_iter().map(limiter).collect())
    }
}

/// Counts.
pub struct Limits(Vec<Option<SharedLimiter>>);

/// What a limit says to a use.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// How often at all.
    pub rate: Rate,
    /// How often still, or when again.
    pub outcome: Result<Allowance, TooOften>,
}

impl Limits {
    /// Counts one use by whoever `key` stands for; `None` where nothing is limited.
    pub async fn count(&self, limit: Limit, key: &str) -> Option<Counted> {
        let limiter = self.0[limit as usize].as_ref()?;
        Some(Counted { rate: limiter.rate(), outcome: limiter.check(key).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stands_where_its_number_says() {
        for (index, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, index);
        }
    }

    #[test]
    fn every_limit_has_a_variable_and_can_be_taken_away() {
        for limit in Limit::ALL {
            let name = limit.variable();
            for (value, expected) in
                [("off", None), ("5/min", Some(Rate::per(5, Duration::from_mins(1))))]
            {
                let var = |asked: &str| (asked == name).then(|| value.to_owned());
                let rates = LimitRates::read(&var).unwrap().rates;
                assert_eq!(rates[limit as usize], (limit, expected));
            }
            let var = |asked: &str| (asked == name).then(|| "often".to_owned());
            let error = LimitRates::read(&var).err().unwrap();
            assert!(format!("{error:#}").starts_with(&name), "{error:#}");
        }
    }
}
