//! Delegation tokens as the tool shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use kafka_protocol::messages::CreateDelegationTokenResponse;
use kafka_protocol::messages::describe_delegation_token_response::DescribedDelegationToken;

use crate::engine::time_zone;

/// A token; times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) id: String,
    hmac: String,
    owner: String,
    requester: String,
    renewers: String,
    issued: i64,
    expires: i64,
    ends: i64,
}

impl Token {
    /// A token that was just made.
    pub(super) fn created(answer: &CreateDelegationTokenResponse, renewers: String) -> Self {
        let owner = format!("{}:{}", answer.principal_type, answer.principal_name);
        Self {
            id: answer.token_id.to_string(),
            hmac: STANDARD.encode(&answer.hmac),
            requester: requester(&answer.token_requester_principal_type, &answer.token_requester_principal_name, &owner),
            owner,
            renewers,
            issued: answer.issue_timestamp_ms,
            expires: answer.expiry_timestamp_ms,
            ends: answer.max_timestamp_ms,
        }
    }

    /// A token of a list.
    pub(super) fn described(token: &DescribedDelegationToken) -> Self {
        let owner = format!("{}:{}", token.principal_type, token.principal_name);
        let renewers = token.renewers.iter().map(|renewer| format!("{}:{}", renewer.principal_type, renewer.principal_name));
        Self {
            id: token.token_id.to_string(),
            hmac: STANDARD.encode(&token.hmac),
            requester: requester(&token.token_requester_principal_type, &token.token_requester_principal_name, &owner),
            owner,
            renewers: format!("[{}]", renewers.collect::<Vec<_>>().join(", ")),
            issued: token.issue_timestamp,
            expires: token.expiry_timestamp,
            ends: token.max_timestamp,
        }
    }
}

/// Brokers before 3.3 do not say who asked; then it was the owner.
fn requester(kind: &str, name: &str, owner: &str) -> String {
    if kind.is_empty() { owner.to_owned() } else { format!("{kind}:{name}") }
}

/// A time to the minute, where this machine is.
pub(super) fn date(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default().to_zoned(time_zone::local());
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The heading and a line for each token, each with an empty line before it.
pub(super) fn table(tokens: &[Token]) -> String {
    let line = |cells: [&str; 8]| {
        let [a, b, c, d, e, f, g, h] = cells;
        format!("\n{a:15} {b:30} {c:15} {d:15} {e:25} {f:15} {g:15} {h:15}\n")
    };
    let mut text = line(["TOKENID", "HMAC", "OWNER", "REQUESTER", "RENEWERS", "ISSUEDATE", "EXPIRYDATE", "MAXDATE"]);
    for token in tokens {
        let [issued, expires, ends] = [token.issued, token.expires, token.ends].map(date);
        text.push_str(&line([&token.id, &token.hmac, &token.owner, &token.requester, &token.renewers, &issued, &expires, &ends]));
    }
    text
}

/// What Java's decoder says of a text that is not Base64.
pub(super) fn base64_error(text: &str, error: &base64::DecodeError) -> String {
    match error {
        base64::DecodeError::InvalidByte(_, byte) if *byte != b'=' => format!("Illegal base64 character {byte:x}"),
        _ if text.trim_end_matches('=').len() % 4 == 1 => "Last unit does not have enough valid bits".to_owned(),
        _ => "Input byte array has wrong 4-byte ending unit".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_in_columns() {
        let token = Token {
            id: "t1".to_owned(),
            hmac: "c2VjcmV0".to_owned(),
            owner: "User:alice".to_owned(),
            requester: requester("", "", "User:alice"),
            renewers: "[User:r, User:s]".to_owned(),
            issued: 0,
            expires: 60_000,
            ends: 120_000,
        };
        let text = table(&[token]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        let columns = "TOKENID         HMAC                           OWNER           REQUESTER       RENEWERS                  ";
        assert!(lines[1].starts_with(columns), "{text}");
        let row = "t1              c2VjcmV0                       User:alice      User:alice      [User:r, User:s]          ";
        assert!(lines[3].starts_with(row), "{text}");
    }
}
