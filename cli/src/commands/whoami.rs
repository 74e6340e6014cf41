//! `sharesync whoami`: who is signed in.

use clap::Args;
use sharesync_protocol::api::Me;

use crate::failure::Result;
use crate::output::shown;
use crate::{Context, size};

/// Show who is signed in, and how much room is left
#[derive(Args)]
pub struct Arguments {}

/// Does it.
pub async fn run(Arguments {}: Arguments, context: &Context) -> Result<()> {
    let api = context.api()?;
    let me: Me = api.get("/api/me").await?;
    context.output.result(&me, || {
        let (username, role) = (shown(&me.username), me.role.name());
        let (used, quota) = (size::words(me.used), size::words(me.quota));
        let server = api.server().name();
        format!("{username} <{}>, {role}, at {server}: {used} of {quota} used", shown(&me.email))
    })
}
