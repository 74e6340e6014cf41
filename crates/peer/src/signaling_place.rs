//! Where the signaling service is: at the server itself, unless that says that it runs apart, and lets in who brings
//! a ticket of the server's (docs/PROTOCOL.md: "Where signaling runs apart"). The browser's twin is
//! `signaling-place.ts`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sharesync_protocol::api::SignalingAccess;

use crate::dialer::Dialer;
use crate::origin::Origin;
use crate::socket_io::ConnectError;

type Asking = Pin<Box<dyn Future<Output = Option<SignalingAccess>> + Send>>;

/// A server's signaling service, and how it is reached; clones share it.
#[derive(Clone)]
pub struct SignalingPlace {
    server: Origin,
    dialer: Dialer,
    ask: Arc<dyn Fn() -> Asking + Send + Sync>,
}

impl SignalingPlace {
    /// The service of a server. `ask` fetches `GET /api/signaling` of it, before every connection; `None` where the
    /// server cannot be reached.
    pub fn new<F, A>(server: Origin, dialer: Dialer, ask: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Option<SignalingAccess>> + Send + 'static,
    {
        Self { server, dialer, ask: Arc::new(move || Box::pin(ask())) }
    }

    pub(crate) fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// Where it is at the moment, and a fresh ticket where it asks for any.
    pub(crate) async fn ask(&self) -> Result<(Origin, Option<String>), ConnectError> {
        let unreachable = |why: &str| ConnectError::Unreachable(why.to_owned());
        let access = (self.ask)().await.ok_or_else(|| unreachable("the server does not answer"))?;
        let origin = match access.url {
            None => self.server.clone(),
            Some(url) => {
                let origin = url.parse::<Origin>();
                let origin = origin.map_err(|_| unreachable("it has no proper address"))?;
                // As with browsers: whoever came by TLS stays with it.
                if self.server.is_secure() && !origin.is_secure() {
                    return Err(unreachable("its address is without encryption"));
                }
                origin
            }
        };
        Ok((origin, access.ticket))
    }
}
