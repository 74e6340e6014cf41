//! A line to a server that can be cut, that can be shut for a while, and that can have somebody in between.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What is done to sealed signals on their way to the client.
#[derive(Clone, Copy)]
pub(crate) enum Mischief {
    /// One character is changed.
    Change,
    /// They are said twice.
    Repeat,
}

pub(crate) struct Forwarder {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    end: CancellationToken,
}

struct Shared {
    server: SocketAddr,
    mischief: Option<Mischief>,
    /// Ends the connections of the moment.
    cut: Mutex<CancellationToken>,
    shut: AtomicBool,
}

impl Forwarder {
    pub(crate) async fn start(server: SocketAddr, mischief: Option<Mischief>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, shut) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { server, mischief, cut, shut });
        let end = CancellationToken::new();
        let forwarding =
            end.clone().run_until_cancelled_owned(forward_all(listener, Arc::clone(&shared)));
        tokio::spawn(forwarding);
        Self { address, shared, end }
    }

    /// Cuts every connection that there is.
    pub(crate) fn cut(&self) {
        std::mem::take(&mut *self.shared.cut.lock().unwrap()).cancel();
    }

    /// Lets none through any more, or again.
    pub(crate) fn shut(&self, shut: bool) {
        self.shared.shut.store(shut, Ordering::SeqCst);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.end.cancel();
        self.cut();
    }
}

async fn forward_all(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        if shared.shut.load(Ordering::SeqCst) {
            continue;
        }
        let cut = shared.cut.lock().unwrap().clone();
        let server = TcpStream::connect(shared.server).await.unwrap();
        let mischief = shared.mischief;
        tokio::spawn(cut.run_until_cancelled_owned(async move {
            let (mut client_reads, client_writes) = client.into_split();
            let (server_reads, mut server_writes) = server.into_split();
            tokio::select! {
                _ = copy(&mut client_reads, &mut server_writes) => {}
                () = meddle(server_reads, client_writes, mischief) => {}
            }
        }));
    }
}

async fn meddle(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mischief: Option<Mischief>) {
    const SEALED: &[u8] = br#""sealed":""#;
    let mut buffer = vec![0; 128 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let bytes = &mut buffer[..length];
        let sealed = bytes.windows(SEALED.len()).position(|window| window == SEALED);
        if let (Some(at), Some(Mischief::Change)) = (sealed, mischief) {
            let first = &mut bytes[at + SEALED.len()];
            *first = if *first == b'A' { b'B' } else { b'A' };
        }
        let again = sealed.is_some() && matches!(mischief, Some(Mischief::Repeat));
        for _ in 0..=usize::from(again) {
            if to.write_all(bytes).await.is_err() {
                return;
            }
        }
    }
}
