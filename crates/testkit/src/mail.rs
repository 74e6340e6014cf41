//! Mail as it lies in a server's data folder.

use std::fs;
use std::path::Path;

use mail_parser::MessageParser;

/// A mail that somebody got.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// Its body as text.
    pub text: String,
    /// Its body as HTML.
    pub html: String,
}

impl Mail {
    /// Mails to an address in a folder, oldest first.
    pub(crate) fn all_in(folder: &Path, address: &str) -> Vec<Self> {
        let files = fs::read_dir(folder).expect("the folder is there");
        let mut files: Vec<_> = files.map(|file| file.expect("it can be read").path()).collect();
        files.sort_by_key(|file| fs::metadata(file).and_then(|data| data.modified()).ok());
        let mails = files.iter().filter_map(|file| {
            let raw = fs::read(file).expect("a mail can be read");
            let mail = MessageParser::new().parse(&raw).expect("a mail is well-formed");
            let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address());
            (to == Some(address)).then(|| Self {
                subject: mail.subject().unwrap_or_default().into(),
                text: mail.body_text(0).unwrap_or_default().into(),
                html: mail.body_html(0).unwrap_or_default().into(),
            })
        });
        mails.collect()
    }

    /// The token in its link, if it has one.
    pub fn token(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("#token=")?;
        rest.split_whitespace().next().map(Into::into)
    }
}
