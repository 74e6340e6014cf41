//! `sharesync`: ShareSync in the terminal. Sending and receiving come with the native peer.

use clap::Parser;

/// Moves files between people, from a terminal.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Arguments {}

fn main() {
    Arguments::parse();
}
