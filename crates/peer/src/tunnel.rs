//! A way through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6). Used by `Dialer`.

use std::io::{Error, ErrorKind};

use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Most bytes of a proxy's answer.
const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// Most header fields in it.
const MAX_FIELDS: usize = 64;

/// Opens a connection to `authority` (host and port) through a proxy. Those that are reached by TLS or SOCKS are
/// [`ErrorKind::Unsupported`].
pub(crate) async fn open_tunnel(proxy: &Intercept, authority: &str) -> Result<TcpStream, Error> {
    let uri = proxy.uri();
    if uri.scheme_str() != Some("http") {
        return Err(Error::new(ErrorKind::Unsupported, "only proxies of http:// are supported"));
    }
    let host = uri.host().ok_or(ErrorKind::InvalidInput)?;
    let mut stream = TcpStream::connect(format!("{host}:{}", uri.port_u16().unwrap_or(80))).await?;
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(credentials) = proxy.basic_auth() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(credentials.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    match read_status(&mut stream).await? {
        200..=299 => Ok(stream),
        status => Err(Error::other(format!("the proxy answered {status}"))),
    }
}

async fn read_status(stream: &mut TcpStream) -> Result<u16, Error> {
    let garbled = || Error::new(ErrorKind::InvalidData, "the proxy's answer is not HTTP");
    let mut answer = Vec::new();
    while answer.len() < MAX_ANSWER_BYTES {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        match response.parse(&answer) {
            // The server beyond speaks when it is spoken to: what comes before is the proxy's.
            Ok(httparse::Status::Complete(length)) if length == answer.len() => {
                return response.code.ok_or_else(garbled);
            }
            Ok(httparse::Status::Partial) => {}
            // A proxy that refuses may say more of it, which nobody reads.
            Ok(httparse::Status::Complete(_)) => {
                return response.code.filter(|code| *code >= 300).ok_or_else(garbled);
            }
            Err(_) => return Err(garbled()),
        }
    }
    Err(garbled())
}
