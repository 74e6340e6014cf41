//! Keeps the connection to Redis, and the node's name alive there. A Redis that was restarted may
//! have forgotten the last that it acknowledged, and a node that was silent for too long has been
//! given up by the others; in either case what this node's sockets believe may not be so. Then it
//! begins anew, under another name, and lets all of them go: they come back by their secrets.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncTypedCommands, ErrorKind, RedisResult, Script, ScriptInvocation};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::Node;
use super::keys::{NODES, stream};
use super::letter::LETTERS;
use super::link::{Failure, connect};
use crate::address::NodeId;

/// How long to wait before trying again to reach Redis.
const RECONNECT_WAIT: Duration = Duration::from_millis(200);
/// Signs of life in the time that a node may be silent.
const BEATS_PER_LEASE: u32 = 5;

static BEAT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("beat.lua")));

/// What a node knows of itself from one connection to the next.
#[derive(Default)]
struct Life {
    /// Which run of Redis knows it; none before the first.
    run: Option<String>,
    /// Reads its letters.
    reader: Option<AbortOnDropHandle<()>>,
}

impl Node {
    /// Connects, again and again, and gives signs of life; does not return.
    pub(super) async fn keep(self: Arc<Self>) {
        let mut life = Life::default();
        let mut silent = false;
        for number in 0.. {
            match self.arrive(&mut life).await {
                Ok(redis) => {
                    tracing::info!(node = %self.name(), "Redis is reached");
                    silent = false;
                    tokio::select! {
                        () = self.link.hold(number, redis) => {}
                        () = self.beat() => self.link.break_off(),
                    }
                }
                Err(error) if !silent => {
                    tracing::warn!(%error, "Redis cannot be reached; trying again and again");
                    silent = true;
                }
                Err(_) => {}
            }
            tokio::time::sleep(RECONNECT_WAIT).await;
        }
    }

    /// Connects, and makes sure that Redis knows this node before anybody uses the connection.
    async fn arrive(self: &Arc<Self>, life: &mut Life) -> RedisResult<MultiplexedConnection> {
        let mut redis = connect(&self.config.client, Duration::ZERO).await?;
        let run = run_of(&mut redis).await?;
        let name = self.name();
        let is_known = life.run.as_ref() == Some(&run)
            && sign_of_life(name, self.config.lease, "").invoke_async(&mut redis).await?;
        if is_known {
            return Ok(redis);
        }
        match life.run.replace(run) {
            None => self.introduce(&mut redis, name, life).await?,
            Some(_) => self.begin_anew(&mut redis, life).await?,
        }
        Ok(redis)
    }

    /// Makes the node known, with an empty stream that it reads from now on.
    async fn introduce(
        self: &Arc<Self>,
        redis: &mut MultiplexedConnection,
        name: NodeId,
        life: &mut Life,
    ) -> RedisResult<()> {
        let no_letters = [(LETTERS, "[]")];
        let _: Option<String> = redis.xadd(stream(name), "*", &no_letters).await?;
        sign_of_life(name, self.config.lease, "new").invoke_async::<bool>(redis).await?;
        let reader = tokio::spawn(Arc::clone(self).read_letters(name));
        life.reader = Some(AbortOnDropHandle::new(reader));
        Ok(())
    }

    /// Becomes another node, without sockets.
    async fn begin_anew(
        self: &Arc<Self>,
        redis: &mut MultiplexedConnection,
        life: &mut Life,
    ) -> RedisResult<()> {
        tracing::warn!("this node was given up, or Redis restarted: letting all sockets go");
        let before = self.name();
        let name = NodeId::draw();
        self.introduce(redis, name, life).await?;
        self.rename(name);
        self.desk.clear();
        self.post.let_all_go();
        redis.zadd(NODES, before.to_string(), 0).await?;
        Ok(())
    }

    /// Gives signs of life until the connection breaks or the node has been given up.
    async fn beat(&self) {
        let lease = self.config.lease;
        let since = Instant::now();
        let mut ticks = tokio::time::interval(lease / BEATS_PER_LEASE);
        loop {
            ticks.tick().await;
            // After Redis was out of reach, the others may need a moment to come back.
            let role = if since.elapsed() > lease { "judge" } else { "" };
            match self.link.run(&sign_of_life(self.name(), lease, role)).await {
                Ok(true) | Err(Failure::NotDone) => {}
                Ok(false) | Err(Failure::Unknown) => return,
            }
        }
    }
}

fn sign_of_life(node: NodeId, lease: Duration, role: &str) -> ScriptInvocation<'static> {
    let mut beat = BEAT.prepare_invoke();
    let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
    beat.key(NODES).arg(node.to_string()).arg(lease_ms).arg(role);
    beat
}

/// Which run of Redis this is.
async fn run_of(redis: &mut MultiplexedConnection) -> RedisResult<String> {
    let info: String = redis::cmd("INFO").arg("server").query_async(redis).await?;
    let run = info.lines().find_map(|line| line.strip_prefix("run_id:"));
    let run = run.ok_or((ErrorKind::UnexpectedReturnType, "INFO tells no run_id"))?;
    Ok(run.trim().to_owned())
}
