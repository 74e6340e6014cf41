//! What whoever sits at the terminal wants of a transfer: Ctrl-C ends it so that the other side hears of it, a second one
//! at once; Ctrl-Z pauses it until the process goes on.

use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};
use sharesync_peer::transfer::Steering;
use tokio::signal::unix::{Signal as SignalStream, SignalKind, signal};
use tokio::time::sleep;

use crate::failure::{Failure, Result};

/// How long the other side has to be told of a pause before this process stands still.
const TELLING: Duration = Duration::from_millis(200);

/// Listens for signals.
pub struct Wishes {
    interrupt: SignalStream,
    terminate: SignalStream,
    stop: SignalStream,
    steering: Steering,
    ended: bool,
    /// It is to end at once.
    hurried: bool,
}

impl Wishes {
    /// Steers these transfers from now on.
    pub fn listen(steering: Steering) -> Result<Self> {
        let listen =
            |kind| signal(kind).map_err(|error| Failure::local("listen for signals", error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            stop: listen(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            steering,
            ended: false,
            hurried: false,
        })
    }

    /// Whether somebody has wanted it to end.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Hears the next wish, and does it. Fails where it is to end at once. Safe to drop while it waits.
    pub async fn hear(&mut self) -> Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => self.end(),
            _ = self.terminate.recv() => self.end(),
            _ = self.stop.recv() => {
                self.pause().await;
                Ok(())
            }
        }
    }

    /// Waits for something, unless it is to end at once.
    pub async fn unless_hurried(&mut self, what: impl Future<Output = ()>) {
        let mut what = std::pin::pin!(what);
        while !self.hurried {
            tokio::select! {
                () = &mut what => return,
                // What it says of that is known by now.
                _ = self.hear() => {}
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.ended, true) {
            self.hurried = true;
            return Err(Failure::interrupted());
        }
        self.steering.cancel();
        Ok(())
    }

    async fn pause(&self) {
        self.steering.pause(true);
        sleep(TELLING).await;
        // Returns when the process is let go on.
        let _ = kill_process(getpid(), Signal::STOP);
        self.steering.pause(false);
    }
}
