//! Mail: what it says (`letter`), and how it leaves, by SMTP or, where none is configured, into a folder from which
//! a newcomer can still click the link. Messages are queued in the database by whoever has something to say, and
//! sent by `jobs::delivering`.

mod letter;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, bail};
use lettre::message::header::{ContentTransferEncoding, ContentType, MessageId};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
};
use serde::{Deserialize, Serialize};
use sharesync_protocol::{AddressId, FileId, InvitationId, RequestId, UserId};
use sharesync_service_kit::secret::random_token;

pub use letter::Letter;

use crate::config::DEFAULT_PORT;

/// Bytes that a line of a mail may have (RFC 5322 §2.1.1).
const MAX_LINE: usize = 998;
/// How long an SMTP server may take for each step: less than a stop of this one waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to tell somebody. Kept until it is sent, so it holds no secrets: tokens are made then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Show that you read what is sent to this address.
    Verify {
        /// Whose address it is to be.
        user: UserId,
    },
    /// The same, to whoever wants or has this address and has not shown it.
    VerifyAgain,
    /// Somebody registered this address, which has an account.
    AddressTaken,
    /// Somebody wants to choose another password, for the account of this address if it has one.
    Reset,
    /// Somebody may register.
    Invitation {
        /// By which invitation.
        invitation: InvitationId,
    },
    /// Somebody has fetched a file through a link.
    Fetched {
        /// Which.
        file: FileId,
    },
    /// Somebody shares files with them.
    Shared {
        /// By which address.
        address: AddressId,
    },
    /// Files have come to a request.
    Received {
        /// To which.
        request: RequestId,
        /// How many had come before them.
        told: i64,
    },
    /// A file was handed in.
    HandedIn {
        /// Which.
        file: FileId,
    },
    /// Something was found in a file of one's own.
    Quarantined {
        /// In which.
        file: FileId,
    },
    /// Something was found in a file of somebody's.
    QuarantinedOfSomebody {
        /// In which.
        file: FileId,
    },
    /// Files of one's own expire soon.
    Expiring {
        /// Whose.
        user: UserId,
        /// Those that were found then.
        warned_at: i64,
    },
    /// Signing in takes a second factor now.
    SecondFactorOn {
        /// For whom.
        user: UserId,
    },
    /// Signing in takes no second factor any more.
    SecondFactorOff {
        /// For whom.
        user: UserId,
    },
    /// The password was changed.
    PasswordChanged {
        /// Whose.
        user: UserId,
    },
}

/// How mail leaves, read from the environment.
pub struct MailPlace {
    transport: Transport,
    from: Mailbox,
    /// What links in mail begin with, without a slash at the end, where that is configured.
    public_url: Option<String>,
    /// On which port the server listens.
    port: OnceLock<u16>,
}

enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(AsyncFileTransport<Tokio1Executor>, PathBuf),
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// It never will be: the address or the mail is refused for good.
    #[error("refused for good: {0}")]
    ForGood(String),
    /// It may be later.
    #[error("for now: {0}")]
    ForNow(String),
}

impl MailPlace {
    /// Reads `SMTP_URL` and `MAIL_FROM`. Without the former, mail goes to `mail/` in the data folder.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        data_dir: &Path,
        public_url: Option<String>,
    ) -> anyhow::Result<Self> {
        let from = var("MAIL_FROM").unwrap_or_else(|| default_sender(public_url.as_deref()));
        let from = from.parse().with_context(|| format!("MAIL_FROM: {from:?} is no address"))?;
        let transport = if let Some(url) = var("SMTP_URL") {
            Transport::Smtp(smtp(&url)?)
        } else {
            let folder = data_dir.join("mail");
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            Transport::Folder(AsyncFileTransport::new(&folder), folder)
        };
        Ok(Self { transport, from, public_url, port: OnceLock::new() })
    }

    /// Whether mail reaches people.
    pub fn reaches_people(&self) -> bool {
        matches!(self.transport, Transport::Smtp(_))
    }

    /// Tells on which port the server listens, once it does.
    pub fn listens_on(&self, port: u16) {
        // A server listens once.
        let _ = self.port.set(port);
    }

    /// Where links in mail begin, without a slash at the end. Never with what a request says: whoever asks for
    /// somebody else's mail must not choose where its link leads.
    pub fn base_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| {
            format!("http://localhost:{}", self.port.get().copied().unwrap_or(DEFAULT_PORT))
        })
    }

    /// Sends a letter; returns once whoever takes it from here has it.
    pub async fn send(&self, recipient: &str, letter: &Letter) -> Result<(), NotSent> {
        let for_good = |e: &dyn std::fmt::Display| NotSent::ForGood(e.to_string());
        let to: Mailbox = recipient.parse().map_err(|e| for_good(&e))?;
        let mail = Mail::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject())
            .header(MessageId::from(self.message_id()))
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, letter.text()))
                    .singlepart(part(ContentType::TEXT_HTML, letter.html())),
            )
            .map_err(|e| for_good(&e))?;
        match &self.transport {
            Transport::Smtp(smtp) => match smtp.send(mail).await {
                Ok(_) => Ok(()),
                Err(e) if e.is_permanent() => Err(for_good(&e)),
                Err(e) => Err(NotSent::ForNow(e.to_string())),
            },
            Transport::Folder(files, folder) => {
                let id = files.send(mail).await.map_err(|e| NotSent::ForNow(e.to_string()))?;
                let file = folder.join(format!("{id}.eml"));
                tracing::info!(file = %file.display(), "SMTP_URL is not set: a mail lies here");
                Ok(())
            }
        }
    }

    /// Unique, and says nothing of this machine (RFC 5322 §3.6.4).
    fn message_id(&self) -> String {
        format!("<{}@{}>", random_token::<16>(), self.from.email.domain())
    }
}

/// As it is where it can be (7bit, RFC 2045 §2.7), so that a link is whole for whoever looks into a mail that lies in the
/// data folder: by itself the library breaks lines of more than 76 characters. Other than ASCII is encoded.
fn part(kind: ContentType, text: String) -> SinglePart {
    let is_plain =
        |line: &str| line.len() <= MAX_LINE && line.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let body = if text.split('\n').all(is_plain) {
        let lines = text.replace('\n', "\r\n").into_bytes();
        Body::dangerous_pre_encoded(lines, ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}

fn default_sender(public_url: Option<&str>) -> String {
    let public_url = public_url.unwrap_or_default();
    let host = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    let host = host.split([':', '/']).next().unwrap_or_default();
    // An address of one word, or of digits, is refused on the way.
    let is_domain = host.contains('.') && host.contains(|c: char| c.is_ascii_alphabetic());
    let domain = if is_domain { host } else { "localhost.localdomain" };
    format!("ShareSync <no-reply@{domain}>")
}

fn smtp(url: &str) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    if !url.starts_with("smtp://") && !url.starts_with("smtps://") {
        bail!("SMTP_URL: must be of the form smtp://host:port or smtps://user:password@host");
    }
    // The URL holds a password: what is wrong with it is said without it.
    let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
    let smtp = smtp.map_err(|_| anyhow::anyhow!("SMTP_URL: cannot be read"))?;
    Ok(smtp.timeout(Some(PATIENCE)).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_of_the_servers_own_domain() {
        assert_eq!(
            default_sender(Some("https://files.example.com")),
            "ShareSync <no-reply@files.example.com>"
        );
        assert_eq!(default_sender(None), "ShareSync <no-reply@localhost.localdomain>");
        assert_eq!(
            default_sender(Some("http://[::1]:5001")),
            "ShareSync <no-reply@localhost.localdomain>"
        );
        for url in ["https://a.example:8443/x", "http://localhost:5001", "http://192.0.2.1"] {
            default_sender(Some(url)).parse::<Mailbox>().unwrap();
        }
    }

    #[test]
    fn text_is_left_as_it_is_where_a_mail_may_hold_it() {
        let formatted = |text: &str| {
            String::from_utf8(part(ContentType::TEXT_PLAIN, text.into()).formatted()).unwrap()
        };
        let link = format!("https://files.example.com/verify-email#token={}", "x".repeat(43));
        let plain = formatted(&format!("Hello,\n{link}\n"));
        assert!(plain.contains(&format!("Hello,\r\n{link}\r\n")), "{plain}");
        for text in ["Zo\u{eb}", &*"x".repeat(MAX_LINE + 1)] {
            let encoded = formatted(text);
            assert!(
                encoded.is_ascii() && encoded.lines().all(|line| line.len() <= 76),
                "{encoded}"
            );
        }
    }

    #[test]
    fn a_bad_address_is_told_without_its_password() {
        for url in ["ftp://x", "smtp://user:hunter2@[bad", "mail.example.com"] {
            let error = format!("{:#}", smtp(url).err().unwrap());
            assert!(error.starts_with("SMTP_URL") && !error.contains("hunter2"), "{error}");
        }
    }
}
