//! What is said: results on standard output, for people or as JSON; all else on standard error, where it may be seen and
//! piped away by itself. Used by every command.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use console::{Style, colors_enabled_stderr};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::arguments::GlobalArguments;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// Where things are said, and how.
#[derive(Clone)]
pub struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    bars: MultiProgress,
}

impl Output {
    /// As the arguments and the terminal have it.
    pub fn new(arguments: &GlobalArguments) -> Self {
        let GlobalArguments { json, quiet, verbose, .. } = *arguments;
        let is_watched = io::stderr().is_terminal() && !quiet && !json;
        let target =
            if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            console::set_colors_enabled_stderr(false);
        }
        Self { json, quiet, verbose, bars: MultiProgress::with_draw_target(target) }
    }

    /// Says a result: as one line of JSON, or in words.
    pub fn result<T: Serialize>(&self, value: &T, words: impl FnOnce() -> String) -> Result<()> {
        let line = if self.json {
            serde_json::to_string(value).map_err(|error| Failure::local("write", error))?
        } else {
            words()
        };
        self.raw_line(&line)
    }

    /// A line of standard output.
    pub fn raw_line(&self, line: &str) -> Result<()> {
        let written = self.bars.suspend(|| {
            let mut stdout = io::stdout().lock();
            writeln!(stdout, "{line}").and_then(|()| stdout.flush())
        });
        written.map_err(|error| match error.kind() {
            // Whoever read it has enough.
            io::ErrorKind::BrokenPipe => Failure::new(ExitCode::Done, "closed", ""),
            _ => Failure::local("write to standard output", error),
        })
    }

    /// Whether somebody watches standard error.
    pub fn is_watched(&self) -> bool {
        !self.bars.is_hidden()
    }

    /// Whether results are said as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Says what happens, to a program: as a line of JSON, where that is wanted.
    pub fn event(&self, value: &impl Serialize) -> Result<()> {
        if !self.json {
            return Ok(());
        }
        let line = serde_json::to_string(value);
        self.raw_line(&line.map_err(|error| Failure::local("write", error))?)
    }

    /// Says what is waited for to a person, also to one who wants to hear of nothing else.
    pub fn tell(&self, words: impl Display) {
        if !self.json {
            self.say(&words.to_string());
        }
    }

    /// Says what happens, to whoever watches.
    pub fn note(&self, words: impl Display) {
        if !self.quiet && !self.json {
            self.say(&words.to_string());
        }
    }

    /// Says what somebody should know even if they did not ask.
    pub fn warn(&self, words: impl Display) {
        let label = Style::new().yellow().force_styling(colors_enabled_stderr());
        self.say(&format!("{} {words}", label.apply_to("warning:")));
    }

    /// Says what is only of interest where something does not work.
    pub fn detail(&self, words: impl FnOnce() -> String) {
        if self.verbose {
            self.say(&words());
        }
    }

    /// Says why something was not done. Answers what to exit with.
    pub fn failed(&self, failure: &Failure) -> ExitCode {
        if failure.message.is_empty() {
            return failure.exit;
        }
        if self.json {
            let error = json!({ "error": { "code": failure.code, "message": failure.message } });
            self.say(&error.to_string());
        } else {
            let label = Style::new().red().bold().force_styling(colors_enabled_stderr());
            self.say(&format!("{} {}", label.apply_to("sharesync:"), failure.message));
        }
        failure.exit
    }

    /// Shows how far something is that has so many bytes; how many is not known, where there are none.
    pub fn progress(&self, name: &str, total: Option<u64>) -> Progress {
        let shape = match total {
            Some(_) => {
                "{msg:30!} {bar:24} {bytes:>10} of {total_bytes}  {binary_bytes_per_sec}  {eta}"
            }
            None => "{msg:30!} {bytes:>10}  {binary_bytes_per_sec}",
        };
        let style = ProgressStyle::with_template(shape).expect("the template is one");
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let bar = self.bars.add(bar.with_style(style).with_message(shown(name).into_owned()));
        Progress { bar }
    }

    fn say(&self, words: &str) {
        // Where nobody can be told, nobody is.
        self.bars.suspend(|| drop(writeln!(io::stderr().lock(), "{words}")));
    }
}

/// How far something is, while it is shown. Goes from the terminal when dropped.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// So many bytes are done.
    pub fn set(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    /// It is called so from now on.
    pub fn name(&self, name: &str) {
        self.bar.set_message(shown(name).into_owned());
    }

    /// So many more bytes are done; fewer, where the number is negative.
    pub fn add(&self, bytes: i64) {
        match u64::try_from(bytes) {
            Ok(more) => self.bar.inc(more),
            Err(_) => self.bar.dec(bytes.unsigned_abs()),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A name as a terminal may show it: what could move the cursor, change colours or turn the direction of writing is replaced.
pub fn shown(name: &str) -> Cow<'_, str> {
    if name.contains(is_unshown) {
        Cow::Owned(name.replace(is_unshown, "\u{fffd}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a character says how to show others in place of being shown (UAX #9, and controls).
pub fn is_unshown(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_replaced() {
        assert_eq!(shown("\u{1b}[2Jreport.pdf\r\n"), "\u{fffd}[2Jreport.pdf\u{fffd}\u{fffd}");
        assert_eq!(shown("\u{9b}31m"), "\u{fffd}31m");
        assert_eq!(shown("photo\u{202e}gpj.exe"), "photo\u{fffd}gpj.exe");
        assert_eq!(shown("Ünïcode 文件.txt"), "Ünïcode 文件.txt");
    }
}
