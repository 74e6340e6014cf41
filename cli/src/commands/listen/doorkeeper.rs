//! Decides about what one sender offers: by the policy, by what the disk has room for, and, where that is wished for, by
//! whoever sits here.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use sharesync_peer::transfer::{Decide, Decision};
use sharesync_protocol::signaling::PeerId;
use sharesync_protocol::transfer::OfferedFile;
use tokio::sync::Mutex;

use super::policy::{Policy, Refusal};
use super::space::Space;
use super::work_of;
use crate::output::Output;
use crate::p2p::{Folder, bytes_of, event_of, say_offered};
use crate::prompt;

/// What all senders are met with.
#[derive(Clone)]
pub struct House {
    /// Where it is said what is offered and declined.
    pub output: Output,
    /// What is taken.
    pub policy: Arc<Policy>,
    /// Where it is put.
    pub folder: Folder,
    /// How much of the disk is spoken for.
    pub space: Space,
    /// Whether somebody sits here who is asked, about one sender after the other.
    pub asking: Option<Arc<Mutex<()>>>,
}

/// Decides about one sender.
pub struct Doorkeeper {
    house: House,
    member: PeerId,
}

impl Doorkeeper {
    /// The one for this sender.
    pub fn new(house: House, member: PeerId) -> Self {
        Self { house, member }
    }

    async fn admit(&self, offered: &[OfferedFile]) -> Result<(), Refusal> {
        let House { output, policy, folder, space, asking } = &self.house;
        let turn = match asking {
            Some(asking) => Some(asking.lock().await),
            None => None,
        };
        say_offered(output, Some(&self.member), offered);
        policy.judge(offered)?;
        let store = folder.store(&work_of(&self.member)).ok();
        let free = store.and_then(|store| store.free_bytes().ok()).unwrap_or_default();
        if !space.promise(&self.member, offered, free) {
            return Err(Refusal::NoSpace(bytes_of(offered)));
        }
        if turn.is_none() {
            return Ok(());
        }
        match prompt::line("Take them? [Y/n] ", "without --ask nobody is").await.as_deref() {
            Ok("" | "y" | "Y" | "yes") => Ok(()),
            _ => Err(Refusal::NotWanted),
        }
    }

    fn say_declined(&self, refusal: &Refusal) {
        let output = &self.house.output;
        let mut event = json!({ "event": "declined", "reason": refusal.code() });
        if let Some(file) = refusal.file() {
            event["file"] = json!(file);
        }
        // Where nobody can be told, nobody is.
        let _ = output.event(&event_of(Some(&self.member), event));
        output.note(format_args!("declined: {refusal}"));
    }
}

#[async_trait]
impl Decide for Doorkeeper {
    async fn decide(&self, offered: &[OfferedFile]) -> Decision {
        match self.admit(offered).await {
            Ok(()) => Decision::AcceptAll,
            Err(refusal) => {
                self.house.space.ended(&self.member);
                self.say_declined(&refusal);
                Decision::Decline
            }
        }
    }
}
