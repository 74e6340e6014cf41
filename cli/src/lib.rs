//! ShareSync in the terminal: what the command `sharesync` is made of.
//!
//! A command is a module under `commands` with its arguments and a `run` that is given a [`Context`]: the settings, the
//! output, and through them the server's API. It returns a [`Failure`] where it did not do what it was asked for, which says
//! what to tell and what to exit with.

mod api;
mod arguments;
mod commands;
mod config;
mod context;
mod credentials;
mod download;
mod duration;
mod exit_code;
mod failure;
mod library;
mod local_name;
mod output;
mod p2p;
mod persistence;
mod prompt;
mod saved_digest;
mod size;
mod state_file;
mod upload;

use context::Context;
use exit_code::ExitCode;
use failure::{Failure, Result};

use arguments::{Arguments, Parsed};

/// Reads the arguments, does what they say, and answers what to exit with.
pub fn main() -> std::process::ExitCode {
    let arguments = match Arguments::read() {
        Parsed::Arguments(arguments) => arguments,
        Parsed::Answered(code) => return code.into(),
    };
    let output = output::Output::new(&arguments.global);
    // Hashing and the disk have threads of their own. What is left, most of all a connection's driver, is one task after
    // another, and more workers only wake each other: with two, on two cores, a transfer took a sixth longer.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&Failure::local("start", error)).into(),
    };
    let done = runtime.block_on(run(*arguments, output.clone()));
    // What still waits for the terminal or the disk is not waited for.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::Done,
        Err(failure) => output.failed(&failure),
    }
    .into()
}

async fn run(arguments: Arguments, output: output::Output) -> Result<()> {
    let context = Context::new(&arguments.global, output)?;
    if arguments.command.ends_itself() {
        return arguments.command.run(&context).await;
    }
    let goes_on = arguments.command.goes_on();
    tokio::select! {
        // Listened for before anything is done: until then the signal ends the process without a word.
        biased;
        () = interrupted() => Err(Failure::broken_off(goes_on)),
        done = arguments.command.run(&context) => done,
    }
}

/// Returns when somebody wants this to end.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut term) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
