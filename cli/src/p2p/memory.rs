//! Rooms that are not over, remembered so that the same command comes back to them after it was killed: as the member that
//! it was, with the key that stands in the link. The files hold secrets, and nobody else may read them.

use serde::{Deserialize, Serialize};

use crate::Context;
use crate::config::Server;
use crate::failure::Result;
use crate::state_file::StateFile;

/// What is remembered of a room.
#[derive(Clone, Deserialize, Serialize)]
pub struct Remembered {
    /// The room.
    pub room: String,
    /// Its key.
    pub key: String,
    /// What gives our place there back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
}

/// What is remembered by one command with certain arguments.
pub struct Memory(Option<StateFile>);

impl Memory {
    /// That of a command, by what tells it from others. Where the same command runs already, nothing is remembered.
    pub fn of(context: &Context, server: &Server, identity: &impl std::fmt::Debug) -> Result<Self> {
        let folder = context.places.state_folder("rooms")?;
        let identity = format!("{} {identity:?}", server.name());
        Ok(Self(StateFile::open(&folder, &identity)?))
    }

    /// The room from before; none where nothing whole is remembered.
    pub fn room(&self) -> Option<Remembered> {
        serde_json::from_str(self.0.as_ref()?.text()).ok()
    }

    /// Remembers a room.
    pub fn keep(&mut self, room: &Remembered) -> Result<()> {
        let text = serde_json::to_string(room).expect("texts are JSON");
        self.0.as_mut().map_or(Ok(()), |file| file.keep(text))
    }

    /// It is over.
    pub fn forget(&mut self) {
        if let Some(file) = &mut self.0 {
            file.forget();
        }
    }
}
