//! The HTTP API, endpoint by endpoint, against a whole server.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod accounts;
mod api_tokens;
mod archives;
mod bucket;
mod bucket_leftovers;
mod content;
mod encryption;
mod events;
mod federation;
mod files;
mod folders;
mod form_upload;
mod framing;
mod hand_ins;
mod http;
mod identities;
mod integrity;
mod invitations;
mod limits;
mod passwords;
mod policy;
mod purge;
mod scanning;
mod second_factor;
mod sessions;
mod shares;
mod signaling;
mod stats;
mod trash;
mod tus;
mod upload_parts;
mod uploads;
mod users;
mod verification;
