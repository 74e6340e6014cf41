//! Framing: where a request ends and the next begins. One that two parsers could read as two
//! different requests is how requests are smuggled past a proxy (RFC 9112 §11.2), so it is refused
//! and its connection closed. Called by the accept loop, with a [`Wire`] for each connection.
//!
//! hyper refuses most of it: folded fields, lengths that differ, codings that are unknown. Two
//! things it lets through. A second `Host` (§3.2) stands in the request for anybody to see. Of a
//! `Content-Length` beside a `Transfer-Encoding` (§6.3) hyper believes the coding, and takes the
//! length out before the request is seen. So the bytes of a head are kept as they come in, and
//! where a request has a `Transfer-Encoding` they are read a second time: if the head has more
//! fields than the request, one was taken out.
//!
//! From when on to keep them, hyper knows: after a request whose body nobody read, it reads to the
//! end of that body first. When it turns to the next head it starts that head's timer, which is
//! the sign ([`HeadTimer`]). Where a client sends its next request without awaiting an answer
//! (pipelining), hyper may have read the beginning of that one by then, and it cannot be read a
//! second time: with a `Transfer-Encoding` such a request is refused too.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{Request, header};
use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::net::TcpStream;
use tokio_util::io::InspectReader;

use crate::error::{Error, Result};

/// Bytes kept of a head. A longer one is refused where it has a `Transfer-Encoding`.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Fields of a head: as many as hyper takes.
const MAX_FIELDS: usize = 100;

/// What came in over a connection since a head was awaited; nothing while none is.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<Option<Vec<u8>>>>);

impl Wire {
    /// The connection's stream, heard by this.
    pub fn tap(
        &self,
        stream: TcpStream,
    ) -> InspectReader<TcpStream, impl FnMut(&[u8]) + Unpin + use<>> {
        let wire = self.clone();
        InspectReader::new(stream, move |bytes| wire.keep(bytes))
    }

    /// The timer to give to hyper for this connection.
    pub fn timer(&self) -> HeadTimer {
        HeadTimer { wire: self.clone(), timer: TokioTimer::new() }
    }

    /// Makes sure that a request, whose head is the one that was awaited, can be read in one way
    /// only. [`Error::BadRequest`] where it cannot, or where that cannot be told.
    pub fn check<B>(&self, request: &Request<B>) -> Result<()> {
        let heard = self.replace(None);
        let fields = request.headers();
        if fields.get_all(header::HOST).iter().count() > 1 {
            return Err(Error::BadRequest("more than one Host header".into()));
        }
        if fields.contains_key(header::TRANSFER_ENCODING)
            && !heard.is_some_and(|bytes| begin_with_head_of(fields.len(), &bytes))
        {
            return Err(Error::BadRequest("it is not clear where the body ends".into()));
        }
        Ok(())
    }

    fn keep(&self, bytes: &[u8]) {
        if let Some(head) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let room = MAX_HEAD_BYTES - head.len();
            head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    fn replace(&self, heard: Option<Vec<u8>>) -> Option<Vec<u8>> {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), heard)
    }
}

/// Whether bytes begin with a head of so many fields. The end of a request's head never has as many
/// as the request, though it may look like a whole one: the line that it begins in is one more.
fn begin_with_head_of(fields: usize, bytes: &[u8]) -> bool {
    let mut room = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut room);
    matches!(head.parse(bytes), Ok(httparse::Status::Complete(_))) && head.headers.len() == fields
}

/// hyper's timer, which it asks for one thing only: to limit how long a head may take, at the
/// moment at which it begins to await one.
pub struct HeadTimer {
    wire: Wire,
    timer: TokioTimer,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.wire.replace(Some(vec![]));
        self.timer.sleep_until(deadline)
    }

    fn now(&self) -> Instant {
        self.timer.now()
    }

    fn reset(&self, sleep: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        self.wire.replace(Some(vec![]));
        self.timer.reset(sleep, deadline);
    }
}
