//! The commands, a module each: its arguments, and what it does.

pub mod completions;
mod device_login;
pub mod download;
pub mod listen;
pub mod login;
pub mod logout;
pub mod ls;
pub mod man;
pub mod mkdir;
pub mod mv;
pub mod receive;
pub mod request;
pub mod rm;
pub mod send;
mod several;
pub mod share;
mod sign_in;
pub mod token;
pub mod upload;
pub mod whoami;
pub mod words;
