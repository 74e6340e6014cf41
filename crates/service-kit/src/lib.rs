//! What every ShareSync service needs and none should write twice: time, secrets, limits, origins,
//! telemetry. Used by the signaling service and by the backend; knows neither.

pub mod client_addr;
pub mod clock;
pub mod limiter;
pub mod origin;
pub mod proxies;
pub mod redis_client;
pub mod secret;
pub mod secret_files;
pub mod shared_limiter;
pub mod telemetry;
pub mod ticket;
