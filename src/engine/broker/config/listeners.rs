//! `listeners`, `advertised.listeners` and `listener.security.protocol.map` (`EndPoint`, `CoreUtils.listenerListToEndPoints`).

use std::fmt;
use std::net::IpAddr;

use super::value::split_list;
use crate::engine::exception::Exception;

/// One listener, as `PLAINTEXT://localhost:9092`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its name in capitals.
    pub name: String,
    /// The host, without brackets; `None` where it is left out.
    pub host: Option<String>,
    /// The port as it was given: it need not be one.
    pub port: i32,
    /// The security protocol behind the name, as `PLAINTEXT`.
    pub protocol: String,
}

impl fmt::Display for Listener {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.as_deref().unwrap_or("");
        let brackets = if host.contains(':') { ("[", "]") } else { ("", "") };
        write!(out, "{}://{}{host}{}:{}", self.name, brackets.0, brackets.1, self.port)
    }
}

/// The security protocol of each listener's name, in the order given.
pub type ProtocolMap = Vec<(String, String)>;

const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

/// Reads `listener.security.protocol.map`.
///
/// # Errors
/// Kafka's words for an entry without a colon or an unknown protocol.
pub fn protocol_map(text: &str) -> Result<ProtocolMap, Exception> {
    let mut map = ProtocolMap::new();
    for (name, protocol) in csv_map("listener.security.protocol.map", text)? {
        let known = PROTOCOLS.into_iter().find(|known| known.eq_ignore_ascii_case(&protocol));
        let Some(known) = known else {
            let message = format!("Invalid security protocol `{protocol}` defined in listener.security.protocol.map");
            return Err(Exception::config(message));
        };
        map.push((name.to_uppercase(), known.to_owned()));
    }
    Ok(map)
}

/// `Utils.parseMap` of Kafka: `key:value` pairs, the last colon decides.
pub(super) fn csv_map(key: &str, text: &str) -> Result<Vec<(String, String)>, Exception> {
    let mut map: Vec<(String, String)> = Vec::new();
    for item in split_list(text).filter(|item| !item.is_empty()) {
        let Some((name, value)) = item.rsplit_once(':') else {
            let reason = format!("begin 0, end -1, length {}", item.chars().count());
            let cause = Exception::new("java.lang.StringIndexOutOfBoundsException", reason.clone());
            let message = format!("Error parsing configuration property '{key}': {reason}");
            return Err(Exception::new("java.lang.IllegalArgumentException", message).caused_by(cause));
        };
        map.retain(|(known, _)| known != name.trim());
        map.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(map)
}

/// Reads a list of listeners; `distinct_ports` also wants their ports to differ, as `listeners` does and
/// `advertised.listeners` does not.
///
/// # Errors
/// Kafka's words for what is wrong.
pub fn parse_listeners(text: &str, map: &ProtocolMap, distinct_ports: bool) -> Result<Vec<Listener>, Exception> {
    let items = split_list(text).filter(|item| !item.is_empty());
    let listeners = items.map(|item| parse_listener(item, map)).collect::<Result<Vec<_>, _>>().map_err(|cause| {
        let message = format!("Error creating broker listeners from '{text}': {}", cause.text());
        Exception::new("java.lang.IllegalArgumentException", message).caused_by(cause)
    })?;
    for (index, listener) in listeners.iter().enumerate() {
        if listeners[..index].iter().any(|other| other.name == listener.name) {
            return Err(Exception::requirement(format!("Each listener must have a different name, listeners: {text}")));
        }
    }
    if distinct_ports {
        check_ports(text, &listeners)?;
    }
    Ok(listeners)
}

/// `^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$`, the greedy way: the last `://` ends the name, the last colon the host.
fn parse_listener(text: &str, map: &ProtocolMap) -> Result<Listener, Exception> {
    let parts = text.rsplit_once("://").and_then(|(name, address)| {
        let (host, port) = address.rsplit_once(':')?;
        let host = host.strip_prefix('[').unwrap_or(host);
        let host = host.strip_suffix(']').unwrap_or(host);
        let digits = port.strip_prefix('-').unwrap_or(port);
        let known = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && host.chars().all(known))
            .then_some((name, host, port))
    });
    let Some((name, host, port)) = parts else {
        let message = format!("Unable to parse {text} to a broker endpoint");
        return Err(Exception::new("org.apache.kafka.common.KafkaException", message));
    };
    let name = name.to_uppercase();
    if name.is_empty() {
        return Err(Exception::config("The provided listener name is null or empty string"));
    }
    let Some((_, protocol)) = map.iter().find(|(known, _)| *known == name) else {
        let message = format!("No security protocol defined for listener {name}");
        return Err(Exception::new("java.lang.IllegalArgumentException", message));
    };
    let port = port.parse().map_err(|_| Exception::number_format(port))?;
    Ok(Listener { name, host: (!host.is_empty()).then(|| host.to_owned()), port, protocol: protocol.clone() })
}

/// Ports differ, unless one listener has an IPv4 and the other an IPv6 address.
fn check_ports(text: &str, listeners: &[Listener]) -> Result<(), Exception> {
    for (index, listener) in listeners.iter().enumerate() {
        let port = listener.port;
        let same: Vec<&Listener> = listeners.iter().filter(|other| other.port == port && port != 0).collect();
        if same.len() < 2 || listeners[..index].iter().any(|other| other.port == port) {
            continue;
        }
        let address = |listener: &&Listener| listener.host.as_deref().and_then(|host| host.parse::<IpAddr>().ok());
        let addresses: Vec<IpAddr> = same.iter().filter_map(address).collect();
        let named = same.len() - addresses.len();
        if named > 1 {
            return Err(Exception::requirement(format!("Each listener must have a different port, listeners: {text}")));
        }
        let pair = format!(
            "If you have two listeners on the same port then one needs to be IPv4 and the other IPv6, listeners: {text}, \
             port: {port}"
        );
        match addresses[..] {
            [first, second] if first.is_ipv4() == second.is_ipv4() => return Err(Exception::requirement(pair)),
            [_, _] if named > 0 => return Err(Exception::new("java.lang.IllegalArgumentException", pair)),
            [] | [_, _] => {}
            _ => {
                let message = format!(
                    "Each listener must have a different port unless exactly one listener has an IPv4 address and the other \
                     IPv6 address, listeners: {text}, port: {port}"
                );
                return Err(Exception::new("java.lang.IllegalArgumentException", message));
            }
        }
    }
    Ok(())
}
