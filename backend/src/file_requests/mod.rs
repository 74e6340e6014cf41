//! File requests, from the side of those who are asked: what they are shown, and how they send. What owners do with their
//! requests is `owned`'s affair, and what those who send show for it that of `keys`.

pub mod keys;
pub mod owned;

use sharesync_protocol::api::{BeginRequestedUpload, FileRequestPublic, FileRequestTerms};
use sharesync_protocol::{RequestSlug, UploadId};
use sharesync_service_kit::client_addr::ClientNetwork;

use crate::app::AppState;
use crate::db::file_request::{self, FileRequest};
use crate::db::upload::{self, Sender, Sent, Upload};
use crate::error::{Error, Result};
use crate::limits::Limit;
use crate::names;
use crate::retention::Lifetime;
use crate::uploads::Announced;
use crate::validation::TypeRules;

/// What a request shows to whoever has its address: behind a password, nothing but who asks.
pub async fn look_at(app: &AppState, slug: &RequestSlug) -> Result<FileRequestPublic> {
    let request = open(app, slug).await?;
    let terms = if request.password_hash.is_some() { None } else { Some(terms(app, &request)?) };
    Ok(shown(slug, request, terms))
}

/// What it shows to whoever has its password, with a pass that stands for that.
pub async fn unlock(
    app: &AppState,
    slug: &RequestSlug,
    password: String,
) -> Result<(FileRequestPublic, String)> {
    let request = open(app, slug).await?;
    if let Some(hash) = &request.password_hash
        && !app.passwords.verify(password, Some(hash.clone())).await?
    {
        return Err(Error::WrongPassword);
    }
    let pass = app.request_keys.pass(&request, app.clock.now_ms());
    let terms = terms(app, &request)?;
    Ok((shown(slug, request, Some(terms)), pass))
}

/// Begins an upload to a request. Whoever goes on with it shows the key that comes with it.
pub async fn begin(
    app: &AppState,
    slug: &RequestSlug,
    wanted: BeginRequestedUpload,
    content_type: String,
) -> Result<(Upload, String)> {
    let request = open(app, slug).await?;
    if request.password_hash.is_some() {
        let pass = wanted.pass.ok_or(Error::PasswordRequired)?;
        if !app.request_keys.is_pass(&request, &pass, app.clock.now_ms()) {
            return Err(Error::PasswordRequired);
        }
    }
    names::check(&wanted.name)?;
    let limit = max_file_size(app, &request);
    if wanted.size > limit {
        return Err(Error::TooLarge { limit });
    }
    TypeRules::allowing(&file_request::types(&request.types))?.check_name(&wanted.name)?;
    let announced = Announced {
        owner: request.owner,
        folder: request.folder(),
        name: wanted.name,
        content_type,
        size: Some(wanted.size),
        in_sequence: false,
        metadata: None,
        sha256: wanted.sha256,
        handed_in: false,
        lifetime: Lifetime::Usual,
        sent: Some(Sent { request: request.id, sender: wanted.sender }),
    };
    let upload = app.uploads.begin(&announced).await.map_err(|refused| match refused {
        // How much its owner may store is nobody else's affair.
        Error::QuotaExceeded { .. } => Error::NoRoom,
        other => other,
    })?;
    let key = app.request_keys.upload_key(upload.id);
    Ok((upload, key))
}

/// Whose an upload is that somebody goes on with from a network, by its key. A request that takes nothing more lets what is
/// under way come to its end. [`Error::NotFound`] where the key is another's; who tries too many is told to wait.
pub async fn sender(
    app: &AppState,
    slug: &RequestSlug,
    id: UploadId,
    key: &str,
    from: ClientNetwork,
) -> Result<Sender> {
    if app.request_keys.is_upload_key(id, key)
        && let Ok(request) = file_request::open(&app.db, slug).await
    {
        return Ok(Sender::Requested(request.id));
    }
    if let Some(counted) = app.limits.count(Limit::SharePassword, &from.key()).await {
        counted.outcome?;
    }
    Err(Error::NotFound)
}

/// An upload that somebody goes on with.
pub async fn get(app: &AppState, sender: Sender, id: UploadId) -> Result<Upload> {
    upload::get(&app.db, sender, id, app.clock.now_ms()).await
}

/// A request that takes files still.
async fn open(app: &AppState, slug: &RequestSlug) -> Result<FileRequest> {
    let request = file_request::open(&app.db, slug).await?;
    if request.is_expired(app.clock.now_ms()) {
        return Err(Error::Expired);
    }
    if request.files_left() == Some(0) {
        return Err(Error::Full);
    }
    Ok(request)
}

fn shown(
    slug: &RequestSlug,
    request: FileRequest,
    terms: Option<FileRequestTerms>,
) -> FileRequestPublic {
    FileRequestPublic {
        slug: slug.clone(),
        owner: request.username,
        password_required: request.password_hash.is_some(),
        terms,
        expires_at: request.expires_at,
    }
}

fn terms(app: &AppState, request: &FileRequest) -> Result<FileRequestTerms> {
    let types = file_request::types(&request.types);
    let asked = TypeRules::allowing(&types)?;
    let (allowed_extensions, refused_extensions) =
        app.validation.limits().types.endings_with(&asked);
    Ok(FileRequestTerms {
        title: request.title.clone(),
        message: request.message.clone(),
        files_left: request.files_left(),
        max_file_size: max_file_size(app, request),
        types,
        allowed_extensions,
        refused_extensions,
    })
}

/// Bytes that a file may have: no more than its owner could upload.
fn max_file_size(app: &AppState, request: &FileRequest) -> u64 {
    let limit = app.upload_sizes.of(request.role());
    request.max_file_size().map_or(limit, |asked| asked.min(limit))
}
