//! What is asked of a request before it may have a socket, whatever its transport: that it comes
//! from a page that may, and that its network has not too many already. A middleware, put in front
//! of Socket.IO by `Signaling::mount`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};
use sharesync_service_kit::origin::AllowedOrigins;

use crate::SignalingConfig;
use crate::places::Places;

/// Where Socket.IO answers.
pub(crate) const PATH: &str = "/socket.io";

/// Who is let through.
pub(crate) struct Door {
    origins: AllowedOrigins,
    places: Places,
}

impl Door {
    /// A door that nobody has come through yet.
    pub(crate) fn new(config: &SignalingConfig) -> Self {
        Self { origins: config.origins.clone(), places: Places::new(config.sockets_per_client) }
    }

    fn lets_pages_in(&self, headers: &HeaderMap) -> bool {
        // What is no text, or there twice, is nobody's origin, and no host.
        let only = |name: HeaderName| {
            let mut values = headers.get_all(name).iter();
            let value = values.next()?.to_str().unwrap_or_default();
            Some(if values.next().is_none() { value } else { "" })
        };
        self.origins.allow(only(header::ORIGIN), only(header::HOST))
    }
}

/// Lets a request through, or answers it: 403 to a foreign page, 429 to a network with too many
/// sockets. A page of another origin that may come is told that it may read the answer (Fetch §3.2),
/// without which a browser would not let it poll.
pub(crate) async fn pass(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Response {
    if !is_for_socket_io(request.uri().path()) {
        return next.run(request).await;
    }
    if !door.lets_pages_in(request.headers()) {
        tracing::info!("refusing a socket to another site's page");
        return (StatusCode::FORBIDDEN, "This server is not for other sites' pages.")
            .into_response();
    }
    if opens_a_socket(request.uri().query().unwrap_or_default()) {
        let address = request.extensions().get::<ClientAddr>();
        let network = address.map_or(ClientNetwork::UNKNOWN, |address| address.network());
        let Some(place) = door.places.take(network) else {
            tracing::info!("refusing a socket to a network that has too many");
            let sentence = "Too many connections from this network.";
            return (StatusCode::TOO_MANY_REQUESTS, sentence).into_response();
        };
        // Engine.IO keeps the request's extensions with the socket, and so the place.
        request.extensions_mut().insert(place);
    }
    let page = request.headers().get(header::ORIGIN).cloned();
    let mut response = next.run(request).await;
    if let Some(page) = page {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    }
    response
}

/// As Engine.IO tells its requests from others.
fn is_for_socket_io(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// As Engine.IO tells a new session from one that goes on: by whether it is named.
fn opens_a_socket(query: &str) -> bool {
    !query.split('&').any(|parameter| parameter.starts_with("sid="))
}
