//! What clients ask of the server (RFC 8656 §7 to §12), and what it answers. Called by `server` for
//! every STUN message.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};
use sharesync_service_kit::limiter::Limiter;
use tokio::net::UdpSocket;
use turn_types::AddressFamily;
use turn_types::attribute::{
    ChannelNumber, Lifetime, RequestedAddressFamily, RequestedTransport, XorPeerAddress,
    XorRelayedAddress,
};
use turn_types::message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH};
use turn_types::stun::attribute::{
    AttributeFromRaw, AttributeType, ErrorCode, Fingerprint, MessageIntegrity, Nonce, Realm,
    Username, XorMappedAddress,
};
use turn_types::stun::message::{BINDING, Message};
use turn_types::stun::prelude::{Attribute, AttributeStaticType};

use super::admission::Admitted;
use super::allocation::{Allocation, LIFETIME_SECS, Owner};
use super::replies::{self, Written};
use super::routes::RouteError;
use super::server::Inner;
use super::table::Full;

/// Numbers that channels may have (RFC 8656 §12).
const CHANNEL_NUMBERS: std::ops::RangeInclusive<u16> = 0x4000..=0x4fff;

/// What has to be understood in a request, besides what its method takes.
const CREDENTIAL: [AttributeType; 5] =
    [Username::TYPE, Realm::TYPE, Nonce::TYPE, MessageIntegrity::TYPE, Fingerprint::TYPE];

impl Inner {
    /// Carries out a request and writes the answer; none where the client has had enough of them.
    pub(super) fn answer(
        self: &Arc<Self>,
        request: &Message<'_>,
        client: SocketAddr,
    ) -> Option<Written> {
        if request.method() == BINDING {
            return self.may_answer(client).then(|| replies::binding(request, client));
        }
        let now_ms = self.config.clock.now_ms();
        let own = self.table().of_client(client, now_ms);
        let known = own.as_ref().map(|allocation| allocation.owner.username.as_str());
        let admitted = match self.admission.admit(request, client, known) {
            Ok(admitted) => admitted,
            Err(code) => {
                let nonce = self.admission.nonce(client);
                return self.may_answer(client).then(|| replies::challenge(request, code, &nonce));
            }
        };
        Some(match self.carry_out(request, client, &admitted, own, now_ms) {
            Ok(written) => written,
            Err(Refused::Unknown(unknown)) => {
                replies::unknown_attributes(request, &unknown, &admitted.key)
            }
            Err(Refused::Because(code)) => replies::refusal(request, code, &admitted.key),
        })
    }

    fn carry_out(
        self: &Arc<Self>,
        request: &Message<'_>,
        client: SocketAddr,
        admitted: &Admitted,
        own: Option<Arc<Allocation>>,
        now_ms: i64,
    ) -> Result<Written, Refused> {
        let understood: &[AttributeType] = match request.method() {
            ALLOCATE => &[RequestedTransport::TYPE, Lifetime::TYPE, RequestedAddressFamily::TYPE],
            REFRESH => &[Lifetime::TYPE, RequestedAddressFamily::TYPE],
            CREATE_PERMISSION => &[XorPeerAddress::TYPE],
            CHANNEL_BIND => &[XorPeerAddress::TYPE, ChannelNumber::TYPE],
            _ => return Err(Refused::Because(ErrorCode::BAD_REQUEST)),
        };
        check_understood(request, understood)?;
        if request.method() == ALLOCATE {
            let allocation = match own {
                Some(same) if same.owner.transaction == request.transaction_id() => same,
                Some(_) => return Err(Refused::Because(ErrorCode::ALLOCATION_MISMATCH)),
                None => self.allocate(request, client, admitted, now_ms)?,
            };
            return Ok(allocated(request, &allocation, admitted));
        }
        let own = own.ok_or(Refused::Because(ErrorCode::ALLOCATION_MISMATCH))?;
        if own.owner.username != admitted.username {
            return Err(Refused::Because(ErrorCode::WRONG_CREDENTIALS));
        }
        match request.method() {
            REFRESH => self.refresh(request, &own, admitted, now_ms),
            CREATE_PERMISSION => self.permit(request, &own, admitted, now_ms),
            _ => self.bind(request, &own, admitted, now_ms),
        }
    }

    fn allocate(
        self: &Arc<Self>,
        request: &Message<'_>,
        client: SocketAddr,
        admitted: &Admitted,
        now_ms: i64,
    ) -> Result<Arc<Allocation>, Refused> {
        let transport: RequestedTransport = required(request)?;
        if transport.protocol() != RequestedTransport::UDP {
            return Err(Refused::Because(ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL));
        }
        let family = optional(request)?
            .map_or(AddressFamily::IPV4, |asked: RequestedAddressFamily| asked.family());
        let network = ClientAddr(client.ip()).network();
        let mut table = self.table();
        table.expire(now_ms);
        table.check_room(&admitted.username, network, &self.config)?;
        let (socket, relayed) = self.open(family, client)?;
        let owner = Owner {
            client,
            network,
            username: admitted.username.clone(),
            transaction: request.transaction_id(),
        };
        let rate = Limiter::new(self.config.bytes_per_allocation, &self.config.clock);
        let allocation = Arc::new(Allocation::new(owner, relayed, socket, rate, now_ms));
        table.insert(Arc::clone(&allocation));
        self.tasks.spawn(Arc::clone(self).listen_to_peers(Arc::clone(&allocation)));
        Ok(allocation)
    }

    /// Opens a relay's socket; and says where peers reach it.
    fn open(
        &self,
        family: AddressFamily,
        client: SocketAddr,
    ) -> Result<(UdpSocket, SocketAddr), Refused> {
        let of_family = |address: &IpAddr| address.is_ipv4() == (family == AddressFamily::IPV4);
        let any: IpAddr = match family {
            AddressFamily::IPV4 => Ipv4Addr::UNSPECIFIED.into(),
            AddressFamily::IPV6 => Ipv6Addr::UNSPECIFIED.into(),
        };
        let not_supported = Refused::Because(ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED);
        let own = self.config.listen.ip();
        let bound_to = if own.is_unspecified() { any } else { own };
        let announced = self.config.announced.filter(of_family);
        let announced =
            announced.or_else(|| address_towards(client, family)).ok_or(not_supported)?;
        if !of_family(&bound_to) {
            return Err(Refused::Because(ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED));
        }
        let opened = super::server::bind(SocketAddr::new(bound_to, 0)).and_then(|socket| {
            let port = socket.local_addr()?.port();
            Ok((socket, SocketAddr::new(announced, port)))
        });
        opened.map_err(|cause| {
            tracing::warn!(%cause, "cannot open a TURN relay");
            Refused::Because(ErrorCode::INSUFFICIENT_CAPACITY)
        })
    }

    fn refresh(
        &self,
        request: &Message<'_>,
        own: &Allocation,
        admitted: &Admitted,
        now_ms: i64,
    ) -> Result<Written, Refused> {
        let family = optional::<RequestedAddressFamily>(request)?.map(|asked| asked.family());
        if family.is_some_and(|family| own.relayed.is_ipv4() != (family == AddressFamily::IPV4)) {
            return Err(Refused::Because(ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH));
        }
        let asked = optional::<Lifetime>(request)?.map_or(LIFETIME_SECS, |asked| asked.seconds());
        let lifetime = if asked == 0 { 0 } else { LIFETIME_SECS };
        if lifetime == 0 {
            self.table().remove(own);
        } else {
            own.refresh(now_ms);
        }
        Ok(replies::success(request, &[&Lifetime::new(lifetime)], &admitted.key))
    }

    /// Permits all of the peers that are named, or none.
    fn permit(
        &self,
        request: &Message<'_>,
        own: &Allocation,
        admitted: &Admitted,
        now_ms: i64,
    ) -> Result<Written, Refused> {
        let named = request.iter_attributes().map(|(_, attribute)| attribute);
        let mut peers = Vec::new();
        for attribute in named.filter(|attribute| attribute.get_type() == XorPeerAddress::TYPE) {
            let peer = XorPeerAddress::from_raw(attribute)
                .map_err(|_| Refused::Because(ErrorCode::BAD_REQUEST))?;
            peers.push(self.checked(own, peer.addr(request.transaction_id()))?);
        }
        if peers.is_empty() {
            return Err(Refused::Because(ErrorCode::BAD_REQUEST));
        }
        let mut routes = own.routes();
        for peer in peers {
            routes.permit(peer.ip(), now_ms)?;
        }
        Ok(replies::success(request, &[], &admitted.key))
    }

    fn bind(
        &self,
        request: &Message<'_>,
        own: &Allocation,
        admitted: &Admitted,
        now_ms: i64,
    ) -> Result<Written, Refused> {
        let number = required::<ChannelNumber>(request)?.channel();
        if !CHANNEL_NUMBERS.contains(&number) {
            return Err(Refused::Because(ErrorCode::BAD_REQUEST));
        }
        let peer = required::<XorPeerAddress>(request)?.addr(request.transaction_id());
        let peer = self.checked(own, peer)?;
        own.routes().bind(number, peer, now_ms)?;
        Ok(replies::success(request, &[], &admitted.key))
    }

    /// A peer's address, if it may be reached through this allocation. That of the server's own
    /// relays always may: what goes there goes to other clients of it, and no further.
    fn checked(&self, own: &Allocation, peer: SocketAddr) -> Result<SocketAddr, Refused> {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        if !self.config.peers.allows(peer.ip()) && !self.table().announces(peer.ip()) {
            return Err(Refused::Because(ErrorCode::FORBIDDEN));
        }
        if peer.is_ipv4() != own.relayed.is_ipv4() {
            return Err(Refused::Because(ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH));
        }
        Ok(peer)
    }

    /// Whether a stranger may be answered now.
    pub(super) fn may_answer(&self, client: SocketAddr) -> bool {
        let network: ClientNetwork = ClientAddr(client.ip()).network();
        self.strangers.check(&network).is_ok()
    }
}

/// Why a request of an admitted client is not carried out.
enum Refused {
    /// It has attributes that have to be understood and are not.
    Unknown(Vec<AttributeType>),
    /// For the reason that this STUN error code stands for.
    Because(u16),
}

impl From<Full> for Refused {
    fn from(full: Full) -> Self {
        Self::Because(match full {
            Full::Quota => ErrorCode::ALLOCATION_QUOTA_REACHED,
            Full::Server => ErrorCode::INSUFFICIENT_CAPACITY,
        })
    }
}

impl From<RouteError> for Refused {
    fn from(error: RouteError) -> Self {
        Self::Because(match error {
            RouteError::Conflict => ErrorCode::BAD_REQUEST,
            RouteError::TooMany => ErrorCode::INSUFFICIENT_CAPACITY,
        })
    }
}

fn allocated(request: &Message<'_>, own: &Allocation, admitted: &Admitted) -> Written {
    let transaction = request.transaction_id();
    let relayed = XorRelayedAddress::new(own.relayed, transaction);
    let mapped = XorMappedAddress::new(own.owner.client, transaction);
    let lifetime = Lifetime::new(LIFETIME_SECS);
    replies::success(request, &[&relayed, &lifetime, &mapped], &admitted.key)
}

fn check_understood(request: &Message<'_>, understood: &[AttributeType]) -> Result<(), Refused> {
    let types = request.iter_attributes().map(|(_, attribute)| attribute.get_type());
    let unknown: Vec<AttributeType> = types
        .filter(|name| name.comprehension_required())
        .filter(|name| !understood.contains(name) && !CREDENTIAL.contains(name))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refused::Unknown(unknown)) }
}

fn required<'a, A>(request: &'a Message<'_>) -> Result<A, Refused>
where
    A: AttributeFromRaw<'a> + AttributeStaticType,
{
    optional(request)?.ok_or(Refused::Because(ErrorCode::BAD_REQUEST))
}

fn optional<'a, A>(request: &'a Message<'_>) -> Result<Option<A>, Refused>
where
    A: AttributeFromRaw<'a> + AttributeStaticType,
{
    let attribute = request.raw_attribute(A::TYPE).map(A::from_raw).transpose();
    attribute.map_err(|_| Refused::Because(ErrorCode::BAD_REQUEST))
}

/// The address by which this machine reaches a client, or where that is of the other family, the
/// internet. Nothing is sent: connecting a UDP socket looks up the way and no more.
fn address_towards(client: SocketAddr, family: AddressFamily) -> Option<IpAddr> {
    /// Documentation addresses (RFC 5737, RFC 3849): not here, whatever network this is.
    const ELSEWHERE_V4: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9);
    const ELSEWHERE_V6: SocketAddr =
        SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9);
    let wanted_v4 = family == AddressFamily::IPV4;
    let towards = match wanted_v4 {
        _ if client.is_ipv4() == wanted_v4 => client,
        true => ELSEWHERE_V4,
        false => ELSEWHERE_V6,
    };
    let any: IpAddr =
        if wanted_v4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let probe = std::net::UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    probe.connect(towards).ok()?;
    Some(probe.local_addr().ok()?.ip())
}
