//! A native peer: enters rooms on a ShareSync server, connects to the other members, and sends them files or
//! receives theirs, as `docs/PROTOCOL.md` says. `sharesync`, the command, is made of it; it talks to browsers and to
//! others of its kind alike.
//!
//! From below: a [`Channels`] is a connection to one other member, whichever way it runs. A [`Room`] is where members
//! find each other: it holds the line to the signaling service, and what is said through it is sealed. A [`Link`] leads
//! there, and so does a code, once ([`join_by_code`]).

mod channels;
mod code_guest;
mod code_host;
mod connection;
mod dialer;
mod direct_channel;
mod flight;
mod ids;
mod ladder;
mod link;
mod member;
mod members;
mod moment;
mod origin;
mod packet;
mod peer_signal;
mod peer_tls;
mod pipe;
mod random;
mod relay_link;
mod room;
mod room_event;
mod room_keeper;
mod sealed_line;
mod severable;
mod signaling;
mod signaling_news;
mod signaling_place;
mod socket_io;
mod socket_line;
mod sound;
mod standstill;
mod tcp_door;
mod tcp_link;
pub mod transfer;
mod transfers;
mod tunnel;
#[doc(hidden)]
pub mod udp;

pub use channels::{Channel, ChannelClosed, Channels, Path};
pub use code_guest::{CodeTrouble, join_by_code};
pub use code_host::CodeNews;
pub use dialer::{Dialer, WebSocket};
pub use link::{Link, LinkMistake, WayIn, WayInMistake};
pub use member::{MemberEnd, Transfer};
pub use members::Met;
pub use origin::{NoOrigin, Origin};
pub use peer_signal::{Mapping, NO_LINK, NetworkNote, PeerSignal, SignalBody, True};
pub use room::{Entrance, Room, RoomOptions};
pub use room_event::{CloseReason, Entered, RoomEvent};
pub use sealed_line::MemberPair;
pub use signaling::{RelayInvitation, SignalingClient, SignalingError};
pub use signaling_news::{SignalingEvent, SignalingNews};
pub use signaling_place::SignalingPlace;
pub use socket_io::{ConnectError, EmitError, Lost, SocketEvent, SocketIo};
pub use transfers::{Offers, Transfers, TransfersEvent};
