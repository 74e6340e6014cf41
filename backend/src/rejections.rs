//! Requests that were refused, by why, until somebody writes them down. In memory: whoever asks too often is not to be
//! given a write of the database for each question. Noted by the router, taken by the job that writes them down.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use sharesync_protocol::api::ProblemCode;

use crate::error::{Error, Result};

/// How many, by why; clones are the same.
#[derive(Clone, Default)]
pub struct Rejections(Arc<Mutex<HashMap<ProblemCode, i64>>>);

impl Rejections {
    /// One more request was refused.
    fn note(&self, code: ProblemCode) {
        // Sound at every step.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// Those that were refused since this was last asked.
    pub fn take(&self) -> HashMap<ProblemCode, i64> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written down.
    pub fn put_back(&self, taken: HashMap<ProblemCode, i64>) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (code, count) in taken {
            *noted.entry(code).or_default() += count;
        }
    }
}

/// How a code is written down.
pub fn name_of(code: ProblemCode) -> Result<String> {
    match serde_json::to_value(code) {
        Ok(Value::String(name)) => Ok(name),
        other => Err(Error::internal(format!("{code:?} has no name: {other:?}"))),
    }
}

/// The code of that name; none where there is none any more.
pub fn named(name: String) -> Option<ProblemCode> {
    serde_json::from_value(Value::String(name)).ok()
}

/// Notes why an answer refuses what was asked, where it does.
pub async fn note(State(rejections): State<Rejections>, answer: Response) -> Response {
    if let Some(code) = answer.extensions().get::<ProblemCode>() {
        rejections.note(*code);
    }
    answer
}
