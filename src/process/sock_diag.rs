//! The listening sockets of this machine, asked of the kernel (`sock_diag(7)`). Unlike a read of `/proc/net/tcp` that does not walk through the
//! table of all connections, which is as large as the machine's memory allows and would cost milliseconds each time.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with};

/// More than the kernel puts into one answer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How long the kernel may take for a piece of its answer; it answers within the call.
const ANSWER_DEADLINE: Duration = Duration::from_secs(1);

/// A TCP socket that listens, as the kernel knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    pub(super) inode: u64,
}

/// Every TCP socket that listens in this network namespace, IPv4 first.
///
/// # Errors
/// The kernel does not answer such questions: it has no `sock_diag`, or it is none of Linux's own.
pub(super) fn listening() -> io::Result<Vec<Listener>> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG))?;
    set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_DEADLINE))?;
    let mut found = Vec::new();
    for (family, any) in [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())] {
        ask(&socket, family, any, &mut found)?;
    }
    Ok(found)
}

fn ask(socket: &OwnedFd, family: u8, any: SocketId, found: &mut Vec<Listener>) -> io::Result<()> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let request = InetRequest {
        family,
        protocol: IPPROTO_TCP,
        extensions: ExtensionFlags::empty(),
        states: StateFlags::LISTEN,
        socket_id: any,
    };
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(SockDiagMessage::InetRequest(request)));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    send(socket, &bytes, SendFlags::empty())?;
    let mut answer = vec![0; ANSWER_BYTES_MAX];
    loop {
        let (received, whole) = recv(socket, &mut answer, RecvFlags::empty())?;
        if received == 0 || whole > received {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if take(&answer[..received], found)? {
            return Ok(());
        }
    }
}

/// Takes a piece of the answer; returns whether it was the last.
fn take(mut rest: &[u8], found: &mut Vec<Listener>) -> io::Result<bool> {
    while !rest.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest).map_err(io::Error::other)?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(response)) => found.push(listener(&response)),
            NetlinkPayload::Done(_) => return Ok(true),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            _ => {}
        }
        // messages begin at multiples of four
        let length = (message.header.length as usize).next_multiple_of(4);
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(false)
}

fn listener(response: &InetResponse) -> Listener {
    let id = &response.header.socket_id;
    let address = SocketAddr::new(id.source_address.to_canonical(), id.source_port);
    Listener { address, inode: response.header.inode.into() }
}
