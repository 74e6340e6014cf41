//! The command line: what it takes, and its help. Completions and manual pages are made of the same.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde_json::json;

use crate::commands::{
    completions, download, listen, login, logout, ls, man, mkdir, mv, receive, request, rm, send,
    share, token, upload, whoami,
};
use crate::exit_code::ExitCode;
use crate::{Context, Result};

/// Moves files between people, from a terminal.
#[derive(Parser)]
#[command(
    name = "sharesync",
    version,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Sign in once with `sharesync login --server URL`; what somebody else shared \
        needs no account."
)]
pub struct Arguments {
    /// What goes for every command.
    #[command(flatten)]
    pub global: GlobalArguments,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What goes for every command.
#[derive(Args)]
pub struct GlobalArguments {
    /// The server, such as `https://files.example.com`
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "SHARESYNC_SERVER",
        hide_env_values = true,
        help_heading = "Global options"
    )]
    pub server: Option<String>,
    /// Print JSON: one document, or one a line for lists
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, help_heading = "Global options", conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say each request that is made
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Send files straight to somebody, who takes them in a browser or by `sharesync receive`
    Send(send::Arguments),
    /// Receive files that somebody sends from a browser or by `sharesync send`
    Receive(receive::Arguments),
    /// Take files from whoever comes by a link, a code or a file request, until interrupted
    Listen(listen::Arguments),
    /// Sign in, and keep a token for this computer
    Login(login::Arguments),
    /// Sign out: end the token and forget it
    Logout(logout::Arguments),
    /// Show who is signed in, and how much room is left
    Whoami(whoami::Arguments),
    /// List files and folders
    Ls(ls::Arguments),
    /// Store files or folders in the library
    Upload(upload::Arguments),
    /// Fetch files, folders, or what a share link leads to
    Download(download::Arguments),
    /// Move or rename files and folders
    Mv(mv::Arguments),
    /// Move files and folders to the trash
    Rm(rm::Arguments),
    /// Make folders
    Mkdir(mkdir::Arguments),
    /// Make a link that others fetch files by; list and revoke links
    Share(share::Arguments),
    /// Ask others for files; list and close such requests
    Request(request::Arguments),
    /// Make, list, replace and revoke API tokens
    Token(token::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print the manual page, or write one for each command
    Man(man::Arguments),
}

impl Command {
    /// Whether it takes an interruption itself, to tell whoever is at the other end.
    pub fn ends_itself(&self) -> bool {
        match self {
            Self::Send(_) | Self::Receive(_) => true,
            Self::Listen(arguments) => arguments.is_of_room(),
            _ => false,
        }
    }

    /// Whether the same command goes on where one before it was interrupted.
    pub fn goes_on(&self) -> bool {
        matches!(
            self,
            Self::Send(_)
                | Self::Receive(_)
                | Self::Listen(_)
                | Self::Upload(_)
                | Self::Download(_)
        )
    }

    /// Does it.
    pub async fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Send(arguments) => send::run(arguments, context).await,
            Self::Receive(arguments) => receive::run(arguments, context).await,
            Self::Listen(arguments) => listen::run(arguments, context).await,
            Self::Login(arguments) => login::run(arguments, context).await,
            Self::Logout(arguments) => logout::run(arguments, context).await,
            Self::Whoami(arguments) => whoami::run(arguments, context).await,
            Self::Ls(arguments) => ls::run(arguments, context).await,
            Self::Upload(arguments) => upload::run(arguments, context).await,
            Self::Download(arguments) => download::run(arguments, context).await,
            Self::Mv(arguments) => mv::run(arguments, context).await,
            Self::Rm(arguments) => rm::run(arguments, context).await,
            Self::Mkdir(arguments) => mkdir::run(arguments, context).await,
            Self::Share(arguments) => share::run(arguments, context).await,
            Self::Request(arguments) => request::run(arguments, context).await,
            Self::Token(arguments) => token::run(arguments, context).await,
            Self::Completions(arguments) => completions::run(&arguments, context),
            Self::Man(arguments) => man::run(&arguments, context),
        }
    }
}

/// What reading the command line came to.
pub enum Parsed {
    /// Something is to be done.
    Arguments(Box<Arguments>),
    /// Help was printed, or what is wrong.
    Answered(ExitCode),
}

impl Arguments {
    /// Reads the command line. What is wrong with it is printed as everything else is.
    pub fn read() -> Parsed {
        let error = match Self::try_parse() {
            Ok(arguments) => return Parsed::Arguments(Box::new(arguments)),
            Err(error) => error,
        };
        let is_asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        if is_asked {
            let _ = error.print();
            return Parsed::Answered(ExitCode::Done);
        }
        if std::env::args_os().any(|argument| argument == "--json") {
            let words = error.render().to_string();
            let message = words.lines().next().unwrap_or_default();
            let message = message.strip_prefix("error: ").unwrap_or(message);
            eprintln!("{}", json!({ "error": { "code": "usage", "message": message } }));
        } else {
            let _ = error.print();
        }
        Parsed::Answered(ExitCode::Usage)
    }

    /// What completions and manual pages are made of.
    pub fn definition() -> clap::Command {
        <Self as CommandFactory>::command()
    }
}
