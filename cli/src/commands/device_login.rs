//! Signing in by the browser, here or on another device, with no password in the terminal (RFC 8628): says an address and a
//! code, and asks the server until somebody who is signed in there has agreed.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{BegunDeviceLogin, IssuedApiToken, ProblemCode};
use tokio::time::{Instant, sleep, timeout_at};

use super::login::MOST_NAME;
use crate::Context;
use crate::api::Api;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Passing, Result};
use crate::output::{is_unshown, shown};

/// How much longer to wait each time the server asks for that, or cannot be reached (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The shortest wait between two questions, whatever a server says.
const LEAST_WAIT: Duration = Duration::from_secs(1);

/// Has somebody let this computer in, which is called `host`. `opens` says whether to open their browser here.
pub async fn token(context: &Context, host: &str, opens: bool) -> Result<IssuedApiToken> {
    let api = context.api_for_anybody(context.server()?)?;
    let begun: BegunDeviceLogin =
        api.post("/api/device-logins", &json!({ "name": name(host) })).await.map_err(explained)?;
    say(context, &begun)?;
    if opens && !open(&api, &begun.verification_uri_complete) {
        context.output.warn("no browser could be opened: open the address yourself");
    }
    let end = Instant::now() + Duration::from_secs(begun.expires_in);
    timeout_at(end, wait(&api, &begun)).await.unwrap_or_else(|_| Err(too_late()))
}

/// Asks until there is an answer.
async fn wait(api: &Api, begun: &BegunDeviceLogin) -> Result<IssuedApiToken> {
    let mut pace = Duration::from_secs(begun.interval).max(LEAST_WAIT);
    let body = json!({ "device_code": begun.device_code });
    loop {
        sleep(pace).await;
        match api.post("/api/device-logins/token", &body).await {
            Ok(issued) => return Ok(issued),
            Err(failure) => pace = paced(pace, failure)?,
        }
    }
}

/// How long to wait after an answer that is no token; why nobody has to wait any more, where that is so.
fn paced(pace: Duration, failure: Failure) -> Result<Duration> {
    if failure.is(ProblemCode::AuthorizationPending) {
        return Ok(pace);
    }
    if failure.is(ProblemCode::SlowDown) {
        return Ok(pace + SLOWER);
    }
    match failure.passing {
        Passing::NotConnected | Passing::Lost => Ok(pace + SLOWER),
        Passing::Later(asked) => Ok((pace + SLOWER).max(asked.unwrap_or_default())),
        Passing::No if failure.is(ProblemCode::ExpiredToken) => Err(too_late()),
        Passing::No if failure.is(ProblemCode::AccessDenied) => Err(Failure {
            exit: ExitCode::Refused,
            message: "this computer was refused in the browser".into(),
            ..failure
        }),
        // Also where the token was fetched, and the answer lost on its way.
        Passing::No if failure.is(ProblemCode::NotFound) => Err(Failure {
            exit: ExitCode::NotSignedIn,
            message: "this is over: run `sharesync login` again".into(),
            ..failure
        }),
        Passing::No => Err(failure),
    }
}

fn too_late() -> Failure {
    let message = "nobody has let this computer in in time: run `sharesync login` again";
    Failure::new(ExitCode::NotSignedIn, "expired_token", message)
}

/// Says what to open and what to compare there.
fn say(context: &Context, begun: &BegunDeviceLogin) -> Result<()> {
    let output = &context.output;
    // What lets somebody in is not among it.
    output.event(&json!({
        "event": "browser",
        "verification_uri": begun.verification_uri,
        "verification_uri_complete": begun.verification_uri_complete,
        "user_code": begun.user_code,
        "expires_in": begun.expires_in,
    }))?;
    output.tell("Open this address in a browser where you are signed in, or can sign in:");
    output.tell(format_args!("Link: {}", shown(&begun.verification_uri_complete)));
    output.tell(format_args!("Code: {}", shown(&begun.user_code)));
    output.note("Allow this computer there if the page shows the same code. Waiting …");
    Ok(())
}

/// Where a server has no such thing, what it has.
fn explained(failure: Failure) -> Failure {
    if matches!(failure.status(), Some(404 | 405)) {
        return Failure::new(
            ExitCode::Refused,
            "not_found",
            "this server does not let computers in by the browser: `sharesync login --password` asks for the password",
        );
    }
    failure
}

/// What the server is told that this computer is called: 1 to 64 bytes that can be shown.
fn name(host: &str) -> String {
    let mut name = String::new();
    for character in host.trim().chars().filter(|c| !is_unshown(*c) && !is_unseen(*c)) {
        if name.len() + character.len_utf8() > MOST_NAME {
            break;
        }
        name.push(character);
    }
    if name.trim().is_empty() { "a computer".into() } else { name }
}

/// Whether a character has no width.
fn is_unseen(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}')
}

/// Opens the browser of whoever sits here. `false` where there is none, or what the server said is no address of a page.
fn open(api: &Api, address: &str) -> bool {
    let is_page = reqwest::Url::parse(address)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    if !is_page {
        return false;
    }
    api.output().detail(|| "opening the browser".into());
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(before).arg(address);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use sharesync_protocol::api::Problem;

    use super::*;

    fn answered(status: u16, code: ProblemCode, after: Option<u64>) -> Failure {
        let problem = Problem {
            kind: "about:blank".into(),
            title: String::new(),
            status,
            detail: String::new(),
            code,
            field: None,
            limit: None,
        };
        let status = StatusCode::from_u16(status).unwrap();
        Failure::answered(status, Some(problem), after.map(Duration::from_secs))
    }

    #[test]
    fn the_server_says_how_often_it_may_be_asked() {
        let pace = Duration::from_secs(5);
        let after =
            |status, code, wait| paced(pace, answered(status, code, wait)).unwrap().as_secs();
        assert_eq!(after(400, ProblemCode::AuthorizationPending, None), 5);
        assert_eq!(after(400, ProblemCode::SlowDown, None), 10);
        assert_eq!(after(503, ProblemCode::Unavailable, None), 10);
        assert_eq!(after(429, ProblemCode::RateLimited, Some(60)), 60);
    }

    #[test]
    fn what_is_over_is_not_waited_for() {
        for (status, code, exit) in [
            (400, ProblemCode::AccessDenied, ExitCode::Refused),
            (400, ProblemCode::ExpiredToken, ExitCode::NotSignedIn),
            (404, ProblemCode::NotFound, ExitCode::NotSignedIn),
            (409, ProblemCode::TooMany, ExitCode::Refused),
        ] {
            assert_eq!(paced(SLOWER, answered(status, code, None)).unwrap_err().exit, exit);
        }
    }

    #[test]
    fn a_computer_is_called_what_can_be_shown() {
        assert_eq!(name("sams-laptop"), "sams-laptop");
        assert_eq!(name("a\u{1b}[2J\u{202e}b\n"), "a[2Jb");
        assert_eq!(name("\u{200b} "), "a computer");
        assert_eq!(name(&"ü".repeat(40)).len(), 64);
    }
}
