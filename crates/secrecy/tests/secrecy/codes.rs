//! What a guest or a server could try at a code, tried.

use sharesync_secrecy::{AnsweredHost, Code, CodeError, CodeGuest, CodeHost, Invitation, LinkKey};

use crate::random::{Fixed, SYSTEM};

fn code_of(nameplate: &str, words: &str) -> Code {
    Code { nameplate: nameplate.to_owned(), words: words.to_owned() }
}

fn code() -> Code {
    code_of("4821", "orbit-canyon")
}

fn new_host() -> CodeHost {
    let key = LinkKey::parse("AAECAwQFBgcICQoLDA0ODw").expect("22 characters");
    let invitation = Invitation { room: "A".repeat(22), key };
    CodeHost::new(&code(), invitation, &mut SYSTEM.clone())
}

fn new_guest(code: &Code) -> (CodeGuest, String) {
    CodeGuest::new(code, &mut SYSTEM.clone())
}

fn seal(host: AnsweredHost, confirm: &str) -> Result<String, CodeError> {
    host.seal(confirm, &mut SYSTEM.clone())
}

/// The text with its first bits changed, still base64url.
fn changed(text: &str) -> String {
    format!("{}{}", if text.starts_with('A') { 'B' } else { 'A' }, &text[1..])
}

#[test]
fn a_guest_that_knows_the_words_gets_the_link() {
    let (guest, knock) = new_guest(&code());
    let (host, answer) = new_host().answer(&knock).unwrap();
    let (guest, confirm) = guest.confirm(&answer).unwrap();
    let got = guest.open(&seal(host, &confirm).unwrap()).unwrap();
    assert_eq!((got.room, got.key.text().as_str()), ("A".repeat(22), "AAECAwQFBgcICQoLDA0ODw"));
}

#[test]
fn a_guest_that_guesses_gets_a_share_and_nothing_else() {
    for guess in [
        code_of("4821", "orbit-cobalt"),
        code_of("4821", "canyon-orbit"),
        code_of("4822", "orbit-canyon"),
        code_of("4821", ""),
    ] {
        let (guest, knock) = new_guest(&guess);
        let (host, answer) = new_host().answer(&knock).unwrap();
        assert_eq!(answer.len(), 43);
        let (_, confirm) = guest.confirm(&answer).unwrap();
        assert_eq!(seal(host, &confirm), Err(CodeError::WrongCode));
    }
}

#[test]
fn a_changed_or_borrowed_confirmation_is_refused() {
    let (guest, knock) = new_guest(&code());
    let (host, answer) = new_host().answer(&knock).unwrap();
    let (_, confirm) = guest.confirm(&answer).unwrap();
    assert_eq!(seal(host, &changed(&confirm)), Err(CodeError::WrongCode));
    let (other, _) = new_host().answer(&knock).unwrap();
    assert_eq!(seal(other, &confirm), Err(CodeError::WrongCode));
    for text in ["", &confirm[1..], &"A".repeat(44)] {
        let (host, _) = new_host().answer(&knock).unwrap();
        assert_eq!(seal(host, text), Err(CodeError::Tampered));
    }
}

#[test]
fn what_is_no_share_ends_the_exchange_at_either_end() {
    let no_element = format!("AQ{}", "A".repeat(41));
    let neutral = "A".repeat(43);
    let long = "A".repeat(60_000);
    for share in ["", "*", &long, &neutral, &no_element, &format!("{}B", "A".repeat(42))] {
        assert_eq!(new_host().answer(share).err(), Some(CodeError::Tampered));
        assert_eq!(new_guest(&code()).0.confirm(share).err(), Some(CodeError::Tampered));
    }
    let (guest, own) = new_guest(&code());
    assert_eq!(guest.confirm(&own).err(), Some(CodeError::Tampered));
}

#[test]
fn a_changed_invitation_is_refused() {
    let (guest, knock) = new_guest(&code());
    let (host, answer) = new_host().answer(&knock).unwrap();
    let (guest, confirm) = guest.confirm(&answer).unwrap();
    let sealed = seal(host, &confirm).unwrap();
    assert_eq!(guest.open(&changed(&sealed)).err(), Some(CodeError::Tampered));
}

#[test]
fn an_invitation_to_what_is_no_room_is_refused_though_the_host_knows_the_words() {
    for room in ["../admin", "", "AAAAAAAAAAAAAAAAAAAAA/", &"A".repeat(23)] {
        let key = LinkKey::make(&mut SYSTEM.clone());
        let invitation = Invitation { room: room.to_owned(), key };
        let (guest, knock) = new_guest(&code());
        let host = CodeHost::new(&code(), invitation, &mut SYSTEM.clone());
        let (host, answer) = host.answer(&knock).unwrap();
        let (guest, confirm) = guest.confirm(&answer).unwrap();
        let opened = guest.open(&seal(host, &confirm).unwrap());
        assert_eq!(opened.err(), Some(CodeError::Tampered), "{room:?}");
    }
}

#[test]
fn a_code_is_another_each_time_and_shows_in_no_log() {
    let made = Code::make("0042".to_owned(), &mut SYSTEM.clone());
    assert!(Code::parse(&made.text()) == Ok(made.clone()));
    assert_eq!(format!("{made:?}"), "Code(..)");
    let zeros = Code::make("0042".to_owned(), &mut Fixed::of_hex("0000"));
    assert_eq!(zeros.words, "album-album");
}
