//! `sharesync completions`: what shells complete the command line by.

use clap::Args;
use clap_complete::Shell;

use crate::Context;
use crate::arguments::Arguments as CommandLine;
use crate::failure::Result;

/// Print completions for a shell
#[derive(Args)]
#[command(after_help = "For bash, for example: sharesync completions bash > \
        ~/.local/share/bash-completion/completions/sharesync")]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Does it.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let mut script = vec![];
    let mut definition = CommandLine::definition();
    clap_complete::generate(arguments.shell, &mut definition, "sharesync", &mut script);
    context.output.raw_line(String::from_utf8_lossy(&script).trim_end())
}
