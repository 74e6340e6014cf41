//! What is taken in, looked at before it becomes a file: whether its content is what its name claims and of a type that is
//! taken, and whether it would harm whoever opens it (pixel floods, archives that unpack to too much or to elsewhere). The
//! library asks for every way in; what is asked before a byte is sent, as names and sizes, the handlers ask.

mod claim;
mod media;
mod picture;
mod rules;
mod sizes;
mod window;
mod zip;

use std::io;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

pub use rules::TypeRules;
pub use sizes::UploadSizes;
pub use zip::MOST_FILES;

use crate::error::{Error, Result};
use claim::Claim;
use media::{Content, Family, HEAD_BYTES};
use window::Window;
use zip::Fault;

/// Files looked at more closely at once: each may take some ten megabytes of memory, and a thread.
const AT_ONCE: usize = 4;

/// Pixels of a picture, unless `MAX_IMAGE_PIXELS` says otherwise: a gigabyte once it is shown.
pub const MAX_IMAGE_PIXELS: u64 = 250_000_000;
/// Bytes that an archive unpacks to, unless `MAX_ARCHIVE_EXPANSION` says otherwise: two hundred times the largest upload that
/// is taken unless that is configured, which honest archives are far from, and what most disks have room for.
pub const MAX_ARCHIVE_EXPANSION: u64 = 100 * 1024 * 1024 * 1024;

/// What is held against what comes.
#[derive(Clone)]
pub struct Validation(Arc<Limits>);

/// What is configured of it.
pub struct Limits {
    /// By type.
    pub types: TypeRules,
    /// Pixels of a picture, at most.
    pub image_pixels: u64,
    /// Bytes that an archive unpacks to, at most.
    pub archive_expansion: u64,
    turns: Semaphore,
}

impl Limits {
    /// These.
    pub fn new(types: TypeRules, image_pixels: u64, archive_expansion: u64) -> Self {
        Self { types, image_pixels, archive_expansion, turns: Semaphore::new(AT_ONCE) }
    }
}

impl Validation {
    /// By these limits.
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(limits))
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.0
    }

    /// Looks at what is about to become a file of this name and so many bytes; `fetch` reads them, from a place and up to one,
    /// and no more of them than it takes. [`Error::TypeMismatch`], [`Error::TypeRefused`], [`Error::TooManyPixels`],
    /// [`Error::ArchiveBomb`] and [`Error::UnsafeArchive`] say why it is not to be one.
    pub async fn check<F, R>(&self, name: &str, size: u64, fetch: F) -> Result<()>
    where
        F: Fn(u64, u64) -> R + Send + 'static,
        R: Future<Output = Result<Vec<u8>>> + Send,
    {
        let head = fetch(0, size.min(HEAD_BYTES)).await?;
        let Some(closer) = self.check_type(name, size, &head)? else { return Ok(()) };
        let _turn = self.0.turns.acquire().await.map_err(Error::internal)?;
        let (validation, reader) = (self.clone(), Handle::current());
        let looked = tokio::task::spawn_blocking(move || {
            let mut broken = None;
            let read = |from, to| {
                reader.block_on(fetch(from, to)).map_err(|cause| {
                    broken = Some(cause);
                    io::Error::other("it cannot be read")
                })
            };
            let found = validation.look_closer(closer, size, read);
            broken.map_or(found, Err)
        });
        looked.await.map_err(Error::internal)?
    }

    /// Whether what is about to become a file of this name is of a type that whoever asked for it takes: errors as of
    /// [`check`](Self::check), which sees to everything else.
    pub async fn check_asked<F, R>(asked: &TypeRules, name: &str, size: u64, fetch: F) -> Result<()>
    where
        F: Fn(u64, u64) -> R,
        R: Future<Output = Result<Vec<u8>>>,
    {
        asked.check_name(name)?;
        let head = fetch(0, size.min(HEAD_BYTES)).await?;
        asked.check_content(Claim::of(name), media::recognise(&head, size).as_ref())
    }

    /// Looks at a file that is to have another name, where that claims something else: errors as of [`check`](Self::check).
    pub async fn check_rename<F, R>(&self, from: &str, to: &str, size: u64, fetch: F) -> Result<()>
    where
        F: Fn(u64, u64) -> R + Send + 'static,
        R: Future<Output = Result<Vec<u8>>> + Send,
    {
        if Claim::of(from) == Claim::of(to) {
            return self.0.types.check_name(to);
        }
        self.check(to, size, fetch).await
    }

    /// Whether a file with this beginning may have this name: [`Error::TypeMismatch`], [`Error::TypeRefused`]. Answers what is
    /// to be looked at more closely.
    pub fn check_type(&self, name: &str, size: u64, head: &[u8]) -> Result<Option<Closer>> {
        let types = &self.0.types;
        types.check_name(name)?;
        let claim = Claim::of(name);
        let content = media::recognise(head, size);
        if let Some(Content { family, .. }) =
            content.as_ref().filter(|found| !claim.takes(found.family))
        {
            return Err(Error::TypeMismatch { name: name.to_owned(), content: family.words() });
        }
        types.check_content(claim, content.as_ref())?;
        Ok(match content {
            Some(Content { family: Family::Picture, .. }) => Some(Closer::Picture),
            Some(content) if content.is_zip() => Some(Closer::Archive),
            // There may be something before it.
            _ if matches!(claim, Claim::Archive | Claim::Office) => Some(Closer::Archive),
            _ => None,
        })
    }

    fn look_closer(
        &self,
        closer: Closer,
        size: u64,
        read: impl FnMut(u64, u64) -> io::Result<Vec<u8>>,
    ) -> Result<()> {
        match closer {
            Closer::Picture => {
                let mut picture = Window::new(size, picture::BUDGET, read);
                picture::check(&mut picture, self.0.image_pixels)
            }
            Closer::Archive => {
                let mut archive = Window::new(size, zip::BUDGET, read);
                let most = self.0.archive_expansion;
                let found = zip::check(&mut archive, size, most);
                let found =
                    if archive.is_exhausted() { found.and(Err(Fault::Bomb)) } else { found };
                found.map_err(|fault| match fault {
                    Fault::Bomb => Error::ArchiveBomb { limit: most },
                    Fault::Unsafe(why) => Error::UnsafeArchive(why),
                })
            }
        }
    }
}

/// What is looked at more closely than by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closer {
    /// A picture's dimensions.
    Picture,
    /// An archive's directory.
    Archive,
}
