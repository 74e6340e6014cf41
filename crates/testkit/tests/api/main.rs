//! The HTTP API, endpoint by endpoint, against a whole server.

mod accounts;
mod content;
mod files;
mod http;
mod purge;
mod shares;
mod upload;
