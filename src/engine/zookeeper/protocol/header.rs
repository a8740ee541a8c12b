//! What stands in front of each request, reply and part of a multi.

use super::jute::record;

/// The xids that number no request.
pub mod xid {
    /// A watch fired.
    pub const NOTIFICATION: i32 = -1;
    /// A ping and its answer.
    pub const PING: i32 = -2;
    /// An auth packet and its answer.
    pub const AUTH: i32 = -4;
    /// SetWatches after a reconnect, and its answer.
    pub const SET_WATCHES: i32 = -8;
}

record! {
    /// Stands in front of each request.
    #[derive(Copy)]
    pub struct RequestHeader {
        /// The client's number for the request.
        pub xid: i32,
        /// The operation's code.
        pub op: i32,
    }
}

record! {
    /// Stands in front of each reply.
    #[derive(Copy)]
    pub struct ReplyHeader {
        /// The request's number.
        pub xid: i32,
        /// The last transaction the server has applied, or that of the request.
        pub zxid: i64,
        /// The error code; with another than 0 nothing follows.
        pub err: i32,
    }
}

impl RequestHeader {
    /// Its length in bytes.
    pub const BYTES: usize = 8;
}

impl ReplyHeader {
    /// Its length in bytes.
    pub const BYTES: usize = 16;
}

record! {
    /// Stands in front of each part of a multi and its results, and after the last.
    #[derive(Copy)]
    pub struct MultiHeader {
        /// The part's operation; -1 for an error or the end.
        pub op: i32,
        /// Whether this is the end.
        pub done: bool,
        /// The part's error code; -1 where it has none.
        pub err: i32,
    }
}

impl MultiHeader {
    /// What ends a multi.
    pub const END: Self = Self { op: -1, done: true, err: -1 };
}
