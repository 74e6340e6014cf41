//! Whole objects: stored from a file, read from any byte to any other, listed and removed.

use std::io;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};

use crate::parts::{CONTENT_TYPE, length_of, section, signed, unreadable};
use crate::{Bucket, Error, Result, client, digest, expiry};

/// The most that S3 takes in one request: 5 GiB.
pub const MAX_PUT_BYTES: u64 = 5 * 1024 * 1024 * 1024;

const READ: &str = "read an object";

/// An object that a bucket has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// In bytes.
    pub size: u64,
}

impl Bucket {
    /// Whether an object of so many bytes is sent in one request. If not, it goes in parts.
    pub fn takes_at_once(&self, bytes: u64) -> bool {
        bytes <= self.put_limit
    }

    /// Stores bytes.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        let sha256 = Sha256::digest(&bytes).into();
        self.put_body(key, bytes.len() as u64, &sha256, ByteStream::from(bytes)).await
    }

    /// Stores a file in one request, after reading it once for its digest. A file that is too long for that
    /// ([`Bucket::takes_at_once`]) goes by [`Bucket::begin_parts`] and [`Bucket::put_parts_of_file`].
    pub async fn put_file(&self, key: &str, path: &Path) -> Result<()> {
        let length = length_of(path).await?;
        if !self.takes_at_once(length) {
            return Err(Error::refused("store a file", "it is too long for one request"));
        }
        let (sha256, length) = digest::of_file(path, 0, length).await.map_err(unreadable)?;
        self.put_body(key, length, &sha256, section(path, 0, length).await?).await
    }

    async fn put_body(
        &self,
        key: &str,
        length: u64,
        sha256: &[u8; 32],
        body: ByteStream,
    ) -> Result<()> {
        const OPERATION: &str = "store an object";
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(CONTENT_TYPE)
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

    /// An object's bytes from `from` up to, and without, `to`. The stream fails with
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) where the object ends before, and with what [`Error`] turns
    /// into where the service is lost on the way.
    pub async fn read(
        &self,
        key: &str,
        from: u64,
        to: u64,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>> {
        let Some(length @ 1..) = to.checked_sub(from) else {
            // Such a range cannot be written; that the object is there is still to be found out.
            self.size(key).await?.ok_or(Error::NotFound { operation: READ })?;
            return Ok(stream::empty().boxed());
        };
        let answer = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .range(format!("bytes={from}-{}", to - 1))
            .send()
            .await;
        match answer {
            Ok(found) => exactly(found, length),
            // The object ends before the range begins.
            Err(error)
                if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 416) =>
            {
                Ok(stream::once(async { Err(io::ErrorKind::UnexpectedEof.into()) }).boxed())
            }
            Err(error) => Err(Error::sdk(READ, error)),
        }
    }

    /// A URL that anybody may read an object by until it expires, as this type, saved as this disposition says
    /// (RFC 6266), and kept by no shared cache. A secret. Asks nobody.
    pub async fn presign_read(
        &self,
        key: &str,
        content_type: &str,
        disposition: &str,
        valid_for: Duration,
    ) -> Result<String> {
        const OPERATION: &str = "presign an object";
        let presigned = self
            .presigner
            .get_object()
            .bucket(&self.name)
            .key(key)
            .response_content_type(content_type)
            .response_content_disposition(disposition)
            .response_cache_control("private, no-store")
            .presigned(expiry(OPERATION, valid_for)?)
            .await
            .map_err(|error| Error::sdk(OPERATION, error))?;
        Ok(presigned.uri().to_owned())
    }

    /// How many bytes an object has, if it is there. A missing bucket looks like a missing object: the service's answer
    /// has no body that could tell.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        const OPERATION: &str = "look at an object";
        let found = self.client.head_object().bucket(&self.name).key(key).send().await;
        match found.map_err(|error| Error::sdk(OPERATION, error)) {
            Ok(found) => {
                let length = found
                    .content_length
                    .ok_or_else(|| Error::refused(OPERATION, "the service told no length"))?;
                signed(OPERATION, length).map(Some)
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes an object. There may be none.
    pub async fn remove(&self, key: &str) -> Result<()> {
        let removed = self.client.delete_object().bucket(&self.name).key(key).send().await;
        match removed.map_err(|error| Error::sdk("remove an object", error)) {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The objects whose keys begin so, in the order of their keys; asked for a page of 1,000 at a time.
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<Listed>> {
        const OPERATION: &str = "list objects";
        let pages =
            self.client.list_objects_v2().bucket(&self.name).prefix(prefix).into_paginator().send();
        stream::try_unfold(pages, |mut pages| async {
            let page = pages.try_next().await.map_err(|error| Error::sdk(OPERATION, error))?;
            Ok(page.map(|page| {
                (stream::iter(page.contents.unwrap_or_default().into_iter().map(listed)), pages)
            }))
        })
        .try_flatten()
        .boxed()
    }
}

/// An answer's body, which has to have so many bytes.
fn exactly(answer: GetObjectOutput, length: u64) -> Result<BoxStream<'static, io::Result<Bytes>>> {
    let promised: Option<u64> = answer.content_length.and_then(|length| length.try_into().ok());
    if promised.is_some_and(|promised| promised > length) {
        return Err(Error::refused(READ, "the service answers with another range"));
    }
    let chunks = stream::try_unfold((answer.body, length), |(mut body, left)| async move {
        match body.next().await {
            Some(Ok(chunk)) => {
                let left = left.checked_sub(chunk.len() as u64).ok_or_else(|| {
                    Error::refused(READ, "the service answers with another range")
                })?;
                Ok(Some((chunk, (body, left))))
            }
            Some(Err(error)) => Err(Error::unavailable(READ, error).into()),
            None if left > 0 => Err(io::ErrorKind::UnexpectedEof.into()),
            None => Ok(None),
        }
    });
    Ok(chunks.boxed())
}

fn listed(object: aws_sdk_s3::types::Object) -> Result<Listed> {
    let size = object.size.and_then(|size| size.try_into().ok());
    object
        .key
        .zip(size)
        .map(|(key, size)| Listed { key, size })
        .ok_or_else(|| Error::refused("list objects", "the service left out what objects are"))
}
