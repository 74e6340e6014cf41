use std::io;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use sharesync_bucket::{Bucket, Error, Settings};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::{content, settings, started, whole};

#[tokio::test]
async fn a_service_that_is_gone_is_out_of_reach_until_it_is_back() {
    let (server, bucket) = started().await;
    let stored = content(100_000);
    bucket.put("one", stored.clone()).await.unwrap();

    server.pause().await;
    let asked = Instant::now();
    let error = bucket.size("one").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }));
    assert!(asked.elapsed() < Duration::from_secs(10));
    let error = io::Error::from(bucket.read("one", 0, 1).await.err().unwrap());
    assert_eq!(error.kind(), io::ErrorKind::HostUnreachable);
    assert!(matches!(bucket.put("two", stored.clone()).await, Err(Error::Unavailable { .. })));
    assert!(matches!(bucket.begin_parts("two").await, Err(Error::Unavailable { .. })));

    server.resume().await.unwrap();
    assert!(whole(&bucket, "one").await == stored);
    bucket.put("two", stored.clone()).await.unwrap();
}

#[tokio::test]
async fn a_read_that_is_cut_off_fails() {
    let (server, bucket) = started().await;
    // More than lies in sockets' buffers.
    let stored = content(40 * 1024 * 1024);
    bucket.put("one", stored.clone()).await.unwrap();

    let mut read = bucket.read("one", 0, stored.len() as u64).await.unwrap();
    read.try_next().await.unwrap().unwrap();
    server.pause().await;
    let rest: io::Result<Vec<_>> = read.try_collect().await;
    assert_eq!(rest.unwrap_err().kind(), io::ErrorKind::HostUnreachable);
}

#[tokio::test]
async fn an_address_where_nobody_connects_is_out_of_reach_soon() {
    // A queue of connections that is full: whoever comes next is not even refused.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        queue.push(connected.unwrap());
    }

    let (server, _) = started().await;
    let bucket =
        Bucket::new(&Settings { endpoint: Some(format!("http://{address}")), ..settings(&server) });
    let asked = Instant::now();
    assert!(matches!(bucket.check().await, Err(Error::Unavailable { .. })));
    assert!(asked.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_host_that_has_no_address_is_out_of_reach() {
    let (server, _) = started().await;
    let bucket = Bucket::new(&Settings {
        endpoint: Some("http://bucket.invalid".to_owned()),
        ..settings(&server)
    });
    assert!(matches!(bucket.check().await, Err(Error::Unavailable { .. })));
}
