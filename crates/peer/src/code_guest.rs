//! An attempt at a code that somebody said: asks whoever opened it for the room and its key (docs/PROTOCOL.md,
//! "Codes"). The room is then entered as if by the link. The browser's twin is `code-guest.ts`.

use std::time::Duration;

use rand::CryptoRng;
use serde_json::Value;
use sharesync_protocol::code::{KnockId, Nameplate};
use sharesync_protocol::signaling::RefusalCode;
use sharesync_secrecy::{Code, CodeError, CodeGuest, Invitation};
use thiserror::Error;
use tokio::time::timeout;

use crate::signaling::{SignalingClient, SignalingError};
use crate::signaling_news::{SignalingEvent, SignalingNews};
use crate::signaling_place::SignalingPlace;

/// How long the other side may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a code led nowhere.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CodeTrouble {
    /// Nobody has a code with this number open.
    #[error("nobody has a code with this number open, or it has been used")]
    UnknownCode,
    /// The words are others.
    #[error("these are not the words of the code; it is used up now, and there is a new one")]
    WrongCode,
    /// Whoever opened it is gone, or does not answer.
    #[error("whoever opened the code is gone")]
    Gone,
    /// What came as the other side's words was not what it said.
    #[error("somebody between changed what was said")]
    Tampered,
    /// Too many codes were tried.
    #[error("too many codes were tried from this network; wait a minute")]
    RateLimited,
    /// The service could not be asked.
    #[error("{0}")]
    Unreachable(String),
}

/// Tries a code, once, on a line of its own.
pub async fn join_by_code(
    place: &SignalingPlace,
    code: &Code,
    random: &mut (impl CryptoRng + Send),
) -> Result<Invitation, CodeTrouble> {
    let (guest, message) = CodeGuest::new(code, random);
    let (client, mut news) = SignalingClient::connect(place).await?;
    let joined = attempt(&client, &mut news, guest, message, &code.nameplate).await;
    client.hang_up().await;
    joined
}

async fn attempt(
    client: &SignalingClient,
    news: &mut SignalingNews,
    guest: CodeGuest,
    message: String,
    nameplate: &str,
) -> Result<Invitation, CodeTrouble> {
    let knock = client.knock(Nameplate(nameplate.to_owned()), message).await?;
    let share = hear(news, &knock, "message", CodeTrouble::Gone).await?;
    let (guest, confirm) = guest.confirm(&share)?;
    client.pake(knock.clone(), "confirm", confirm).await?;
    // The other side breaks off when it sees that the words are wrong, and says nothing else.
    let sealed = hear(news, &knock, "sealed", CodeTrouble::WrongCode).await?;
    Ok(guest.open(&sealed)?)
}

/// What the other side says next, under that name; `ended` where it breaks off instead.
async fn hear(
    news: &mut SignalingNews,
    knock: &KnockId,
    name: &str,
    ended: CodeTrouble,
) -> Result<String, CodeTrouble> {
    let hearing = async {
        loop {
            match news.next().await {
                SignalingEvent::Said(message) if message.knock == *knock => {
                    let said = message.body.get(name).and_then(Value::as_str);
                    return said.map(str::to_owned).ok_or(CodeTrouble::Tampered);
                }
                SignalingEvent::KnockEnded(over) if over == *knock => return Err(ended),
                SignalingEvent::Lost(_) => return Err(CodeTrouble::Gone),
                _ => {}
            }
        }
    };
    timeout(ANSWER_TIMEOUT, hearing).await.unwrap_or(Err(CodeTrouble::Gone))
}

impl From<CodeError> for CodeTrouble {
    fn from(_: CodeError) -> Self {
        Self::Tampered
    }
}

impl From<SignalingError> for CodeTrouble {
    fn from(error: SignalingError) -> Self {
        match error.code() {
            Some(RefusalCode::UnknownCode) => Self::UnknownCode,
            Some(RefusalCode::UnknownKnock) => Self::Gone,
            Some(RefusalCode::RateLimited) => Self::RateLimited,
            _ => Self::Unreachable(error.to_string()),
        }
    }
}
