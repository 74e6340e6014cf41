//! A TURN client over UDP that gives up after [`PATIENCE`], and a peer without one.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;
use turn_types::attribute::{
    ChannelNumber, Data, Lifetime, RequestedTransport, XorPeerAddress, XorRelayedAddress,
};
use turn_types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND};
use turn_types::stun::attribute::{ErrorCode, Nonce, Realm, Username};
use turn_types::stun::message::{
    IntegrityAlgorithm, LongTermCredentials, Message, MessageIntegrityCredentials, MessageWrite,
    MessageWriteExt, MessageWriteVec, Method, TransactionId,
};
use turn_types::stun::prelude::AttributeWrite;

/// Longer than anything takes here, so that only what never comes runs into it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client: its socket, and what it knows of itself.
pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) nonce: String,
    pub(crate) realm: String,
    /// Where peers reach it, once it has allocated.
    pub(crate) relayed: Option<SocketAddr>,
}

/// A socket on this machine that knows nothing of TURN.
pub(crate) async fn peer() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

/// The next datagram that comes to a socket, and from where.
pub(crate) async fn next(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = vec![0; 65_536];
    let received = timeout(PATIENCE, socket.recv_from(&mut buffer)).await;
    let (size, from) = received.expect("something comes").unwrap();
    buffer.truncate(size);
    (buffer, from)
}

/// The code of an error; 0 of a success.
pub(crate) fn code(answer: &[u8]) -> u16 {
    let answer = Message::from_bytes(answer).unwrap();
    answer.attribute::<ErrorCode>().map_or(0, |error| error.code())
}

impl Client {
    pub(crate) async fn new(server: SocketAddr, credential: (String, String)) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(server).await.unwrap();
        let (username, password) = credential;
        let (nonce, realm) = (String::new(), "sharesync".to_owned());
        Self { socket, username, password, nonce, realm, relayed: None }
    }

    /// Sends a datagram and returns the one that comes.
    pub(crate) async fn ask(&self, datagram: &[u8]) -> Vec<u8> {
        self.socket.send(datagram).await.unwrap();
        self.next().await
    }

    /// The next datagram that comes from the server.
    pub(crate) async fn next(&self) -> Vec<u8> {
        next(&self.socket).await.0
    }

    /// A request as an admitted client writes it.
    pub(crate) fn signed(
        &self,
        method: Method,
        transaction: TransactionId,
        attributes: &[&dyn AttributeWrite],
    ) -> Vec<u8> {
        let mut request = builder(method, transaction);
        for attribute in attributes {
            request.add_attribute(*attribute).unwrap();
        }
        request.add_attribute(&Username::new(&self.username).unwrap()).unwrap();
        request.add_attribute(&Realm::new(&self.realm).unwrap()).unwrap();
        request.add_attribute(&Nonce::new(&self.nonce).unwrap()).unwrap();
        let credentials = LongTermCredentials::new(self.username.clone(), self.password.clone());
        let key = MessageIntegrityCredentials::from(credentials.to_key(self.realm.clone()));
        request.add_message_integrity(&key, IntegrityAlgorithm::Sha1).unwrap();
        request.add_fingerprint().unwrap();
        request.finish()
    }

    /// Asks with a request that makes its own transaction; answers the answer, whose signature was
    /// checked where there is one.
    pub(crate) async fn request(
        &self,
        method: Method,
        attributes: impl FnOnce(TransactionId) -> Vec<Box<dyn AttributeWrite>>,
    ) -> Vec<u8> {
        let transaction = TransactionId::generate();
        let attributes = attributes(transaction);
        let attributes: Vec<&dyn AttributeWrite> = attributes.iter().map(AsRef::as_ref).collect();
        let answer = self.ask(&self.signed(method, transaction, &attributes)).await;
        let message = Message::from_bytes(&answer).unwrap();
        assert_eq!(message.transaction_id(), transaction);
        if code(&answer) == 0 {
            let credentials =
                LongTermCredentials::new(self.username.clone(), self.password.clone());
            let key = MessageIntegrityCredentials::from(credentials.to_key(self.realm.clone()));
            message.validate_integrity(&key).unwrap();
        }
        answer
    }

    /// Learns the nonce, as every client does from the first refusal.
    pub(crate) async fn learn_nonce(&mut self) {
        let refusal = self.ask(&builder(ALLOCATE, TransactionId::generate()).finish()).await;
        assert_eq!(code(&refusal), 401);
        let refusal = Message::from_bytes(&refusal).unwrap();
        refusal.attribute::<Nonce>().unwrap().nonce().clone_into(&mut self.nonce);
        assert_eq!(refusal.attribute::<Realm>().unwrap().realm(), "sharesync");
    }

    /// Asks for an allocation, and returns the code of the answer.
    pub(crate) async fn try_allocate(&mut self) -> u16 {
        self.learn_nonce().await;
        let answer = self
            .request(ALLOCATE, |_| vec![Box::new(RequestedTransport::new(RequestedTransport::UDP))])
            .await;
        if code(&answer) == 0 {
            let answer = Message::from_bytes(&answer).unwrap();
            let relayed = answer.attribute::<XorRelayedAddress>().unwrap();
            self.relayed = Some(relayed.addr(answer.transaction_id()));
            assert_eq!(answer.attribute::<Lifetime>().unwrap().seconds(), 600);
        }
        code(&answer)
    }

    /// Allocates, and returns where peers reach it.
    pub(crate) async fn allocate(&mut self) -> SocketAddr {
        assert_eq!(self.try_allocate().await, 0);
        self.relayed.unwrap()
    }

    /// Asks for permissions, and returns the code of the answer.
    pub(crate) async fn permit(&self, peers: &[SocketAddr]) -> u16 {
        let answer = self.request(CREATE_PERMISSION, |transaction| {
            let peers = peers.iter().map(|peer| XorPeerAddress::new(*peer, transaction));
            peers.map(|peer| Box::new(peer) as Box<dyn AttributeWrite>).collect()
        });
        code(&answer.await)
    }

    /// Asks for a channel, and returns the code of the answer.
    pub(crate) async fn bind(&self, number: u16, peer: SocketAddr) -> u16 {
        let answer = self.request(CHANNEL_BIND, |transaction| {
            vec![
                Box::new(ChannelNumber::new(number)),
                Box::new(XorPeerAddress::new(peer, transaction)),
            ]
        });
        code(&answer.await)
    }

    /// Asks for the allocation to last for so many seconds; the code, and for how many it does.
    pub(crate) async fn refresh(&self, seconds: u32) -> (u16, Option<u32>) {
        let answer = self.request(REFRESH, |_| vec![Box::new(Lifetime::new(seconds))]).await;
        let message = Message::from_bytes(&answer).unwrap();
        let lifetime = message.attribute::<Lifetime>().ok().map(|lifetime| lifetime.seconds());
        (code(&answer), lifetime)
    }

    /// Sends data to a peer without a channel.
    pub(crate) async fn send_to(&self, peer: SocketAddr, data: &[u8]) {
        let mut indication = Message::builder_indication(SEND, MessageWriteVec::new());
        let transaction = indication.transaction_id();
        indication.add_attribute(&XorPeerAddress::new(peer, transaction)).unwrap();
        indication.add_attribute(&Data::new(data)).unwrap();
        self.socket.send(&indication.finish()).await.unwrap();
    }

    /// Sends data on a channel.
    pub(crate) async fn send_on(&self, number: u16, data: &[u8]) {
        let size = u16::try_from(data.len()).unwrap();
        let datagram = [&number.to_be_bytes(), &size.to_be_bytes(), data].concat();
        self.socket.send(&datagram).await.unwrap();
    }

    /// The next data that comes without a channel, and from which peer.
    pub(crate) async fn indicated(&self) -> (Vec<u8>, SocketAddr) {
        let datagram = self.next().await;
        let indication = Message::from_bytes(&datagram).unwrap();
        let peer = indication.attribute::<XorPeerAddress>().unwrap();
        let data = indication.attribute::<Data<'_>>().unwrap();
        (data.data().to_vec(), peer.addr(indication.transaction_id()))
    }

    /// The next data that comes on a channel, and the channel's number.
    pub(crate) async fn on_channel(&self) -> (u16, Vec<u8>) {
        let datagram = self.next().await;
        let number = u16::from_be_bytes([datagram[0], datagram[1]]);
        let size = u16::from_be_bytes([datagram[2], datagram[3]]);
        assert_eq!(usize::from(size), datagram.len() - 4);
        (number, datagram[4..].to_vec())
    }
}

/// The beginning of a request.
pub(crate) fn builder(method: Method, transaction: TransactionId) -> MessageWriteVec {
    use turn_types::stun::message::{MessageClass, MessageType};
    let kind = MessageType::from_class_method(MessageClass::Request, method);
    Message::builder(kind, transaction, MessageWriteVec::new())
}
