//! `sharesync man`: manual pages.

use std::path::PathBuf;

use clap::Args;

use crate::Context;
use crate::arguments::Arguments as CommandLine;
use crate::failure::{Failure, Result};

/// Print the manual page, or write one for each command
#[derive(Args)]
pub struct Arguments {
    /// Write a page for each command to this folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let definition = CommandLine::definition();
    if let Some(folder) = &arguments.output {
        let failed = |error| Failure::file("write to", folder, &error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        return clap_mangen::generate_to(definition, folder).map_err(failed);
    }
    let mut page = vec![];
    let rendered = clap_mangen::Man::new(definition).render(&mut page);
    rendered.map_err(|error| Failure::local("make the page", error))?;
    context.output.raw_line(String::from_utf8_lossy(&page).trim_end())
}
