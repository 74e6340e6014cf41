//! `sharesync`: ShareSync in the terminal. Everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    sharesync_cli::main()
}
