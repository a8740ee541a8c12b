//! Child processes, pseudo-terminals, signals, and the process table. Nothing else in the project spawns or signals.

pub mod exec;
pub mod ignored;
pub mod jvm;
pub mod lock;
pub mod marked;
pub mod pty;
pub mod server;
pub mod signal;
mod sock_diag;
pub mod sockets;
pub mod spawn;
pub mod table;
pub mod temporary;
pub mod wait;
