//! One bucket of an S3 service: what the server keeps objects in instead of a folder, where it is told to.
//!
//! A crate of its own because its SDK builds slowly. Called by the server's store; browsers send parts and read objects
//! by the URLs presigned here, without the server between. It asks of the service only what Amazon's, MinIO and Garage
//! have in common: no checksum that was not asked for, no lifecycle, no policy.

mod client;
mod digest;
mod error;
mod objects;
mod parts;
mod settings;

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

pub use error::{Error, Result};
pub use objects::{Listed, MAX_PUT_BYTES};
pub use parts::{MAX_PARTS, Part, Piece, PresignedPart, UnderWay, part_size};
pub use settings::Settings;

/// The region whose buckets are made by naming none.
const DEFAULT_REGION: &str = "us-east-1";

/// A bucket, and the key to it. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    /// Signs what others send.
    presigner: Client,
    name: String,
    region: String,
    put_limit: u64,
}

impl Bucket {
    /// The bucket these settings name. Connects to nothing yet.
    pub fn new(settings: &Settings) -> Self {
        let endpoint = settings.endpoint.as_ref();
        let client = client::client(settings, endpoint);
        let public = settings.public_endpoint.as_ref().filter(|public| Some(*public) != endpoint);
        let presigner =
            public.map_or_else(|| client.clone(), |public| client::client(settings, Some(public)));
        Self {
            client,
            presigner,
            name: settings.name.clone(),
            region: settings.region.clone(),
            put_limit: MAX_PUT_BYTES,
        }
    }

    /// The same, sending at most so many bytes in one request.
    #[must_use]
    pub fn with_put_limit(self, bytes: u64) -> Self {
        Self { put_limit: bytes, ..self }
    }

    /// The origin (`scheme://host[:port]`) of the URLs presigned here, as a browser writes it, for a page's policy.
    /// Asks nobody.
    pub async fn origin(&self) -> Result<String> {
        let presigned = self
            .presigner
            .get_object()
            .bucket(&self.name)
            .key("origin")
            .presigned(expiry("name the origin", Duration::from_secs(1))?)
            .await
            .map_err(|error| Error::sdk("name the origin", error))?;
        Ok(origin_of(presigned.uri()))
    }

    /// Whether the service answers, knows the key and has the bucket: [`Error::NotFound`] where it has not.
    pub async fn check(&self) -> Result<()> {
        self.client
            .head_bucket()
            .bucket(&self.name)
            .send()
            .await
            .map_err(|error| Error::sdk("find the bucket", error))?;
        Ok(())
    }

    /// Makes the bucket where it is missing.
    pub async fn ensure(&self) -> Result<()> {
        match self.check().await {
            Err(Error::NotFound { .. }) => {}
            found => return found,
        }
        let place = (self.region != DEFAULT_REGION).then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let made = self
            .client
            .create_bucket()
            .bucket(&self.name)
            .set_create_bucket_configuration(place)
            .send()
            .await;
        match made {
            Ok(_) => Ok(()),
            // Another process may have been first.
            Err(error) => self.check().await.map_err(|_| Error::sdk("make the bucket", error)),
        }
    }
}

/// How long a presigned URL holds: whole seconds, at most a week.
fn expiry(operation: &'static str, valid_for: Duration) -> Result<PresigningConfig> {
    PresigningConfig::expires_in(valid_for).map_err(|error| Error::refused(operation, error))
}

/// What the sender of a presigned request adds: all signed headers but those that HTTP clients write by themselves.
fn headers_to_send(presigned: &PresignedRequest) -> Vec<(String, String)> {
    presigned
        .headers()
        .filter(|(name, _)| !["host", "content-length"].contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn origin_of(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let standard_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(standard_port).unwrap_or(host);
    format!("{scheme}://{host}")
}
