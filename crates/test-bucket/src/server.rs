//! The server: one bucket, one key, one port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use http::header::ETAG;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::Layer;
use tower_http::cors::{Any, Cors, CorsLayer};

use crate::store::Store;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

type Service = TowerToHyperService<Cors<S3Service>>;

/// What opens a server, and where it keeps what.
#[derive(Clone)]
pub struct Opening {
    /// The key's name.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
    /// The bucket that is there from the beginning.
    pub bucket: String,
    /// Where buckets lie.
    pub folder: PathBuf,
    /// On loopback; zero is any.
    pub port: u16,
}

/// An S3 server of this process. Serves the region `us-east-1`, by path, until it is dropped.
pub struct BucketServer {
    opening: Opening,
    address: SocketAddr,
    service: Service,
    /// Never listens. Keeps the port while nothing else does.
    _reserved: TcpSocket,
    serving: Mutex<Option<Serving>>,
    _folder: Option<TempDir>,
}

/// Accepts and serves connections. Dropped, it ends, with all of them.
struct Serving {
    ended: DropGuard,
    accepting: JoinHandle<()>,
}

impl BucketServer {
    /// A server with a key and a folder of its own, which go with it.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let opening = Opening {
            access_key: format!("{:016x}", rand::random::<u64>()),
            secret_key: format!("{:032x}", rand::random::<u128>()),
            bucket: "objects".to_owned(),
            folder: folder.path().to_owned(),
            port: 0,
        };
        Self::serve(opening, Some(folder)).await.expect("a server can be started")
    }

    /// A server over a folder that is there already and stays.
    pub async fn open(opening: Opening) -> io::Result<Self> {
        Self::serve(opening, None).await
    }

    async fn serve(opening: Opening, folder: Option<TempDir>) -> io::Result<Self> {
        let reserved = socket(SocketAddr::from((Ipv4Addr::LOCALHOST, opening.port)))?;
        let address = reserved.local_addr()?;
        std::fs::create_dir_all(opening.folder.join(&opening.bucket))?;
        let service = service(&opening)?;
        let server = Self {
            opening,
            address,
            service,
            _reserved: reserved,
            serving: Mutex::default(),
            _folder: folder,
        };
        server.resume().await?;
        Ok(server)
    }

    /// `http://` and where it listens, also while it does not.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key's name.
    pub fn access_key(&self) -> &str {
        &self.opening.access_key
    }

    /// The key.
    pub fn secret_key(&self) -> &str {
        &self.opening.secret_key
    }

    /// The bucket that is there from the beginning.
    pub fn bucket(&self) -> &str {
        &self.opening.bucket
    }

    /// The file that an object of that bucket is, for tests that damage it.
    pub fn file_of(&self, key: &str) -> PathBuf {
        Path::new(&self.opening.folder).join(&self.opening.bucket).join(key)
    }

    /// Refuses connections and drops those there are. All data stays.
    pub async fn pause(&self) {
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Serving { ended, accepting }) = serving {
            drop(ended);
            // It ends when all connections have; that it may have panicked matters to no test.
            let _ = accepting.await;
        }
    }

    /// Accepts connections again, at the same address.
    pub async fn resume(&self) -> io::Result<()> {
        self.pause().await;
        let listener = socket(self.address)?.listen(BACKLOG)?;
        let ending = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, self.service.clone(), ending.clone()));
        let serving = Serving { ended: ending.drop_guard(), accepting };
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
        Ok(())
    }
}

/// A socket of this address, which other sockets of this server may share: one keeps the port, another listens.
fn socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The store, behind the check of signatures, behind what lets browsers in.
fn service(opening: &Opening) -> io::Result<Service> {
    let store =
        Store::new(&opening.folder).map_err(|error| io::Error::other(format!("{error:?}")))?;
    let mut builder = S3ServiceBuilder::new(store);
    builder.set_auth(SimpleAuth::from_single(&opening.access_key, opening.secret_key.as_str()));
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([ETAG]);
    Ok(TowerToHyperService::new(cors.layer(builder.build())))
}

async fn accept(listener: TcpListener, service: Service, ending: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = ending.cancelled() => break,
            accepted = listener.accept() => {
                // What failed is one connection.
                let Ok((stream, _)) = accepted else { continue };
                let _ = stream.set_nodelay(true);
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service.clone());
                connections.spawn(connection);
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}
