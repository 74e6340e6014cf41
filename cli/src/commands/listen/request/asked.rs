//! The file request that is listened to: found among one's own, and whether it still takes anything.

use sharesync_protocol::api::{FileRequestPage, FileRequestPublic, OwnedFileRequest, ProblemCode};

use super::intake::Intake;
use crate::api::Api;
use crate::failure::{Failure, Result};

/// A request of one's own.
pub struct Asked<'a> {
    api: &'a Api,
    slug: String,
    /// Whether it was said that another is told from it by nothing.
    warned: bool,
}

/// Whether a request takes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Open,
    /// Not any more.
    Over(Reason),
}

/// Why a request takes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its owner has closed it.
    Closed,
    /// Its time is over.
    Expired,
    /// It has as many files as it takes.
    UsedUp,
}

impl Reason {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Expired => "expired",
            Self::UsedUp => "used_up",
        }
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Closed => "the request is closed",
            Self::Expired => "the time of the request is over",
            Self::UsedUp => "the request has all the files that it takes",
        }
    }

    /// Whether it is never open again.
    pub fn is_for_good(self) -> bool {
        self == Self::Closed
    }
}

impl<'a> Asked<'a> {
    /// The one that a link names.
    pub fn new(api: &'a Api, slug: String) -> Self {
        Self { api, slug, warned: false }
    }

    /// Whether it takes anything; the intake is told what to look for. Fails where it is nobody's, somebody else's, or was
    /// closed before anything was known of it, and where its folder is in the trash.
    pub async fn state(&mut self, intake: &mut Intake<'_>) -> Result<State> {
        let items = |page: FileRequestPage| (page.items, page.next_cursor);
        let own: Vec<OwnedFileRequest> = self.api.all("/api/requests", items).await?;
        let Some(request) = own.iter().find(|request| request.slug.as_str() == self.slug) else {
            if intake.title().is_none() {
                return Err(Failure::not_found(format!(
                    "no file request of yours at {} has this link: it is somebody else's, or closed",
                    self.api.server().name()
                )));
            }
            return Ok(State::Over(Reason::Closed));
        };
        if request.folder_in_trash {
            return Err(Failure::not_found(
                "the folder of the request is in the trash, so that nothing comes to it",
            ));
        }
        let folder = request.folder.as_ref().map(|folder| folder.id);
        intake.look_for(folder, &request.title)?;
        let is_twin = |other: &&OwnedFileRequest| {
            other.slug != request.slug
                && other.title == request.title
                && other.folder == request.folder
        };
        if own.iter().any(|other| is_twin(&other)) && !std::mem::replace(&mut self.warned, true) {
            self.api.output().warn(
                "another request of yours has the same title and folder: what comes to either is taken",
            );
        }
        let path = format!("/api/requests/{}", self.slug);
        match self.api.get::<FileRequestPublic>(&path).await {
            Ok(_) => Ok(State::Open),
            Err(failure) if failure.is(ProblemCode::Expired) => Ok(State::Over(Reason::Expired)),
            Err(failure) if failure.is(ProblemCode::UsedUp) => Ok(State::Over(Reason::UsedUp)),
            // It was closed just now.
            Err(failure) if failure.is(ProblemCode::NotFound) => Ok(State::Over(Reason::Closed)),
            Err(failure) => Err(failure),
        }
    }
}
