//! Which uploads are under way, and which parts they have.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use s3s::dto::{CompletedPart, ETag, MultipartUpload, Part, Timestamp};
use s3s::{S3Result, s3_error};

/// All parts but the last have at least so many bytes.
const SMALLEST_PART: i64 = 5 * 1024 * 1024;

/// An upload that was begun.
#[derive(Debug, Clone)]
pub struct Upload {
    pub bucket: String,
    pub key: String,
    /// Whether it was begun as one whose parts have SHA-256 digests.
    pub with_digests: bool,
    pub begun: Timestamp,
    pub parts: BTreeMap<i32, Part>,
}

impl Upload {
    /// Whether an object can be made of these parts.
    pub fn check(&self, completed: &[CompletedPart]) -> S3Result<()> {
        if completed.is_empty() {
            return Err(s3_error!(MalformedXML, "You must specify at least one part"));
        }
        for (part, expected) in completed.iter().zip(1..) {
            let part_number = part.part_number.unwrap_or_default();
            let Some(known) = self.parts.get(&part_number) else {
                return Err(s3_error!(InvalidPart, "Part {part_number} was not uploaded"));
            };
            if part_number != expected {
                return Err(s3_error!(
                    InvalidPartOrder,
                    "Parts are numbered from 1, without gaps, in order"
                ));
            }
            if part.e_tag.as_ref().map(ETag::value) != known.e_tag.as_ref().map(ETag::value) {
                return Err(s3_error!(
                    InvalidPart,
                    "The ETag of part {part_number} is another one"
                ));
            }
            if self.with_digests && part.checksum_sha256.is_none() {
                return Err(s3_error!(
                    InvalidRequest,
                    "The complete request must include the checksum of each part"
                ));
            }
            if part.checksum_sha256.is_some() && part.checksum_sha256 != known.checksum_sha256 {
                return Err(s3_error!(
                    InvalidPart,
                    "The SHA256 of part {part_number} is another one"
                ));
            }
        }
        let (_, but_last) = completed.split_last().unwrap_or((&completed[0], &[]));
        let too_small = |part: &CompletedPart| {
            let known = part.part_number.and_then(|number| self.parts.get(&number));
            known.and_then(|known| known.size).is_some_and(|size| size < SMALLEST_PART)
        };
        if but_last.iter().any(too_small) {
            return Err(s3_error!(
                EntityTooSmall,
                "A part that is not the last has less than 5 MiB"
            ));
        }
        Ok(())
    }
}

/// All uploads under way.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<HashMap<String, Upload>>);

impl Uploads {
    pub fn begin(&self, id: String, upload: Upload) {
        self.all().insert(id, upload);
    }

    /// An upload to this key.
    pub fn get(&self, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
        let all = self.all();
        let upload = all.get(id).filter(|upload| upload.bucket == bucket && upload.key == key);
        upload.cloned().ok_or_else(|| s3_error!(NoSuchUpload))
    }

    pub fn end(&self, id: &str) {
        self.all().remove(id);
    }

    /// Keeps what a part is. The upload may have ended meanwhile.
    pub fn add(&self, id: &str, number: i32, part: Part) -> S3Result<()> {
        let mut all = self.all();
        let upload = all.get_mut(id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        upload.parts.insert(number, part);
        Ok(())
    }

    /// Those to keys of a bucket that begin so, in order.
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<MultipartUpload> {
        let all = self.all();
        let listed = all
            .iter()
            .filter(|(_, upload)| upload.bucket == bucket && upload.key.starts_with(prefix));
        let mut listed: Vec<MultipartUpload> = listed
            .map(|(id, upload)| MultipartUpload {
                key: Some(upload.key.clone()),
                upload_id: Some(id.clone()),
                initiated: Some(upload.begun.clone()),
                ..MultipartUpload::default()
            })
            .collect();
        listed
            .sort_by(|one, other| (&one.key, &one.upload_id).cmp(&(&other.key, &other.upload_id)));
        listed
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
