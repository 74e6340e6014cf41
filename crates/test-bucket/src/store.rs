//! s3s-fs, and what it lacks.

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateBucketInput,
    CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, GetBucketLocationInput,
    GetBucketLocationOutput, GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput,
    HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input, ListObjectsV2Output,
    ListPartsInput, ListPartsOutput, Part, PutObjectInput, PutObjectOutput, Range, StreamingBlob,
    Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, Take};
use tokio::sync::Mutex;
use tokio_util::io::ReaderStream;

use crate::announced::watched;
use crate::uploads::{Upload, Uploads};

const MAX_PARTS: i32 = 10_000;
/// How many parts a list has that was not asked for fewer.
const PARTS_LISTED: i32 = 1_000;

/// How much of an object is read at a time.
const READ_BYTES: usize = 256 * 1024;

/// The store.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    files: Arc<FileSystem>,
    uploads: Arc<Uploads>,
    /// Held while an object is made of parts, or they are let go of: of the same parts only one thing becomes.
    completing: Arc<Mutex<()>>,
}

impl Store {
    /// A store whose buckets are folders of this one.
    pub fn new(folder: &Path) -> s3s_fs::Result<Self> {
        let files = Arc::new(FileSystem::new(folder)?);
        let (uploads, completing) = (Arc::default(), Arc::default());
        Ok(Self { folder: folder.to_owned(), files, uploads, completing })
    }

    /// s3s-fs makes a bucket of whatever something is stored in.
    fn check_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.folder.join(bucket).is_dir() { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
    }
}

/// So many bytes of a file, from where the range begins.
async fn body_of(
    path: &Path,
    range: Option<Range>,
    length: u64,
) -> S3Result<ReaderStream<Take<File>>> {
    let mut file = File::open(path).await.map_err(|error| s3_error!(error, NoSuchKey))?;
    let all = file.metadata().await.map_err(S3Error::internal_error)?.len();
    let begin = range.map_or(Ok(0), |range| range.check(all).map(|section| section.start))?;
    file.seek(SeekFrom::Start(begin)).await.map_err(S3Error::internal_error)?;
    Ok(ReaderStream::with_capacity(file.take(length), READ_BYTES))
}

#[expect(clippy::disallowed_methods, reason = "files are dated by the system's clock, too")]
fn now() -> Timestamp {
    SystemTime::now().into()
}

type Answer<T> = S3Result<S3Response<T>>;

/// Does all of it, as S3 does all or nothing: what serves a connection is dropped where whoever asked leaves, halfway.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Answer<T>> + Send + 'static,
) -> Answer<T> {
    tokio::spawn(work).await.map_err(S3Error::internal_error)?
}

#[async_trait]
impl S3 for Store {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        self.files.create_bucket(request).await.map_err(|mut error| {
            // There is one key, so whatever is there is its owner's.
            if *error.code() == S3ErrorCode::BucketAlreadyExists {
                error.set_code(S3ErrorCode::BucketAlreadyOwnedByYou);
            }
            error
        })
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.files.head_bucket(request).await
    }

    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> Answer<ListBucketsOutput> {
        self.files.list_buckets(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        self.files.get_bucket_location(request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        self.check_bucket(&request.input.bucket)?;
        let (path, range) =
            (self.folder.join(&request.input.bucket).join(&request.input.key), request.input.range);
        let mut answer = self.files.get_object(request).await?;
        // s3s-fs reads 4 KiB at a time, which is no measure of anything.
        let length = u64::try_from(answer.output.content_length.unwrap_or_default())
            .map_err(S3Error::internal_error)?;
        let body = body_of(&path, range, length).await?;
        answer.output.body = Some(StreamingBlob::wrap(body));
        Ok(answer)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        self.files.head_object(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        self.files.list_objects_v2(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        self.files.delete_object(request).await
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        self.files.delete_objects(request).await
    }

    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        self.check_bucket(&request.input.bucket)?;
        let body = request.input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let (body, receipt) = watched(body, request.input.checksum_sha256.clone());
        request.input.body = Some(body);
        self.files.put_object(request).await.map_err(|error| receipt.explain(error))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        self.check_bucket(&request.input.bucket)?;
        let algorithm = request.input.checksum_algorithm.clone();
        let upload = Upload {
            bucket: request.input.bucket.clone(),
            key: request.input.key.clone(),
            with_digests: algorithm
                .as_ref()
                .is_some_and(|given| given.as_str() == ChecksumAlgorithm::SHA256),
            begun: now(),
            parts: BTreeMap::new(),
        };
        let (files, uploads) = (Arc::clone(&self.files), Arc::clone(&self.uploads));
        to_its_end(async move {
            let mut answer = files.create_multipart_upload(request).await?;
            answer.output.checksum_algorithm = algorithm;
            let id = answer.output.upload_id.clone().ok_or_else(|| s3_error!(InternalError))?;
            uploads.begin(id, upload);
            Ok(answer)
        })
        .await
    }

    async fn upload_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> Answer<UploadPartOutput> {
        let input = &mut request.input;
        let (id, number) = (input.upload_id.clone(), input.part_number);
        let upload = self.uploads.get(&id, &input.bucket, &input.key)?;
        if !(1..=MAX_PARTS).contains(&number) {
            return Err(s3_error!(InvalidArgument, "Parts are numbered from 1 to 10000"));
        }
        if upload.with_digests && input.checksum_sha256.is_none() {
            return Err(s3_error!(
                InvalidRequest,
                "The parts of this upload come with their SHA256"
            ));
        }
        let body = input.body.take().ok_or_else(|| s3_error!(IncompleteBody))?;
        let (body, receipt) = watched(body, input.checksum_sha256.clone());
        input.body = Some(body);
        let mut answer =
            self.files.upload_part(request).await.map_err(|error| receipt.explain(error))?;
        let arrived = receipt.arrived().ok_or_else(|| s3_error!(InternalError))?;
        answer.output.checksum_sha256 = Some(arrived.sha256.clone());
        let part = Part {
            part_number: Some(number),
            size: Some(arrived.size),
            e_tag: answer.output.e_tag.clone(),
            checksum_sha256: Some(arrived.sha256),
            last_modified: Some(now()),
            ..Part::default()
        };
        self.uploads.add(&id, number, part)?;
        Ok(answer)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        let input = request.input;
        let upload = self.uploads.get(&input.upload_id, &input.bucket, &input.key)?;
        let max_parts = input.max_parts.unwrap_or(PARTS_LISTED).clamp(0, PARTS_LISTED);
        let after = input.part_number_marker.unwrap_or_default();
        let mut later = upload.parts.into_values().filter(|part| part.part_number > Some(after));
        let parts: Vec<Part> =
            later.by_ref().take(usize::try_from(max_parts).unwrap_or_default()).collect();
        Ok(S3Response::new(ListPartsOutput {
            is_truncated: Some(later.next().is_some()),
            next_part_number_marker: parts.last().and_then(|part| part.part_number),
            parts: Some(parts),
            max_parts: Some(max_parts),
            part_number_marker: input.part_number_marker,
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            ..ListPartsOutput::default()
        }))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        let input = request.input;
        let uploads = self.uploads.list(&input.bucket, input.prefix.as_deref().unwrap_or_default());
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix,
            is_truncated: Some(false),
            uploads: Some(uploads),
            ..ListMultipartUploadsOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let (files, uploads) = (Arc::clone(&self.files), Arc::clone(&self.uploads));
        let completing = Arc::clone(&self.completing);
        to_its_end(async move {
            let _turn = completing.lock().await;
            let input = &request.input;
            let id = input.upload_id.clone();
            let upload = uploads.get(&id, &input.bucket, &input.key)?;
            let parts =
                input.multipart_upload.as_ref().and_then(|completed| completed.parts.as_deref());
            upload.check(parts.unwrap_or_default())?;
            let answer = files.complete_multipart_upload(request).await;
            uploads.end(&id);
            answer
        })
        .await
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        let (files, uploads) = (Arc::clone(&self.files), Arc::clone(&self.uploads));
        let completing = Arc::clone(&self.completing);
        to_its_end(async move {
            let _turn = completing.lock().await;
            let input = &request.input;
            let id = input.upload_id.clone();
            uploads.get(&id, &input.bucket, &input.key)?;
            uploads.end(&id);
            files.abort_multipart_upload(request).await
        })
        .await
    }
}
