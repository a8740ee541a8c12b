//! Listening and connecting as the JVM does: a wildcard address is one IPv6 socket that takes IPv4 too, which is why `netstat`
//! shows `tcp6 … :::9092` for a Java server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

/// Listens on `host` and `port` (0 picks a free one); an empty host or `0.0.0.0` is every address of this machine. Must be called
/// within a tokio runtime.
///
/// # Errors
/// As the system gives them: address in use, not available, permission denied; an unknown host is `NotFound`.
pub async fn bind(host: &str, port: u16, backlog: u32) -> io::Result<TcpListener> {
    if matches!(host, "" | "0.0.0.0" | "::" | "[::]") {
        let any = SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port);
        return match listen(any, backlog) {
            // a machine without IPv6
            Err(error) if matches!(error.raw_os_error(), Some(EAFNOSUPPORT | EADDRNOTAVAIL)) => {
                listen(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port), backlog)
            }
            other => other,
        };
    }
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await?.collect();
    let address = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
    listen(*address.ok_or(io::ErrorKind::NotFound)?, backlog)
}

/// Asks for buffers of that many bytes; connections that a listener accepts have its own. The system need not grant them.
pub fn set_buffers(socket: &TcpListener, send: Option<usize>, receive: Option<usize>) {
    let socket = socket2::SockRef::from(socket);
    let _ = send.map(|bytes| socket.set_send_buffer_size(bytes));
    let _ = receive.map(|bytes| socket.set_recv_buffer_size(bytes));
}

/// Linux's errno for a machine without IPv6 in its kernel.
const EAFNOSUPPORT: i32 = 97;
/// Linux's errno for a machine whose IPv6 is switched off.
const EADDRNOTAVAIL: i32 = 99;

fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM.nonblocking().cloexec(), Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    TcpListener::from_std(socket.into())
}

/// Whether the system looks after a silent connection and ends it when the other side has gone.
///
/// # Errors
/// As the system gives them.
pub fn set_keepalive(stream: &TcpStream, is_on: bool) -> io::Result<()> {
    SockRef::from(stream).set_keepalive(is_on)
}

/// Connects to the first address of `host` that answers, within `deadline` in all.
///
/// # Errors
/// The last address's error; `TimedOut` when the deadline passes; `NotFound` for a host without an address.
pub async fn connect(host: &str, port: u16, deadline: Duration) -> io::Result<TcpStream> {
    let attempt = async {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in lookup_host((host, port)).await? {
            match connect_address(address, deadline).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    };
    tokio::time::timeout(deadline, attempt).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Connects to one address within `deadline`.
///
/// # Errors
/// As the system gives them; `TimedOut` when the deadline passes.
pub async fn connect_address(address: SocketAddr, deadline: Duration) -> io::Result<TcpStream> {
    connect_buffered(address, deadline, (None, None)).await
}

/// Connects to one address within `deadline` by a socket with buffers of that many bytes, sending and receiving, which the system need
/// not grant.
///
/// # Errors
/// As [`connect_address`].
pub async fn connect_buffered(
    address: SocketAddr,
    deadline: Duration,
    (send, receive): (Option<usize>, Option<usize>),
) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    let number = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let _ = send.map(|bytes| socket.set_send_buffer_size(number(bytes)));
    let _ = receive.map(|bytes| socket.set_recv_buffer_size(number(bytes)));
    let stream =
        tokio::time::timeout(deadline, socket.connect(address)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The addresses of `host` as Kafka's Java clients use them: IPv4 before IPv6, and only those of the first one's family
/// (`ClientUtils.filterPreferredAddresses`). An empty host is this machine.
///
/// # Errors
/// As the resolver gives them; `NotFound` for a host without an address; `TimedOut` when the deadline passes.
pub async fn resolve(host: &str, port: u16, deadline: Duration) -> io::Result<Vec<SocketAddr>> {
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    let lookup = tokio::time::timeout(deadline, lookup_host((host, port)));
    let found = lookup.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    let (v4, v6): (Vec<_>, Vec<_>) = found.partition(SocketAddr::is_ipv4);
    let preferred = if v4.is_empty() { v6 } else { v4 };
    if preferred.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(preferred) }
}

/// The name of an address, as far as `/etc/hosts` tells it.
pub fn name_of(address: IpAddr) -> Option<String> {
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    hosts.lines().find_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        (words.next()?.parse() == Ok(address)).then(|| words.next().map(str::to_owned))?
    })
}

/// Asks the resolver whether `host` has an address, and waits for it: for a start, before anything is served.
///
/// # Errors
/// As the resolver gives them.
pub fn check_host(host: &str, port: u16) -> io::Result<()> {
    (host, port).to_socket_addrs().map(|_| ())
}

/// A datagram socket that sends to the Unix socket at `path` and never waits.
///
/// # Errors
/// As the system gives them, where nobody listens there too.
pub fn connect_datagram(path: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect(path)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wildcard_listener_takes_ipv4_and_a_taken_port_is_refused() {
        let listener = bind("0.0.0.0", 0, 50).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        connect("127.0.0.1", port, Duration::from_secs(5)).await.expect("IPv4 reaches it");
        let error = bind("", port, 50).await.expect_err("the port is taken");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
