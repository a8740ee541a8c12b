//! The name that was meant by one that is mistyped.

/// The name nearest to what was typed, at most so many letters away; `None` where none is near, two are equally near, or it is one of
/// them: then something else is wrong with it.
pub(in crate::judge::rules) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>, letters: usize) -> Option<&'a str> {
    let mut near: Vec<(usize, &str)> = names.map(|name| (strsim::damerau_levenshtein(typed, name), name)).collect();
    near.sort_unstable();
    match near[..] {
        [(0, _), ..] => None,
        [(first, _), (second, _), ..] if first == second => None,
        [(distance, name), ..] if distance <= letters => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, names: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(typed, names.iter().copied(), 2), expected, "{typed} among {names:?}");
    }

    #[test]
    fn one_name_is_meant_where_it_alone_is_near() {
        check("servre.properties", &["server.properties", "zookeeper.properties"], Some("server.properties"));
        check("serv.properties", &["server.properties"], Some("server.properties"));
        check("ser.properties", &["server.properties"], None);
        check("server-3.properties", &["server-1.properties", "server-2.properties"], None);
        check("server.properties", &["server.properties", "servers.properties"], None);
        check("server.properties", &[], None);
    }
}
