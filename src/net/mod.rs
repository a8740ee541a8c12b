//! Sockets: listening as the JVM does, length-prefixed frames with a limit, and shutdown.

mod accept;
mod datagram;
mod frame;
mod free_port;
pub mod http;
mod listen;
mod local;
mod send;

pub use accept::serve_each;
pub use datagram::unix_datagram;
pub use frame::{FrameError, read_frame, read_frame_unless_idle, within};
pub use free_port::free_port;
pub use listen::{
    bind, check_host, connect, connect_address, connect_buffered, connect_datagram, name_of, resolve, set_buffers, set_keepalive,
};
pub use local::{connect_local, listen_local};
pub use send::send_file;
/// Tells every task of a server to end; children of a token end with it.
pub use tokio_util::sync::CancellationToken as Shutdown;
