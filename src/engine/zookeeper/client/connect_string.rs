//! Connect strings: `host[:port][,host[:port]…][/chroot]`, read by the rules of ZooKeeper's `ConnectStringParser`.

use std::fmt;
use std::str::FromStr;

use crate::engine::zookeeper::protocol::{DEFAULT_PORT, PathError, validate_path};

/// The servers of a connect string and the path below which its client works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectString {
    text: String,
    servers: Vec<(String, u16)>,
    chroot: String,
}

/// Why a connect string is refused; the texts are those of the Java exceptions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectStringError {
    /// It names no server.
    #[error("A HostProvider may not be empty!")]
    NoServer,
    /// A port is no number.
    #[error("For input string: \"{0}\"")]
    PortNotANumber(String),
    /// A port is not within 0 to 65535.
    #[error("port out of range:{0}")]
    PortOutOfRange(i32),
    /// The chroot is no valid path.
    #[error(transparent)]
    Chroot(#[from] PathError),
}

impl ConnectString {
    /// Host and port of each server, in the order given.
    pub fn servers(&self) -> &[(String, u16)] {
        &self.servers
    }

    /// The chroot, empty where there is none.
    pub fn chroot(&self) -> &str {
        &self.chroot
    }
}

impl FromStr for ConnectString {
    type Err = ConnectStringError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hosts, chroot) = match text.find('/') {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let chroot = if chroot == "/" { "" } else { chroot };
        if !chroot.is_empty() {
            validate_path(chroot)?;
        }
        let servers =
            hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(server).collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() {
            return Err(ConnectStringError::NoServer);
        }
        Ok(Self { text: text.to_owned(), servers, chroot: chroot.to_owned() })
    }
}

fn server(text: &str) -> Result<(String, u16), ConnectStringError> {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Ok((host.to_owned(), rest.strip_prefix(':').map_or(Ok(DEFAULT_PORT), port)?));
    }
    match text.rsplit_once(':') {
        Some((host, "")) => Ok((host.to_owned(), DEFAULT_PORT)),
        Some((host, digits)) => Ok((host.to_owned(), port(digits)?)),
        None => Ok((text.to_owned(), DEFAULT_PORT)),
    }
}

fn port(digits: &str) -> Result<u16, ConnectStringError> {
    let number: i32 = digits.parse().map_err(|_| ConnectStringError::PortNotANumber(digits.to_owned()))?;
    u16::try_from(number).map_err(|_| ConnectStringError::PortOutOfRange(number))
}

/// The text as it was given.
impl fmt::Display for ConnectString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, &str), &str>) {
        let found = text.parse::<ConnectString>().map_err(|error| error.to_string());
        let found = found.map(|found| (format!("{:?}", found.servers()), found.chroot().to_owned()));
        let expected = expected.map(|(servers, chroot)| (servers.to_owned(), chroot.to_owned()));
        assert_eq!(found, expected.map_err(ToOwned::to_owned), "{text:?}");
    }

    #[test]
    fn connect_strings_are_read_as_zookeeper_does() {
        check("localhost:2181", Ok((r#"[("localhost", 2181)]"#, "")));
        check("localhost", Ok((r#"[("localhost", 2181)]"#, "")));
        check("localhost:", Ok((r#"[("localhost", 2181)]"#, "")));
        check("a:1, b ,c:3/kafka/x", Ok((r#"[("a", 1), ("b", 2181), ("c", 3)]"#, "/kafka/x")));
        check("a:1,/", Ok((r#"[("a", 1)]"#, "")));
        check("[::1]:2182,[::1]", Ok((r#"[("::1", 2182), ("::1", 2181)]"#, "")));
        check("", Err("A HostProvider may not be empty!"));
        check("/kafka", Err("A HostProvider may not be empty!"));
        check("localhost:x", Err("For input string: \"x\""));
        check("localhost:70000", Err("port out of range:70000"));
        check("localhost/a/", Err("Path must not end with / character"));
    }
}
