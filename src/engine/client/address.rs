//! Bootstrap servers as Kafka's clients read them (`Utils.getHost`, `ClientUtils.parseAndValidateAddresses`).

use std::fmt;

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name or an address; empty means this machine.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// A bootstrap server that is no `host:port`. The texts are those of Kafka's `ConfigException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// There is no port, or it is not a number.
    #[error("Invalid url in bootstrap.servers: {0}")]
    Url(String),
    /// The port is above 65535.
    #[error("Invalid port in bootstrap.servers: {0}")]
    Port(String),
    /// There is no server at all.
    #[error("No resolvable bootstrap urls given in bootstrap.servers")]
    Empty,
}

/// The servers that a client asks first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap(Vec<HostPort>);

impl Bootstrap {
    /// One server.
    pub fn one(host: &str, port: u16) -> Self {
        Self(vec![HostPort { host: host.to_owned(), port }])
    }

    /// The servers in the order they were given; at least one.
    pub fn servers(&self) -> &[HostPort] {
        &self.0
    }
}

impl std::str::FromStr for Bootstrap {
    type Err = InvalidUrl;

    /// Reads a comma-separated list. As in Kafka, what stands before the host is cut off: `http://localhost:9092` is taken.
    fn from_str(list: &str) -> Result<Self, InvalidUrl> {
        let urls = list.split(',').map(str::trim).filter(|url| !url.is_empty());
        let servers = urls.map(parse_url).collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() { Err(InvalidUrl::Empty) } else { Ok(Self(servers)) }
    }
}

/// `Utils.HOST_PORT_PATTERN`: `.*?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)`, which must match the whole text.
fn parse_url(url: &str) -> Result<HostPort, InvalidUrl> {
    let invalid = || InvalidUrl::Url(url.to_owned());
    let (before, digits) = url.rsplit_once(':').ok_or_else(invalid)?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(invalid());
    }
    let port = digits.parse().map_err(|_| InvalidUrl::Port(url.to_owned()))?;
    let before = before.strip_suffix(']').unwrap_or(before);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
    let start = before.rfind(|c| !allowed(c)).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    Ok(HostPort { host: before[start..].to_owned(), port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: &str, expected: Result<&[(&str, u16)], &str>) {
        match (list.parse::<Bootstrap>(), expected) {
            (Ok(found), Ok(expected)) => {
                let found: Vec<_> = found.servers().iter().map(|server| (server.host.as_str(), server.port)).collect();
                assert_eq!(found, expected, "{list}");
            }
            (Err(found), Err(expected)) => assert_eq!(found.to_string(), expected),
            (found, expected) => panic!("{list}: expected {expected:?}, found {found:?}"),
        }
    }

    #[test]
    fn servers_are_read_as_kafka_reads_them() {
        check("localhost:9092", Ok(&[("localhost", 9092)]));
        check("a:1, b:2,", Ok(&[("a", 1), ("b", 2)]));
        check("http://localhost:9092", Ok(&[("localhost", 9092)]));
        check("<Device 0 IP>:9092", Ok(&[("", 9092)]));
        check("한글:9092", Ok(&[("", 9092)]));
        check("[::1]:9092", Ok(&[("::1", 9092)]));
        check("localhost", Err("Invalid url in bootstrap.servers: localhost"));
        check("localhost:abc", Err("Invalid url in bootstrap.servers: localhost:abc"));
        check("localhost:", Err("Invalid url in bootstrap.servers: localhost:"));
        check("localhost:99999", Err("Invalid port in bootstrap.servers: localhost:99999"));
        check(",", Err("No resolvable bootstrap urls given in bootstrap.servers"));
    }
}
