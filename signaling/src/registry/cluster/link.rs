//! The connection to Redis: there or not there. While it is not, nothing is sent and everybody is
//! told so at once; `keeper` makes it again, and looks what has become of things before anybody
//! else may use it.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    ScriptInvocation,
};
use tokio::sync::watch;

/// How long Redis may take to take a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long it may take to answer, besides the time that it is asked to wait.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(4);

/// The connection that all share.
pub(super) struct Link(watch::Sender<Option<Connection>>);

#[derive(Clone)]
struct Connection {
    /// Which of all that there have been: it is not the later ones' fault when it breaks.
    number: u64,
    redis: MultiplexedConnection,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It was not, for sure.
    NotDone,
    /// Or it was: the connection broke before that was known.
    Unknown,
}

/// Connects to Redis, which will be asked to wait for so long with an answer.
pub(super) async fn connect(
    client: &redis::Client,
    wait: Duration,
) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(ANSWER_TIMEOUT + wait));
    client.get_multiplexed_async_connection_with_config(&config).await
}

impl Link {
    /// No connection yet.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Whether there is a connection.
    pub(super) fn is_there(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Lets everybody use a connection, the one of that number; returns once it has broken.
    pub(super) async fn hold(&self, number: u64, redis: MultiplexedConnection) {
        self.0.send_replace(Some(Connection { number, redis }));
        let mut watched = self.0.subscribe();
        // The sender lives as long as we do.
        let _ = watched.wait_for(Option::is_none).await;
    }

    /// Lets nobody use a connection any more.
    pub(super) fn break_off(&self) {
        self.0.send_replace(None);
    }

    /// Has one command carried out.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Failure> {
        let mut connection = self.connection()?;
        let answer = command.query_async(&mut connection.redis).await;
        answer.map_err(|error| self.failure(&connection, &error))
    }

    /// Has several commands carried out, without anybody else's being kept from coming between.
    pub(super) async fn ask_all<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
    ) -> Result<T, Failure> {
        let mut connection = self.connection()?;
        let answer = commands.query_async(&mut connection.redis).await;
        answer.map_err(|error| self.failure(&connection, &error))
    }

    /// Has a script run.
    pub(super) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        let mut connection = self.connection()?;
        let answer = script.invoke_async(&mut connection.redis).await;
        answer.map_err(|error| self.failure(&connection, &error))
    }

    fn connection(&self) -> Result<Connection, Failure> {
        self.0.borrow().clone().ok_or(Failure::NotDone)
    }

    /// What an error means, which may be the end of the connection.
    fn failure(&self, connection: &Connection, error: &RedisError) -> Failure {
        if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) {
            tracing::error!(%error, "Redis refuses");
            return Failure::NotDone;
        }
        let broke = self.0.send_if_modified(|slot| {
            slot.take_if(|other| other.number == connection.number).is_some()
        });
        if broke {
            tracing::warn!(%error, "the connection to Redis broke");
        }
        Failure::Unknown
    }
}
