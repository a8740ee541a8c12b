//! Who may do what: the schemes `world`, `auth`, `digest` and `ip`.

use std::collections::HashSet;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::acl_digest::DigestAlgorithm;
use super::protocol::{Acl, ClientInfo, ErrorCode, Id};

/// The identity that every connection has.
pub fn ip_identity(address: IpAddr) -> Id {
    let address = match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    Id { scheme: "ip".to_owned(), id: address.to_string() }
}

/// The identity that an auth packet proves; `None` where it proves none.
pub fn authenticate(scheme: &str, auth: &[u8], connection: &[Id], algorithm: DigestAlgorithm) -> Option<Id> {
    match scheme {
        "digest" => {
            let text = std::str::from_utf8(auth).ok()?;
            let user = text.split(':').next().unwrap_or_default();
            Some(Id { scheme: "digest".to_owned(), id: format!("{user}:{}", STANDARD.encode(algorithm.digest(auth))) })
        }
        // what it proves the connection has from the start
        "ip" => connection.iter().find(|id| id.scheme == "ip").cloned(),
        _ => None,
    }
}

/// Checks that one of `ids` has one of the permissions in `perm`.
///
/// # Errors
/// `NoAuth`.
pub fn check(acl: Option<&[Acl]>, perm: i32, ids: &[Id]) -> Result<(), ErrorCode> {
    let Some(acl) = acl.filter(|acl| !acl.is_empty()) else { return Ok(()) };
    let granted = acl.iter().filter(|entry| entry.perms & perm != 0).any(|entry| {
        is_anyone(&entry.id) || ids.iter().any(|id| id.scheme == entry.id.scheme && matches(&id.scheme, &id.id, &entry.id.id))
    });
    if granted || ids.iter().any(|id| id.scheme == "super") { Ok(()) } else { Err(ErrorCode::NoAuth) }
}

fn is_anyone(id: &Id) -> bool {
    id.scheme == "world" && id.id == "anyone"
}

fn matches(scheme: &str, id: &str, allowed: &str) -> bool {
    match scheme {
        "digest" => id == allowed,
        "ip" => ip_matches(id, allowed),
        _ => false,
    }
}

/// `allowed` is an address or an address and the number of bits that count.
fn ip_matches(id: &str, allowed: &str) -> bool {
    let (address, bits) = match allowed.split_once('/') {
        Some((address, bits)) => (address, bits.parse::<u32>().ok()),
        None => (allowed, Some(u32::MAX)),
    };
    match (id.parse::<IpAddr>(), address.parse::<IpAddr>(), bits) {
        (Ok(IpAddr::V4(id)), Ok(IpAddr::V4(address)), Some(bits)) => {
            let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            id.to_bits() & mask == address.to_bits() & mask
        }
        (Ok(IpAddr::V6(id)), Ok(IpAddr::V6(address)), Some(bits)) => {
            let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            id.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

/// The list as it is kept: each entry once, `auth` replaced by the identities of the one who asks.
///
/// # Errors
/// `InvalidAcl` where an entry is of no known scheme, or nothing is left.
pub fn fix_up(requested: &[Acl], ids: &[Id]) -> Result<Vec<Acl>, ErrorCode> {
    let mut fixed: Vec<Acl> = Vec::new();
    let mut seen = HashSet::new();
    for entry in requested {
        if !seen.insert(entry) {
            continue;
        }
        match entry.id.scheme.as_str() {
            "world" if entry.id.id == "anyone" => fixed.push(entry.clone()),
            // an address proves nothing
            "auth" => {
                let before = fixed.len();
                let proven = ids.iter().filter(|id| id.scheme == "digest");
                fixed.extend(proven.map(|id| Acl { perms: entry.perms, id: id.clone() }));
                if fixed.len() == before {
                    return Err(ErrorCode::InvalidAcl);
                }
            }
            "digest" if entry.id.id.split(':').count() == 2 => fixed.push(entry.clone()),
            "ip" if is_ip(&entry.id.id) => fixed.push(entry.clone()),
            _ => return Err(ErrorCode::InvalidAcl),
        }
    }
    if fixed.is_empty() { Err(ErrorCode::InvalidAcl) } else { Ok(fixed) }
}

fn is_ip(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    match (address.parse::<IpAddr>(), bits.parse::<u32>()) {
        (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
        (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
        _ => false,
    }
}

/// A list as one sees it who may read but not administer: without digests.
pub fn without_digests(acl: &[Acl]) -> Vec<Acl> {
    let hide = |entry: &Acl| {
        let mut entry = entry.clone();
        if entry.id.scheme == "digest" {
            let user = entry.id.id.split(':').next().unwrap_or_default().to_owned();
            entry.id.id = format!("{user}:x");
        }
        entry
    };
    acl.iter().map(hide).collect()
}

/// The identities of a connection without their secrets.
pub fn client_infos(ids: &[Id]) -> Vec<ClientInfo> {
    ids.iter().map(|id| ClientInfo { auth_scheme: id.scheme.clone(), user: user_name(id).to_owned() }).collect()
}

/// An identity without its secret.
pub fn user_name(id: &Id) -> &str {
    if id.scheme == "digest" { id.id.split(':').next().unwrap_or_default() } else { &id.id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::protocol::perms;

    fn entry(perms: i32, scheme: &str, id: &str) -> Acl {
        Acl { perms, id: Id { scheme: scheme.to_owned(), id: id.to_owned() } }
    }

    #[test]
    fn digests_are_those_of_zookeeper() {
        let id = authenticate("digest", b"super:test", &[], DigestAlgorithm::default()).expect("any user and password will do");
        assert_eq!(id.id, "super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
        let acl = fix_up(&[entry(perms::READ, "auth", "")], std::slice::from_ref(&id)).expect("one identity");
        assert_eq!(acl, [Acl { perms: perms::READ, id: id.clone() }]);
        assert_eq!(check(Some(&acl), perms::READ, std::slice::from_ref(&id)), Ok(()));
        assert_eq!(check(Some(&acl), perms::WRITE, &[id]), Err(ErrorCode::NoAuth));
        assert_eq!(check(Some(&acl), perms::READ, &[]), Err(ErrorCode::NoAuth));
        assert_eq!(without_digests(&acl)[0].id.id, "super:x");
    }

    #[test]
    fn addresses_match_by_their_leading_bits() {
        let me = ip_identity("::ffff:10.1.2.3".parse().expect("an address"));
        assert_eq!(me.id, "10.1.2.3");
        for (allowed, expected) in
            [("10.1.2.3", true), ("10.1.2.4", false), ("10.1.0.0/16", true), ("10.2.0.0/16", false), ("0.0.0.0/0", true)]
        {
            assert_eq!(check(Some(&[entry(1, "ip", allowed)]), 1, std::slice::from_ref(&me)).is_ok(), expected, "{allowed}");
        }
    }

    #[test]
    fn lists_that_say_nothing_are_refused() {
        for bad in
            [entry(1, "world", "me"), entry(1, "auth", ""), entry(1, "digest", "x"), entry(1, "ip", "x"), entry(1, "no", "x")]
        {
            assert_eq!(fix_up(std::slice::from_ref(&bad), &[]), Err(ErrorCode::InvalidAcl), "{bad:?}");
        }
        assert_eq!(fix_up(&[], &[]), Err(ErrorCode::InvalidAcl));
        let twice = [entry(1, "world", "anyone"), entry(1, "world", "anyone")];
        assert_eq!(fix_up(&twice, &[]).map(|acl| acl.len()), Ok(1));
    }
}
