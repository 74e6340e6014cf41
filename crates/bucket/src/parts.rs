//! Multipart uploads: objects that come in parts, from the server or straight from browsers, and count from the moment
//! that all are put together.
//!
//! Every part is announced with its SHA-256, which the service compares with what arrives.

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{Bucket, Error, Result, client, digest, expiry, headers_to_send};

/// How many parts an upload may have; they are numbered from one.
pub const MAX_PARTS: u64 = 10_000;
/// The size of parts that are sent from a file, unless there would be too many.
const PART_BYTES: u64 = 64 * 1024 * 1024;
/// How many parts of a file are under way at a time.
const PARTS_UNDER_WAY: usize = 3;
/// What type objects have; those who read them say another (`presign_read`).
pub const CONTENT_TYPE: &str = "application/octet-stream";

/// A part that the service has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its place, from 1.
    pub number: u32,
    /// In bytes.
    pub size: u64,
    /// What the service calls its content.
    pub etag: String,
    /// What it was announced with. Not every service tells.
    pub sha256: Option<[u8; 32]>,
}

/// A request that anybody may send until it expires, with one body.
#[derive(Clone)]
pub struct PresignedPart {
    /// Where to send it (`PUT`). A secret: it works without any other.
    pub url: String,
    /// The headers it must have, besides those that HTTP clients write by themselves.
    pub headers: Vec<(String, String)>,
}

impl std::fmt::Debug for PresignedPart {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PresignedPart")
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// The body of a part that the server sends.
#[derive(Debug, Clone)]
pub enum Piece<'a> {
    /// In memory.
    Bytes(Bytes),
    /// So many bytes of a file, from an offset on.
    Section {
        /// The file.
        path: &'a Path,
        /// The offset.
        from: u64,
        /// How many.
        length: u64,
    },
}

impl From<Bytes> for Piece<'_> {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// The key of what it is to become.
    pub key: String,
    /// What the service calls it.
    pub upload: String,
}

/// The size of parts that a file of so many bytes is sent in.
pub fn part_size(file: u64) -> u64 {
    PART_BYTES.max(file.div_ceil(MAX_PARTS))
}

impl Bucket {
    /// Begins an upload. Whoever begins it remembers what this returns: parts cost space until the upload is completed
    /// or aborted.
    pub async fn begin_parts(&self, key: &str) -> Result<String> {
        const OPERATION: &str = "begin an upload";
        self.client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .content_type(CONTENT_TYPE)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .send()
            .await
            .map_err(|error| Error::sdk(OPERATION, error))?
            .upload_id
            .ok_or_else(|| Error::refused(OPERATION, "the service named no upload"))
    }

    /// A request that sends one part: this part, of so many bytes with this digest. Asks nobody.
    pub async fn presign_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        length: u64,
        sha256: &[u8; 32],
        valid_for: Duration,
    ) -> Result<PresignedPart> {
        const OPERATION: &str = "presign a part";
        let presigned = self
            .presigner
            .upload_part()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .part_number(signed(OPERATION, number)?)
            .content_length(signed(OPERATION, length)?)
            .checksum_sha256(digest::written(sha256))
            .presigned(expiry(OPERATION, valid_for)?)
            .await
            .map_err(|error| Error::sdk(OPERATION, error))?;
        Ok(PresignedPart { url: presigned.uri().to_owned(), headers: headers_to_send(&presigned) })
    }

    /// Sends one part. A part of the same number is replaced.
    pub async fn put_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        piece: Piece<'_>,
        sha256: &[u8; 32],
    ) -> Result<()> {
        const OPERATION: &str = "store a part";
        let (length, body) = match piece {
            Piece::Bytes(bytes) => (bytes.len() as u64, ByteStream::from(bytes)),
            Piece::Section { path, from, length } => (length, section(path, from, length).await?),
        };
        self.client
            .upload_part()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .part_number(signed(OPERATION, number)?)
            .content_length(signed(OPERATION, length)?)
            .checksum_sha256(digest::written(sha256))
            .body(body)
            .customize()
            // The digest is signed, and covers the body.
            .disable_payload_signing()
            .config_override(client::carrying(length))
            .send()
            .await
            .map_err(|error| Error::sdk(OPERATION, error))?;
        Ok(())
    }

    /// The parts that the service has, in order.
    pub async fn parts(&self, key: &str, upload: &str) -> Result<Vec<Part>> {
        const OPERATION: &str = "list the parts of an upload";
        let mut pages = self
            .client
            .list_parts()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .into_paginator()
            .send();
        let mut parts = Vec::new();
        while let Some(page) = pages.next().await {
            for part in
                page.map_err(|error| Error::sdk(OPERATION, error))?.parts.unwrap_or_default()
            {
                parts.push(listed(part).ok_or_else(|| {
                    Error::refused(OPERATION, "the service left out what parts are")
                })?);
            }
        }
        parts.sort_unstable_by_key(|part| part.number);
        Ok(parts)
    }

    /// The uploads under way of objects whose keys begin so.
    pub async fn under_way(&self, prefix: &str) -> Result<Vec<UnderWay>> {
        const OPERATION: &str = "list the uploads under way";
        let (mut found, mut after) = (Vec::new(), (None, None));
        loop {
            let page = self
                .client
                .list_multipart_uploads()
                .bucket(&self.name)
                .prefix(prefix)
                .set_key_marker(after.0.take())
                .set_upload_id_marker(after.1.take())
                .send()
                .await
                .map_err(|error| Error::sdk(OPERATION, error))?;
            for upload in page.uploads.unwrap_or_default() {
                found.extend(
                    upload.key.zip(upload.upload_id).map(|(key, upload)| UnderWay { key, upload }),
                );
            }
            after = (page.next_key_marker, page.next_upload_id_marker);
            if page.is_truncated != Some(true) || after.0.is_none() {
                return Ok(found);
            }
        }
    }

    /// Makes the object of these parts. [`Error::NotFound`] where there is no such upload (any more): it may have been
    /// completed before, even by a request whose answer was lost, so look whether the object is there.
    pub async fn complete_parts(&self, key: &str, upload: &str, parts: &[Part]) -> Result<()> {
        const OPERATION: &str = "put the parts of an upload together";
        let mut all = CompletedMultipartUpload::builder();
        for part in parts {
            let completed = CompletedPart::builder()
                .part_number(signed(OPERATION, part.number)?)
                .e_tag(&part.etag)
                .set_checksum_sha256(part.sha256.as_ref().map(digest::written));
            all = all.parts(completed.build());
        }
        self.client
            .complete_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .multipart_upload(all.build())
            .customize()
            .config_override(client::completing())
            .send()
            .await
            .map_err(|error| Error::sdk(OPERATION, error))?;
        Ok(())
    }

    /// Lets go of an upload and its parts. There may be no such upload.
    pub async fn abort_parts(&self, key: &str, upload: &str) -> Result<()> {
        let aborted = self
            .client
            .abort_multipart_upload()
            .bucket(&self.name)
            .key(key)
            .upload_id(upload)
            .send()
            .await;
        match aborted.map_err(|error| Error::sdk("abort an upload", error)) {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends a file as the parts of an upload, all of one size but the last, and makes the object of them. Parts that
    /// the service has already are not sent again, so this goes on with what an interruption left.
    pub async fn put_parts_of_file(
        &self,
        key: &str,
        upload: &str,
        path: &Path,
        part_size: u64,
    ) -> Result<()> {
        const OPERATION: &str = "send a file in parts";
        let length = length_of(path).await?;
        let present = self.parts(key, upload).await?;
        let count = length.div_ceil(part_size.max(1)).max(1);
        if part_size == 0 || count > MAX_PARTS {
            return Err(Error::refused(OPERATION, "parts of that size would be too many"));
        }
        let present = &present;
        stream::iter(0..count)
            .map(|index| async move {
                let number = signed(OPERATION, index + 1)?;
                let from = index * part_size;
                let length = part_size.min(length - from);
                let (sha256, size) =
                    digest::of_file(path, from, length).await.map_err(unreadable)?;
                let same = |part: &Part| {
                    (part.number, part.size, part.sha256) == (number, size, Some(sha256))
                };
                if present.iter().any(same) {
                    return Ok(());
                }
                self.put_part(key, upload, number, Piece::Section { path, from, length }, &sha256)
                    .await
            })
            .buffer_unordered(PARTS_UNDER_WAY)
            .try_collect::<()>()
            .await?;
        let mut parts = self.parts(key, upload).await?;
        // An earlier attempt may have cut the file otherwise.
        parts.retain(|part| u64::from(part.number) <= count);
        self.complete_parts(key, upload, &parts).await
    }
}

pub async fn length_of(path: &Path) -> Result<u64> {
    Ok(tokio::fs::metadata(path).await.map_err(unreadable)?.len())
}

/// A local file's error, which is not the bucket's.
pub fn unreadable(error: std::io::Error) -> Error {
    Error::refused("read the file to store", error)
}

pub async fn section(path: &Path, from: u64, length: u64) -> Result<ByteStream> {
    ByteStream::read_from()
        .path(path)
        .offset(from)
        .length(Length::Exact(length))
        .buffer_size(128 * 1024)
        .build()
        .await
        .map_err(|error| Error::refused("read the file to store", error))
}

/// A number as the SDK takes it.
pub fn signed<N, S: TryFrom<N>>(operation: &'static str, number: N) -> Result<S>
where
    S::Error: std::error::Error + Send + Sync + 'static,
{
    S::try_from(number).map_err(|error| Error::refused(operation, error))
}

fn listed(part: aws_sdk_s3::types::Part) -> Option<Part> {
    Some(Part {
        number: part.part_number?.try_into().ok()?,
        size: part.size?.try_into().ok()?,
        etag: part.e_tag?,
        sha256: part.checksum_sha256.as_deref().and_then(digest::read),
    })
}
