//! The signaling half of a peer, against the real service and against servers that mean no good.

mod closing;
mod codes;
mod coming_back;
mod forwarder;
mod hostile;
mod hostile_server;
mod meeting;
mod member;
mod node;
mod way;
