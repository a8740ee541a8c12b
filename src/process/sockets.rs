//! Who listens on which TCP port and who talks to whom. The kernel lists sockets by inode, when asked or in `/proc/net`; the inode is found
//! again among the open files of the processes that we may look into.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::sock_diag::{self, Listener};
use super::table::{self, Process};

/// A TCP socket that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The address and port; `[::]` and `0.0.0.0` are every address of this machine.
    pub address: SocketAddr,
    /// Who has it open; `None` where that process belongs to another user.
    pub pid: Option<u32>,
}

/// An established TCP connection of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// This end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
}

/// Every listening TCP socket, in the order of the kernel's tables, IPv4 first.
pub fn listening() -> Vec<Listening> {
    let listeners = listeners(Path::new("/proc/net"));
    if listeners.is_empty() {
        return Vec::new();
    }
    let owners = owners();
    listeners.into_iter().map(|of| Listening { address: of.address, pid: owners.get(&of.inode).copied() }).collect()
}

/// Who listens on `port`, on whichever address; `None` where nobody does.
pub fn listening_on(port: u16) -> Option<Listening> {
    listening().into_iter().find(|listening| listening.address.port() == port)
}

/// The addresses that a process listens on. Far cheaper than [`listening`], which looks into every process.
pub fn addresses_of(pid: u32) -> Vec<SocketAddr> {
    let inodes = inodes_of(pid);
    if inodes.is_empty() {
        return Vec::new();
    }
    listeners(&table::folder(pid).join("net"))
        .into_iter()
        .filter(|listener| inodes.contains(&listener.inode))
        .map(|listener| listener.address)
        .collect()
}

/// The ports that a process listens on, ascending, each once.
pub fn ports_of(pid: u32) -> Vec<u16> {
    let mut ports: Vec<u16> = addresses_of(pid).iter().map(SocketAddr::port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Whether a process, or another one of its group, listens on `port`. A script that runs a server leads a group with it.
pub fn group_listens_on(leader: u32, port: u16) -> bool {
    let listens = |pid: u32| addresses_of(pid).iter().any(|address| address.port() == port);
    listens(leader)
        || table::all().iter().any(|process| process.group == leader && process.pid() != leader && listens(process.pid()))
}

/// The process that listens on `port`: its name and number. `Some(None)` where it belongs to another user; `None` where nobody listens.
pub fn holder(port: u16) -> Option<Option<(String, u32)>> {
    let process = listening_on(port)?.pid.and_then(Process::read);
    Some(process.map(|process| (process.name(), process.pid())))
}

/// The established connections of a process; empty where it is gone or belongs to another user.
pub fn connections_of(pid: u32) -> Vec<Connection> {
    let inodes = inodes_of(pid);
    rows(&table::folder(pid).join("net"))
        .into_iter()
        .filter(|row| row.state == State::Established && inodes.contains(&row.inode))
        .map(|row| Connection { local: row.local, remote: row.remote })
        .collect()
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Established,
    Listen,
    Other,
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    local: SocketAddr,
    remote: SocketAddr,
    state: State,
    inode: u64,
}

/// What listens in the network that `net` shows: the kernel tells it of our own one; for another one, or where it does not tell, the tables
/// are read.
fn listeners(net: &Path) -> Vec<Listener> {
    let namespace = |net: &Path| std::fs::read_link(net.parent()?.join("ns/net")).ok();
    let ours =
        net == Path::new("/proc/net") || namespace(net).is_some_and(|of| Some(of) == namespace(Path::new("/proc/self/net")));
    let told = if ours { sock_diag::listening().ok() } else { None };
    told.unwrap_or_else(|| listed(net))
}

fn listed(net: &Path) -> Vec<Listener> {
    let listening = rows(net).into_iter().filter(|row| row.state == State::Listen);
    listening.map(|row| Listener { address: row.local, inode: row.inode }).collect()
}

fn rows(net: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in ["tcp", "tcp6"] {
        let Some(raw) = table::bounded(&net.join(file)) else { continue };
        rows.extend(String::from_utf8_lossy(&raw).lines().skip(1).filter_map(Row::parse));
    }
    rows
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let state = match *fields.get(3)? {
            "01" => State::Established,
            "0A" => State::Listen,
            _ => State::Other,
        };
        Some(Self {
            local: address(fields.get(1)?)?,
            remote: address(fields.get(2)?)?,
            state,
            inode: fields.get(9)?.parse().ok()?,
        })
    }
}

/// `0100007F:2384`: the address as 32-bit words in the machine's byte order, then the port.
fn address(field: &str) -> Option<SocketAddr> {
    let (address, port) = field.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words = (0..address.len() / 8)
        .map(|word| u32::from_str_radix(address.get(word * 8..word * 8 + 8)?, 16).ok())
        .collect::<Option<Vec<u32>>>()?;
    let ip = match words[..] {
        [word] => IpAddr::V4(Ipv4Addr::from(word.to_ne_bytes())),
        [a, b, c, d] => {
            let mut octets = [0; 16];
            for (place, word) in octets.chunks_exact_mut(4).zip([a, b, c, d]) {
                place.copy_from_slice(&word.to_ne_bytes());
            }
            let ip = Ipv6Addr::from(octets);
            ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4)
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// The process of each socket inode; the lowest number where several share it.
fn owners() -> HashMap<u64, u32> {
    let mut owners = HashMap::new();
    for pid in table::pids() {
        for inode in inodes_of(pid) {
            owners.entry(inode).or_insert(pid);
        }
    }
    owners
}

fn inodes_of(pid: u32) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(table::folder(pid).join("fd")) else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let target = std::fs::read_link(entry.path()).ok()?;
            target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_and_a_connection_of_this_process_are_found() {
        let me = std::process::id();
        let listener = crate::net::bind("", 0, 5).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let found = listening_on(port).expect("it listens");
        assert_eq!((found.address.port(), found.pid), (port, Some(me)));
        assert!(ports_of(me).contains(&port));
        assert!(addresses_of(me).contains(&listener.local_addr().expect("bound")));

        let client = crate::net::connect("127.0.0.1", port, std::time::Duration::from_secs(5)).await.expect("connects");
        let _accepted = listener.accept().await.expect("it is there");
        let local = client.local_addr().expect("connected");
        let remote = client.peer_addr().expect("connected");
        assert!(connections_of(me).contains(&Connection { local, remote }));
        assert!(connections_of(me).contains(&Connection { local: remote, remote: local }));

        drop(listener);
        // another test's child may hold a copy between its fork and exec
        let gone =
            crate::process::wait::until_true(std::time::Duration::from_secs(5), "the port", || listening_on(port).is_none());
        gone.await.expect("it was closed");
    }

    #[tokio::test]
    async fn the_kernel_tells_what_its_tables_list() {
        let four = crate::net::bind("127.0.0.1", 0, 5).await.expect("a free port");
        let six = std::net::TcpListener::bind("[::1]:0");
        let mapped = crate::net::bind("", 0, 5).await.expect("a free port");
        let ports = [four.local_addr(), mapped.local_addr()].into_iter().chain(six.as_ref().ok().map(|six| six.local_addr()));
        let ports: Vec<u16> = ports.map(|address| address.expect("bound").port()).collect();
        // other tests open and close theirs meanwhile
        let ours = |mut listeners: Vec<Listener>| {
            listeners.retain(|listener| ports.contains(&listener.address.port()));
            listeners.sort_by_key(|listener| listener.inode);
            listeners
        };
        let told = ours(sock_diag::listening().expect("Linux answers"));
        assert_eq!(told, ours(listed(Path::new("/proc/self/net"))));
        assert_eq!(told.len(), ports.len());
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn rows_are_read_as_the_kernel_writes_them() {
        let check = |line: &str, local: &str, state: State, inode: u64| {
            let row = Row::parse(line).expect("a row");
            assert_eq!((row.local.to_string(), row.state, row.inode), (local.to_owned(), state, inode));
        };
        check(
            "   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31415 1 0000000000000000 100 0 0 10 0",
            "127.0.0.1:9092",
            State::Listen,
            31415,
        );
        check(
            "   1: 00000000000000000000000000000000:0885 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 27182 1",
            "[::]:2181",
            State::Listen,
            27182,
        );
        check(
            "   2: 0000000000000000FFFF00000100007F:2384 0000000000000000FFFF00000100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 5 1",
            "127.0.0.1:9092",
            State::Established,
            5,
        );
        assert_eq!(Row::parse("  sl  local_address rem_address   st tx_queue"), None);
        assert_eq!(Row::parse("0: 0100007F:2384 00000000:0000 0A"), None);
        assert_eq!(Row::parse("0: 01:2384 00000000:0000 0A 0 0 0 0 0 7"), None);
    }
}
