//! The line between a computer and a server: counts what goes over it, holds it up, breaks it, and changes it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use crate::computer::in_time;

/// What content is made of that [`Line::spoil`] is to find.
pub const MARK: &[u8] = b"<as it was stored>";

/// A line to a server.
pub struct Line {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    /// Where it leads.
    server: Mutex<String>,
    up: Way,
    down: Way,
    /// How often a connection is to be broken after so many bytes of its own came down.
    breaks: Mutex<Vec<u64>>,
    spoils: std::sync::atomic::AtomicBool,
    open: Mutex<Vec<AbortHandle>>,
}

/// One direction.
struct Way {
    bytes: AtomicU64,
    /// After so many, nothing moves any more.
    most: AtomicU64,
    is_full: Notify,
}

impl Way {
    fn new() -> Self {
        Self { bytes: AtomicU64::new(0), most: AtomicU64::new(u64::MAX), is_full: Notify::new() }
    }

    fn reset(&self, most: u64) {
        self.bytes.store(0, Ordering::SeqCst);
        self.most.store(most, Ordering::SeqCst);
    }
}

impl Line {
    /// A line to the server of this address.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            server: Mutex::new(address_of(server)),
            up: Way::new(),
            down: Way::new(),
            breaks: Mutex::default(),
            spoils: false.into(),
            open: Mutex::default(),
        });
        let task = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((near, _)) = listener.accept().await {
                    let connection = tokio::spawn(connect(near, Arc::clone(&shared)));
                    shared.open.lock().unwrap().push(connection.abort_handle());
                }
            }
        });
        Self { url, shared, task }
    }

    /// Where it begins.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Has what is connected from now on lead to another server.
    pub fn lead_to(&self, server: &str) {
        *self.shared.server.lock().unwrap() = address_of(server);
    }

    /// Lets so many bytes more go up, and then nothing.
    pub fn hold_up_after(&self, bytes: u64) {
        self.shared.up.reset(bytes);
    }

    /// Lets so many bytes more come down, and then nothing.
    pub fn hold_down_after(&self, bytes: u64) {
        self.shared.down.reset(bytes);
    }

    /// Breaks a connection once so many bytes have come down over it; once.
    pub fn break_after(&self, bytes: u64) {
        self.shared.breaks.lock().unwrap().push(bytes);
    }

    /// Changes what comes down, wherever there is a [`MARK`] in it.
    pub fn spoil(&self) {
        self.shared.spoils.store(true, Ordering::SeqCst);
    }

    /// Returns when nothing goes up any more.
    pub async fn held_up(&self) {
        in_time(self.shared.up.is_full.notified()).await;
    }

    /// Returns when nothing comes down any more.
    pub async fn held_down(&self) {
        in_time(self.shared.down.is_full.notified()).await;
    }

    /// Ends what is connected, lets everything pass, and counts anew.
    pub fn mend(&self) {
        self.shared.open.lock().unwrap().drain(..).for_each(|connection| connection.abort());
        self.shared.up.reset(u64::MAX);
        self.shared.down.reset(u64::MAX);
    }

    /// Lets everything pass that is held.
    pub fn release(&self) {
        self.shared.up.most.store(u64::MAX, Ordering::SeqCst);
        self.shared.down.most.store(u64::MAX, Ordering::SeqCst);
    }

    /// Bytes that have gone up.
    pub fn up(&self) -> u64 {
        self.shared.up.bytes.load(Ordering::SeqCst)
    }

    /// Bytes that have come down.
    pub fn down(&self) -> u64 {
        self.shared.down.bytes.load(Ordering::SeqCst)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.mend();
        self.task.abort();
    }
}

fn address_of(server: &str) -> String {
    server.strip_prefix("http://").unwrap().to_owned()
}

async fn connect(near: TcpStream, shared: Arc<Shared>) {
    let server = shared.server.lock().unwrap().clone();
    let Ok(far) = TcpStream::connect(server).await else { return };
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let up = carry(near_in, far_out, &shared.up, None, &shared);
    let down = carry(far_in, near_out, &shared.down, Some(()), &shared);
    // Where one side has ended, so has the line.
    tokio::select! { () = up => {}, () = down => {} }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    way: &Way,
    is_down: Option<()>,
    shared: &Shared,
) {
    let mut buffer = vec![0; 64 * 1024];
    let mut carried = 0;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        while way.bytes.load(Ordering::SeqCst) >= way.most.load(Ordering::SeqCst) {
            way.is_full.notify_one();
            tokio::task::yield_now().await;
        }
        let bytes = &mut buffer[..count];
        if is_down.is_some() && shared.spoils.load(Ordering::SeqCst) {
            let at = bytes.windows(MARK.len()).position(|window| window == MARK);
            if let Some(at) = at {
                bytes[at + 1] ^= 1;
            }
        }
        way.bytes.fetch_add(count as u64, Ordering::SeqCst);
        carried += count as u64;
        if to.write_all(bytes).await.is_err() {
            return;
        }
        if is_down.is_some() {
            let mut breaks = shared.breaks.lock().unwrap();
            if let Some(at) = breaks.iter().position(|after| carried >= *after) {
                breaks.remove(at);
                return;
            }
        }
    }
}
