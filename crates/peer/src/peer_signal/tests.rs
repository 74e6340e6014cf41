use serde_json::{Value, json};

use super::*;

#[derive(Deserialize)]
struct Goldens {
    valid: Vec<Golden>,
    malformed: Vec<Golden>,
}

#[derive(Deserialize)]
struct Golden {
    name: String,
    event: String,
    body: Value,
}

fn goldens() -> Goldens {
    let text = include_str!("../../../protocol/fixtures/peer-signals.json");
    serde_json::from_str(text).expect("a fixture is of its form")
}

#[test]
fn signals_are_read_and_written_as_by_browsers() {
    for Golden { name, event, body } in goldens().valid {
        let signal = PeerSignal::read(&event, body.clone()).expect(&name);
        assert_eq!((signal.event(), signal.to_json()), (event.as_str(), body), "{name}");
    }
}

#[test]
fn what_no_peer_says_is_refused() {
    for Golden { name, event, body } in goldens().malformed {
        assert!(PeerSignal::read(&event, body).is_none(), "{name}");
    }
    let long = json!({ "link": "one", "sdp": "x".repeat(64 * 1024 + 1) });
    assert!(PeerSignal::read(OFFER, long).is_none());
    assert!(PeerSignal::read("knock", json!({ "link": "one", "sdp": "" })).is_none());
}

#[test]
fn what_browsers_leave_empty_or_say_beyond_that_is_passed_over() {
    let candidate = json!({ "candidate": "", "sdpMid": null, "sdpMLineIndex": null, "later": 1 });
    let body = json!({ "link": "one", "candidates": [candidate], "later": 1 });
    let signal = PeerSignal::read(ICE_CANDIDATE, body).unwrap();
    assert_eq!(signal.to_json(), json!({ "link": "one", "candidates": [{ "candidate": "" }] }));
}

#[test]
fn candidates_of_one_link_go_together_as_far_as_they_fit() {
    let candidate: IceCandidate = serde_json::from_value(json!({ "candidate": "" })).unwrap();
    let signal = |link: &str, number, network| PeerSignal {
        link: link.to_owned(),
        body: SignalBody::Candidates(vec![candidate.clone(); number], network),
    };
    let mut first = signal("one", 1, None);
    assert!(first.join(signal("one", 31, None)).is_ok());
    assert!(first == signal("one", 32, None));
    assert!(first.join(signal("one", 1, None)).is_err());
    let mut first = signal("one", 1, None);
    assert!(first.join(signal("two", 1, None)).is_err());
    assert!(first.join(signal("one", 0, Some(NetworkNote::Ask { ask: True }))).is_err());
    let offer = PeerSignal { link: "one".to_owned(), body: SignalBody::Offer(String::new()) };
    assert_eq!(first.join(offer).err().map(|signal| signal.event()), Some(OFFER));
}
