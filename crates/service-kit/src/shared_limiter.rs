//! Rate limits that several nodes share through Redis, or that one has for itself in memory. Used by whoever limits
//! people by address or account.
//!
//! While Redis is away, each node counts for itself, and says so in the log; nobody is kept waiting for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Script;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::limiter::{Allowance, KeyedLimiter, Rate, TooOften};

/// How long Redis may take before a limit is counted here.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long it is left alone after it did not answer.
const REST: Duration = Duration::from_secs(1);

/// Where limits are counted together.
#[derive(Clone)]
pub struct LimitStore(Arc<Store>);

struct Store {
    client: redis::Client,
    connection: OnceCell<ConnectionManager>,
    script: Script,
    /// Until when it is left alone.
    resting: Mutex<Option<Instant>>,
    is_away: AtomicBool,
}

/// Limits each of many by itself, on all nodes together.
pub struct SharedLimiter {
    name: &'static str,
    rate: Rate,
    memory: KeyedLimiter<String>,
    store: Option<LimitStore>,
}

impl LimitStore {
    /// A Redis, which need not be there yet.
    pub fn new(client: redis::Client) -> Self {
        Self(Arc::new(Store {
            client,
            connection: OnceCell::new(),
            script: Script::new(include_str!("gcra.lua")),
            resting: Mutex::default(),
            is_away: AtomicBool::new(false),
        }))
    }

    /// Counts one use; `None` where Redis is away.
    async fn count(&self, key: &str, rate: Rate) -> Option<Result<Allowance, TooOften>> {
        let store = &*self.0;
        let resting = || store.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if resting().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let interval = u64::try_from(rate.interval().as_micros()).unwrap_or(u64::MAX).max(1);
        let counted = tokio::time::timeout(PATIENCE, async {
            let mut connection = store.connection().await?;
            let mut use_once = store.script.key(key);
            use_once.arg(interval).arg(rate.burst());
            use_once.invoke_async::<(bool, u64)>(&mut connection).await
        });
        let failure = match counted.await {
            Ok(Ok((allowed, number))) => {
                *resting() = None;
                if store.is_away.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis is back: limits are counted on all nodes together");
                }
                return Some(if allowed {
                    Ok(Allowance { remaining: u32::try_from(number).unwrap_or(u32::MAX) })
                } else {
                    Err(TooOften { retry_after: Duration::from_micros(number) })
                });
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        *resting() = Some(Instant::now() + REST);
        if !store.is_away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%failure, "Redis is away: each node counts limits for itself");
        }
        None
    }
}

impl Store {
    async fn connection(&self) -> redis::RedisResult<ConnectionManager> {
        let connection = self.connection.get_or_try_init(|| {
            let config = ConnectionManagerConfig::new()
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE))
                .set_number_of_retries(1);
            ConnectionManager::new_with_config(self.client.clone(), config)
        });
        connection.await.cloned()
    }
}

impl SharedLimiter {
    /// A limiter of that name; names are what tells limits apart in Redis.
    pub fn new(name: &'static str, rate: Rate, clock: &Clock, store: Option<LimitStore>) -> Self {
        Self { name, rate, memory: KeyedLimiter::new(rate, clock), store }
    }

    /// How often each may.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Counts one use by `key`, unless it comes too early.
    pub async fn check(&self, key: &str) -> Result<Allowance, TooOften> {
        if let Some(store) = &self.store {
            let key = format!("sharesync:limit:{}:{key}", self.name);
            if let Some(counted) = store.count(&key, self.rate).await {
                return counted;
            }
        }
        self.memory.check(&key.to_owned())
    }
}
