/**
 * The numbers of docs/PROTOCOL.md that both sides of a transfer must agree on. The native twin is
 * `crates/protocol/src/transfer.rs`.
 */

/** The version of the transfer protocol spoken here. */
export const VERSION = 1
/** Negotiated id (W3C WebRTC §6.2) of the data channel for control messages. */
export const CONTROL_CHANNEL = 0
/** Negotiated id (W3C WebRTC §6.2) of the data channel for frames. */
export const DATA_CHANNEL = 1
/** Bytes of a block; a file's last may be shorter. */
export const BLOCK_BYTES = 256 * 1024
/** Bytes of a frame's header. */
export const FRAME_HEADER_BYTES = 16
/** Most bytes of a frame, header included. */
export const MAX_FRAME_BYTES = 256 * 1024
/** Bytes of a digest (SHA-256). */
export const DIGEST_BYTES = 32
/** Most files in all of a sender's offers. */
export const MAX_FILES = 10_000
/** Most blocks of a file: what a 32-bit number can count. */
export const MAX_BLOCKS = 2 ** 32
/** Most bytes of a file: what a 32-bit block number can count. */
export const MAX_FILE_BYTES = 2 ** 50
/** Most UTF-8 bytes of a file's name. */
export const MAX_NAME_BYTES = 255
/** Most UTF-8 bytes of the path to a file. */
export const MAX_PATH_BYTES = 1024
/** Most UTF-8 bytes of a control message. */
export const MAX_CONTROL_BYTES = 64 * 1024
/** Most UTF-8 bytes of a text. */
export const MAX_TEXT_BYTES = 8 * 1024
/** Most texts that one page says to another. */
export const MAX_TEXTS = 100
/** Most connections between a sender and a receiver besides the first. */
export const MAX_LANES = 15
/** Most content bytes that a receiver lets a sender be ahead of what is written. */
export const WINDOW_BYTES = 16 * 1024 * 1024
