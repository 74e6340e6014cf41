//! What our protocol says in the words of the `webrtc` crate, and the other way round. Used by `Connection`.

use sharesync_protocol::signaling::IceServer;
use sharesync_protocol::transfer::IceCandidate;
use webrtc::peer_connection::{
    RTCIceCandidateInit, RTCIceCandidateType, RTCIceServer, RTCStatsReport, RTCStatsReportEntry,
};

use crate::channels::Path;

/// Which way the pair in use leads, once one is.
pub(super) fn path_of(stats: &RTCStatsReport) -> Option<Path> {
    let pair = stats.candidate_pairs().find(|pair| pair.nominated)?;
    let ends = [&pair.local_candidate_id, &pair.remote_candidate_id];
    let relayed = ends.into_iter().filter_map(|id| stats.get(id)).any(|end| match end {
        RTCStatsReportEntry::LocalCandidate(candidate)
        | RTCStatsReportEntry::RemoteCandidate(candidate) => {
            candidate.candidate_type == RTCIceCandidateType::Relay
        }
        _ => false,
    });
    Some(if relayed { Path::Turn } else { Path::Direct })
}

/// A STUN or TURN server, for the crate.
pub(super) fn as_rtc(server: &IceServer) -> RTCIceServer {
    RTCIceServer {
        urls: server.urls.clone(),
        username: server.username.clone().unwrap_or_default(),
        credential: server.credential.clone().unwrap_or_default(),
    }
}

/// A candidate of ours, as it is said to the other side.
pub(super) fn as_protocol(candidate: RTCIceCandidateInit) -> IceCandidate {
    IceCandidate {
        candidate: candidate.candidate,
        sdp_mid: candidate.sdp_mid,
        sdp_m_line_index: candidate.sdp_mline_index,
        username_fragment: candidate.username_fragment,
    }
}

/// A candidate of the other side, for the crate.
pub(super) fn from_protocol(candidate: IceCandidate) -> RTCIceCandidateInit {
    RTCIceCandidateInit {
        candidate: candidate.candidate,
        sdp_mid: candidate.sdp_mid,
        sdp_mline_index: candidate.sdp_m_line_index,
        username_fragment: candidate.username_fragment,
        url: None,
    }
}
