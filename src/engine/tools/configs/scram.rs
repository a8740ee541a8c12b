//! SCRAM credentials of users (KIP-554): the password never leaves this machine, its salted hash does.

use bytes::Bytes;
use kafka_protocol::messages::alter_user_scram_credentials_request::{ScramCredentialDeletion, ScramCredentialUpsertion};
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::{AlterUserScramCredentialsRequest, DescribeUserScramCredentialsRequest};
use kafka_protocol::protocol::StrBytes;

use super::alter::Changes;
use super::{ALTER_DEADLINE, DESCRIBE_DEADLINE, deadline, failed};
use crate::engine::client::{Client, ClientError, Route};
use crate::engine::kafka::scram::{self, MIN_ITERATIONS, Mechanism};
use crate::engine::tools::Exception;
use crate::engine::tools::harness::print;

const DEFAULT_ITERATIONS: i32 = 4096;
/// The error code of a user without credentials.
const RESOURCE_NOT_FOUND: i16 = 91;

/// Shows the credentials of users, or of all where none are named.
pub(super) async fn describe(client: &Client, users: &[String]) -> Result<(), Exception> {
    let named = users.iter().map(|user| UserName::default().with_name(StrBytes::from_string(user.clone())));
    let named = (!users.is_empty()).then(|| named.collect());
    let request = DescribeUserScramCredentialsRequest::default().with_users(named);
    let failed = failed(client, "describeUserScramCredentials", DESCRIBE_DEADLINE);
    let response = client.call_until(Route::Any, request, deadline(client, DESCRIBE_DEADLINE)).await.map_err(&failed)?;
    if let Some(error) = ClientError::from_code(response.error_code, response.error_message.as_deref()) {
        return Err(failed(error));
    }
    let fatal = response.results.iter().find(|found| !matches!(found.error_code, 0 | RESOURCE_NOT_FOUND));
    if let Some(error) = fatal.and_then(|found| ClientError::from_code(found.error_code, found.error_message.as_deref())) {
        return Err(failed(error));
    }
    for found in response.results.into_iter().filter(|found| found.error_code == 0) {
        let infos = found.credential_infos.iter().map(|info| {
            let name = scram::by_code(info.mechanism).map_or("UNKNOWN", |known| known.name);
            format!("{name}=iterations={}", info.iterations)
        });
        let infos: Vec<String> = infos.collect();
        print(&format!("SCRAM credential configs for user-principal '{}' are {}\n", &*found.user, infos.join(", ")));
    }
    Ok(())
}

/// Sets and removes credentials of one user.
pub(super) async fn alter(client: &Client, user: &str, changes: &Changes) -> Result<(), Exception> {
    let name = || StrBytes::from_string(user.to_owned());
    let deletions = changes.deleted.iter().filter_map(|key| scram::by_name(key));
    let deletions =
        deletions.map(|mechanism| ScramCredentialDeletion::default().with_name(name()).with_mechanism(mechanism.code));
    let mut upsertions = Vec::new();
    for (key, value) in &changes.added {
        let Some(mechanism) = scram::by_name(key) else { continue };
        let (iterations, password) = credential(mechanism, value)?;
        let salt = random_salt();
        let salted = mechanism.salted(password, &salt, iterations.unsigned_abs());
        let upsertion = ScramCredentialUpsertion::default().with_name(name()).with_mechanism(mechanism.code);
        let upsertion = upsertion.with_iterations(iterations).with_salt(Bytes::from(salt));
        upsertions.push(upsertion.with_salted_password(Bytes::from(salted)));
    }
    let request = AlterUserScramCredentialsRequest::default().with_deletions(deletions.collect()).with_upsertions(upsertions);
    let failed = failed(client, "alterUserScramCredentials", ALTER_DEADLINE);
    let response = client.call_until(Route::Controller, request, deadline(client, ALTER_DEADLINE)).await.map_err(&failed)?;
    let refused =
        response.results.into_iter().find_map(|found| ClientError::from_code(found.error_code, found.error_message.as_deref()));
    refused.map_or(Ok(()), |error| Err(failed(error)))
}

/// A credential as ZooKeeper keeps it (`ScramCredentialUtils.credentialToString`), made of what the line gave for a mechanism.
pub(super) fn stored(key: &str, value: &str) -> Result<String, Exception> {
    let Some(mechanism) = scram::by_name(key) else { return Ok(value.to_owned()) };
    let (iterations, password) = credential(mechanism, value)?;
    let salt = random_salt();
    let salted = mechanism.salted(password, &salt, iterations.unsigned_abs());
    Ok(mechanism.stored(&salt, &salted, iterations))
}

fn random_salt() -> Vec<u8> {
    [*uuid::Uuid::new_v4().as_bytes(), *uuid::Uuid::new_v4().as_bytes()].concat()
}

/// Reads `iterations=8192,password=secret`; the iterations may be left out.
///
/// # Errors
/// What the tool says of another form, and of too few iterations.
pub fn credential<'a>(mechanism: &Mechanism, text: &'a str) -> Result<(i32, &'a str), Exception> {
    let invalid = || Exception::illegal_argument(format!("Invalid credential property {}={text}", mechanism.word));
    let (iterations, rest) = match text.strip_prefix("iterations=") {
        Some(rest) => {
            let (number, rest) = rest.split_once(',').ok_or_else(invalid)?;
            let digits = number.strip_prefix('-').unwrap_or(number);
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid());
            }
            let number = if number == "-1" { Ok(DEFAULT_ITERATIONS) } else { number.parse() };
            (number.map_err(|_| Exception::number_format(digits))?, rest)
        }
        None => (DEFAULT_ITERATIONS, text),
    };
    let password = rest.strip_prefix("password=").ok_or_else(invalid)?;
    if iterations < MIN_ITERATIONS {
        return Err(Exception::illegal_argument(format!(
            "Iterations {iterations} is less than the minimum {MIN_ITERATIONS} required for {}",
            mechanism.name
        )));
    }
    Ok((iterations, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_or_refused() {
        let check = |text, expected: Result<(i32, &str), &str>| {
            let found = credential(&scram::MECHANISMS[0], text).map_err(|error| error.text().to_owned());
            assert_eq!(found, expected.map_err(str::to_owned), "{text}");
        };
        check("password=a=b,c", Ok((4096, "a=b,c")));
        check("iterations=8192,password=", Ok((8192, "")));
        check("iterations=-1,password=x", Ok((4096, "x")));
        check("iterations=12,password=x", Err("Iterations 12 is less than the minimum 4096 required for SCRAM-SHA-256"));
        check("pw=x", Err("Invalid credential property SCRAM_SHA_256=pw=x"));
    }
}
