//! What is done for several files: each by itself, so that one that fails does not keep the others back.

use crate::Context;
use crate::failure::{Failure, Result};

/// Says why each was not done that was not, and fails as the first of these did.
#[derive(Default)]
pub struct Several {
    first: Option<Failure>,
}

impl Several {
    /// What became of one.
    pub fn add(&mut self, context: &Context, done: Result<()>) {
        if let Err(failure) = done {
            context.output.failed(&failure);
            // It has been said.
            self.first.get_or_insert(Failure { message: String::new(), ..failure });
        }
    }

    /// What became of all.
    pub fn end(self) -> Result<()> {
        self.first.map_or(Ok(()), Err)
    }
}
