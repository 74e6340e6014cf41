//! What a mail says, in words for a person, as text and as HTML. Called by `jobs::delivering`.

use askama::Template;
use sharesync_protocol::FileId;
use time::OffsetDateTime;

use crate::db::file_request::Notice;

/// A mail in words.
#[derive(Template)]
#[template(path = "letter.html")]
pub struct Letter {
    subject: &'static str,
    paragraphs: Vec<String>,
    action: Option<Action>,
    /// What to do if one does not know what this is about.
    note: &'static str,
}

struct Action {
    label: &'static str,
    url: String,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct AsText<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// To show that one reads what is sent to an address; `token` goes behind the `#`, which no server sees.
    pub fn verify(base_url: &str, username: &str, token: &str) -> Self {
        Self {
            subject: "Confirm your e-mail address",
            paragraphs: vec![
                format!("Hello {username},"),
                "please confirm that this is your address. The link works once, for 24 hours."
                    .into(),
            ],
            action: Some(Action {
                label: "Confirm my address",
                url: format!("{base_url}/verify-email#token={token}"),
            }),
            note: "If you did not register with ShareSync, ignore this mail: nothing happens \
                   without a click.",
        }
    }

    /// Somebody registered an address that has an account.
    pub fn address_taken(base_url: &str, username: &str) -> Self {
        Self {
            subject: "You have an account already",
            paragraphs: vec![
                format!("Hello {username},"),
                "somebody, probably you, tried to register with this address. It has an account \
                 already, and you can sign in. If you do not know your password, choose another \
                 one there."
                    .into(),
            ],
            action: Some(Action { label: "Sign in", url: format!("{base_url}/sign-in") }),
            note: "If that was not you, ignore this mail: nothing has changed.",
        }
    }

    /// To choose another password.
    pub fn reset(base_url: &str, username: &str, token: &str) -> Self {
        Self {
            subject: "Choose another password",
            paragraphs: vec![
                format!("Hello {username},"),
                "somebody, probably you, asked for another password for your account. The link \
                 works once, for one hour. Everything that is signed in with the old password \
                 will be signed out."
                    .into(),
            ],
            action: Some(Action {
                label: "Choose a password",
                url: format!("{base_url}/reset-password#token={token}"),
            }),
            note: "If that was not you, ignore this mail: your password stays as it is.",
        }
    }

    /// The password was changed.
    pub fn password_changed(base_url: &str, username: &str) -> Self {
        Self {
            subject: "Your password was changed",
            paragraphs: vec![
                format!("Hello {username},"),
                "your password was changed just now, and everything else that was signed in was \
                 signed out. API tokens have ended, too."
                    .into(),
            ],
            action: Some(Action {
                label: "This was not me",
                url: format!("{base_url}/forgot-password"),
            }),
            note: "If that was you, there is nothing to do.",
        }
    }

    /// Somebody may register.
    pub fn invitation(address: String) -> Self {
        Self {
            subject: "You are invited to ShareSync",
            paragraphs: vec![
                "Hello,".into(),
                "you are invited to have an account, for this address. The link works once.".into(),
            ],
            action: Some(Action { label: "Create my account", url: address }),
            note: "If you do not expect this, ignore this mail: nothing happens without a click.",
        }
    }

    /// Somebody has fetched a file through a link.
    pub fn fetched(base_url: &str, username: &str, name: &str) -> Self {
        Self {
            subject: "Your file was opened",
            paragraphs: vec![
                format!("Hello {username},"),
                "somebody has fetched a file through a link of yours:".into(),
                name.into(),
            ],
            action: Some(Action { label: "Your files", url: format!("{base_url}/files") }),
            note: "You asked for this mail when you made the link. It comes once for each file.",
        }
    }

    /// Somebody shares files with the reader, by an address that is theirs alone.
    pub fn shared(base_url: &str, from: &str, slug: &str, has_password: bool) -> Self {
        let mut paragraphs = vec![
            format!("{from} shares files with you."),
            "The address is made for you: do not pass it on.".into(),
        ];
        if has_password {
            paragraphs.push(format!("It asks for a password, which {from} tells you."));
        }
        Self {
            subject: "Files for you",
            paragraphs,
            action: Some(Action { label: "See the files", url: format!("{base_url}/s/{slug}") }),
            note: "If you do not know the sender, do not open what you do not expect.",
        }
    }

    /// Files have come to a request.
    pub fn received(base_url: &str, notice: &Notice) -> Self {
        let Notice { username, title, files, count } = notice;
        let mut paragraphs = vec![
            format!("Hello {username},"),
            match count {
                1 => format!("a file has come to your request \u{201c}{title}\u{201d}:"),
                count => {
                    format!("{count} files have come to your request \u{201c}{title}\u{201d}:")
                }
            },
        ];
        paragraphs.extend(files.iter().map(|(name, sender)| match sender {
            Some(sender) => format!("{name} (from {sender})"),
            None => name.clone(),
        }));
        let more = (*count as usize).saturating_sub(files.len());
        if more > 0 {
            paragraphs.push(format!("and {more} more"));
        }
        Self {
            subject: "Files have come to your request",
            paragraphs,
            action: Some(Action { label: "Your files", url: format!("{base_url}/files") }),
            note: "Whoever has the address of your request can send to it, and call themselves as \
                   they like. Do not open what you do not expect.",
        }
    }

    /// A file was handed in.
    pub fn handed_in(base_url: &str, from: &str, name: &str, size: u64, file: FileId) -> Self {
        Self {
            subject: "A file was handed in",
            paragraphs: vec![
                format!("{from} has handed a file in:"),
                format!("{name} ({size} bytes)"),
                "Sign in to fetch it. The address that you get there works for ten minutes, for \
                 you alone."
                    .into(),
            ],
            action: Some(Action {
                label: "Fetch the file",
                url: format!("{base_url}/handed-in?file={file}"),
            }),
            note: "You get this mail because you are one of this server's operators.",
        }
    }

    /// Something was found in a file of one's own.
    pub fn quarantined(base_url: &str, username: &str, name: &str, found: &str) -> Self {
        Self {
            subject: "Your file is in quarantine",
            paragraphs: vec![
                format!("Hello {username},"),
                "something harmful was found in a file of yours:".into(),
                format!("{name} ({found})"),
                "Nobody can fetch it any more, and links to it do not give it out. You can delete \
                 it among your files. Have the device that it came from looked at."
                    .into(),
            ],
            action: Some(Action { label: "Your files", url: format!("{base_url}/files") }),
            note: "If you believe that the scanner is wrong, ask whoever runs this server.",
        }
    }

    /// Something was found in a file of somebody's.
    pub fn quarantined_of_somebody(base_url: &str, owner: &str, name: &str, found: &str) -> Self {
        Self {
            subject: "A file is in quarantine",
            paragraphs: vec![
                format!("Something harmful was found in a file that {owner} has uploaded:"),
                format!("{name} ({found})"),
                "Nobody can fetch it. Its owner was told, and can delete it.".into(),
            ],
            action: Some(Action { label: "Open ShareSync", url: base_url.into() }),
            note: "You get this mail because you are an administrator of this server.",
        }
    }

    /// Files of one's own expire soon: so many, and the names of the first of them with the moments (milliseconds since the
    /// Unix epoch) at which they do.
    pub fn expiring(
        base_url: &str,
        username: &str,
        first: &[(String, i64)],
        count: u32,
        may_keep: bool,
    ) -> Self {
        let mut paragraphs = vec![
            format!("Hello {username},"),
            match count {
                1 => "a file of yours expires soon:".into(),
                count => format!("{count} files of yours expire soon:"),
            },
        ];
        paragraphs.extend(first.iter().map(|(name, at)| format!("{name} ({})", moment(*at))));
        let more = u64::from(count).saturating_sub(first.len() as u64);
        if more > 0 {
            paragraphs.push(format!("and {more} more."));
        }
        paragraphs.push(if may_keep {
            "What is still needed can be kept, or expire later: open the file and choose.".into()
        } else {
            "Download what is still needed before.".into()
        });
        Self {
            subject: "Files of yours expire soon",
            paragraphs,
            action: Some(Action { label: "Your files", url: format!("{base_url}/files") }),
            note: "If you need none of them any more, there is nothing to do. You get this mail once \
                   for each file.",
        }
    }

    /// Signing in takes a second factor now.
    pub fn second_factor_on(base_url: &str, username: &str) -> Self {
        Self {
            subject: "Your account has a second factor",
            paragraphs: vec![
                format!("Hello {username},"),
                "from now on, signing in takes a code of your authenticator, too. Keep the \
                 recovery codes where you find them when the authenticator is lost."
                    .into(),
            ],
            action: Some(Action { label: "Your settings", url: format!("{base_url}/settings") }),
            note: "If that was not you, somebody is signed in as you: choose another password.",
        }
    }

    /// Signing in takes no second factor any more.
    pub fn second_factor_off(base_url: &str, username: &str) -> Self {
        Self {
            subject: "Your account has no second factor any more",
            paragraphs: vec![
                format!("Hello {username},"),
                "from now on, your password alone is enough to sign in.".into(),
            ],
            action: Some(Action { label: "Your settings", url: format!("{base_url}/settings") }),
            note: "If that was not you, choose another password and set a second factor again.",
        }
    }

    /// Its subject.
    pub fn subject(&self) -> &str {
        self.subject
    }

    /// Its body, for programs that show text.
    pub fn text(&self) -> String {
        AsText { letter: self }.render().expect("text is written to memory")
    }

    /// Its body, for programs that show HTML.
    pub fn html(&self) -> String {
        self.render().expect("text is written to memory")
    }
}

/// A moment (milliseconds since the Unix epoch) to the minute: `2026-11-30 16:05 UTC`.
fn moment(at: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000));
    moment.map_or_else(
        |_| "at some time".into(),
        |at| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_in_both_forms() {
        let letter = Letter::verify("https://a.example", "<b>&\"'", "t0ken");
        assert!(letter.html().contains("Hello &#60;b&#62;&#38;&#34;&#39;,"), "{}", letter.html());
        assert!(letter.text().contains("Hello <b>&\"',"));
    }

    #[test]
    fn files_that_expire_are_named_as_text_and_those_beyond_are_counted() {
        let first = [("<b>.txt".to_owned(), 1_780_000_000_000), ("b.txt".to_owned(), 0)];
        let letter = Letter::expiring("https://a.example", "sam", &first, 2, true);
        assert!(letter.html().contains("<p>&#60;b&#62;.txt (2026-05-28 20:26 UTC)</p>"));
        assert!(letter.text().contains("<b>.txt (2026-05-28 20:26 UTC)\n\nb.txt (1970-01-01"));
        assert!(!letter.text().contains("more."), "{}", letter.text());
        let letter = Letter::expiring("https://a.example", "sam", &first, 1234, false);
        assert!(letter.text().contains("1234 files of yours"), "{}", letter.text());
        assert!(letter.text().contains("and 1232 more."), "{}", letter.text());
        assert!(!letter.text().contains("kept"), "{}", letter.text());
    }

    #[test]
    fn the_link_stands_by_itself_in_text_and_is_whole_in_html() {
        let letter = Letter::verify("https://a.example", "sam", "t0-k_n");
        let url = "https://a.example/verify-email#token=t0-k_n";
        assert!(letter.text().lines().any(|line| line == url), "{}", letter.text());
        assert!(letter.html().contains(&format!("href=\"{url}\"")), "{}", letter.html());
    }
}
