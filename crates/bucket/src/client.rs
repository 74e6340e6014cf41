//! The SDK's client, as a bucket is spoken to.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, Credentials, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use secrecy::ExposeSecret;

use crate::Settings;

/// How long connecting may take. Twice this and the pause between is what a service that is gone holds a request up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 2;
const BACKOFF: Duration = Duration::from_millis(200);
/// How long a request that carries no body may wait for its answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the service may take to make one object of parts: it may copy all of their bytes.
const COMPLETION_TIMEOUT: Duration = Duration::from_mins(10);
/// A body that moves at least so fast is never cut off for the time it takes.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1024;
/// How long a body may stand still.
const STALL: Duration = Duration::from_secs(20);

/// A client of the service at an address; at Amazon's, where there is none.
pub fn client(settings: &Settings, endpoint: Option<&String>) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let credentials = Credentials::new(
        &settings.access_key,
        settings.secret_key.expose_secret(),
        None,
        None,
        "settings",
    );
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(BACKOFF)
        .with_max_backoff(BACKOFF);
    let mut config = Config::builder();
    config.set_endpoint_url(endpoint.cloned());
    let config = config
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(settings.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(settings.path_style)
        // Garage and older MinIO fail on the checksums that the SDK adds by itself.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled().grace_period(STALL).build(),
        )
        .timeout_config(timeouts(ANSWER_TIMEOUT))
        .retry_config(retries)
        .build();
    Client::from_conf(config)
}

/// For requests that carry so many bytes, whose answer comes when all have arrived.
pub fn carrying(bytes: u64) -> Builder {
    patient(ANSWER_TIMEOUT + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND))
}

/// For the request that makes an object of parts.
pub fn completing() -> Builder {
    patient(COMPLETION_TIMEOUT)
}

fn patient(timeout: Duration) -> Builder {
    Config::builder().timeout_config(timeouts(timeout))
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(attempt)
        .build()
}
