//! Questions to whoever sits at the terminal, and secrets, which are read from there or from files and never stand among the
//! arguments.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use console::Term;
use secrecy::SecretString;

use crate::failure::{Failure, Result};

/// Whether somebody sits here who can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line. `otherwise` says what to do where nobody can be asked.
pub async fn line(question: &str, otherwise: &str) -> Result<String> {
    let line = ask(question, otherwise, Term::read_line).await?;
    Ok(line.trim().to_owned())
}

/// Asks for a line that is not shown.
pub async fn secret(question: &str, otherwise: &str) -> Result<SecretString> {
    let _echo = Echo::remembered();
    Ok(ask(question, otherwise, Term::read_secure_line).await?.into())
}

async fn ask(
    question: &str,
    otherwise: &str,
    read: fn(&Term) -> io::Result<String>,
) -> Result<String> {
    if !can_ask() {
        let question = question.trim_end_matches([':', ' ']).to_lowercase();
        return Err(Failure::usage(format!(
            "nobody can be asked for the {question} here: {otherwise}"
        )));
    }
    let question = question.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let terminal = Term::stderr();
        terminal.write_str(&question)?;
        read(&terminal)
    });
    let read = asked.await.map_err(io::Error::other).flatten();
    read.map_err(|error| Failure::local("read from the terminal", error))
}

/// A secret in a file: its first line. `-` is standard input.
pub fn secret_file(path: &Path) -> Result<SecretString> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = text.map_err(|error| Failure::file("read", path, &error))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned().into()),
        _ => {
            Err(Failure::usage(format!("there is nothing in the first line of {}", path.display())))
        }
    }
}

/// Whether the terminal shows what is typed: put back as it was when dropped, also where the question is not answered.
struct Echo(#[cfg(unix)] Option<rustix::termios::Termios>);

impl Echo {
    #[cfg(unix)]
    fn remembered() -> Self {
        Self(rustix::termios::tcgetattr(io::stdin()).ok())
    }

    #[cfg(not(unix))]
    fn remembered() -> Self {
        Self()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.0 {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
        }
    }
}
