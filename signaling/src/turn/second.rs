//! The second port: answers Binding and nothing else. Whoever asks both ports from one socket of
//! theirs learns whether the network between gives them the same address towards both (RFC 4787
//! §4.1; RFC 5780 §4.3 asks a second address as well, which a server seldom has). Started by
//! `server` where the configuration wants it.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;
use turn_types::stun::message::{BINDING, MessageClass};

use super::replies;
use super::server::{Inner, read};

/// Largest request that is read, in bytes; a browser's Binding has 20 to 50.
const REQUEST_BYTES: usize = 1024;

impl Inner {
    /// Answers what comes to the second port until the server stops.
    pub(super) async fn listen_on_second(self: Arc<Self>, socket: UdpSocket) {
        let mut buffer = [0; REQUEST_BYTES];
        loop {
            let received = tokio::select! {
                received = socket.recv_from(&mut buffer) => received,
                () = self.stopped() => return,
            };
            match received {
                Ok((size, from)) => {
                    if let Some(answer) = self.answer_binding(&buffer[..size], from) {
                        self.send(&socket, &answer, from).await;
                    }
                }
                Err(cause) => tracing::debug!(%cause, "receiving on the second STUN port"),
            }
        }
    }

    fn answer_binding(&self, datagram: &[u8], from: SocketAddr) -> Option<Vec<u8>> {
        let request = read(datagram)?;
        let is_binding = request.class() == MessageClass::Request && request.method() == BINDING;
        let client = SocketAddr::new(from.ip().to_canonical(), from.port());
        if !is_binding || !self.may_answer(client) {
            return None;
        }
        replies::binding(&request, client).ok()
    }
}
