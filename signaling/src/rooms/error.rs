//! Why a member, or whoever knocks, could not do what it asked. Made by `rooms`, told by `request`.

use sharesync_protocol::signaling::RefusalCode;

/// Why a member could not do what it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RoomError {
    #[error("This room has ended, or never was.")]
    UnknownRoom,
    #[error("This room is full.")]
    RoomFull,
    #[error("This room is locked: nobody new is let in.")]
    RoomLocked,
    #[error("Only whoever made this room may do that.")]
    NotOwner,
    #[error("Leave the room you are in first.")]
    AlreadyInRoom,
    #[error("Enter a room first.")]
    NotInRoom,
    #[error("Nobody of that id is in this room now.")]
    UnknownPeer,
    #[error("The server holds as many rooms as it may. Try again later.")]
    TooManyRooms,
    #[error("There is no such code, or it has been used. Ask for a new one.")]
    UnknownCode,
    #[error("This knock has ended, or never was.")]
    UnknownKnock,
}

impl RoomError {
    /// What a program is told.
    pub(crate) fn code(self) -> RefusalCode {
        match self {
            Self::UnknownRoom => RefusalCode::UnknownRoom,
            Self::RoomFull => RefusalCode::RoomFull,
            Self::RoomLocked => RefusalCode::RoomLocked,
            Self::NotOwner => RefusalCode::NotOwner,
            Self::AlreadyInRoom => RefusalCode::AlreadyInRoom,
            Self::NotInRoom => RefusalCode::NotInRoom,
            Self::UnknownPeer => RefusalCode::UnknownPeer,
            Self::TooManyRooms => RefusalCode::TooManyRooms,
            Self::UnknownCode => RefusalCode::UnknownCode,
            Self::UnknownKnock => RefusalCode::UnknownKnock,
        }
    }
}
