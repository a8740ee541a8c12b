//! `kafka-delegation-tokens.sh` (`org.apache.kafka.tools.DelegationTokenCommand`): creates, renews, expires and describes delegation
//! tokens.

mod token;

use std::ffi::OsString;
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kafka_protocol::messages::create_delegation_token_request::CreatableRenewers;
use kafka_protocol::messages::describe_delegation_token_request::DescribeDelegationTokenOwner;
use kafka_protocol::messages::{
    CreateDelegationTokenRequest, DescribeDelegationTokenRequest, ExpireDelegationTokenRequest, RenewDelegationTokenRequest,
};
use kafka_protocol::protocol::{Request, StrBytes};

use super::client_configs::ClientConfigs;
use super::command_line::{help_for_nothing, refuse_together, require};
use super::harness::{self, print};
use super::options::{OptionParser, OptionSet};
use super::{Exception, Stop, admin, principal};
use crate::engine::client::{Client, ClientError, Route};
use token::{Token, date};

/// The main class.
pub const MAIN_CLASS: &str = "org.apache.kafka.tools.DelegationTokenCommand";
const SCRIPT: &str = "kafka-delegation-tokens.sh";

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, SCRIPT, args, main)
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Create,
    Renew,
    Expire,
    Describe,
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (action, set) = parse(&args)?;
    act(action, &set).await.map_err(Stop::Traced)?;
    Ok(0)
}

fn parse(args: &[String]) -> Result<(Action, OptionSet), Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(|error| Stop::Traced(error.into()))?;
    help_for_nothing(args, &set, "This tool helps to create, renew, expire, or describe delegation tokens.")?;
    let actions =
        [("create", Action::Create), ("renew", Action::Renew), ("expire", Action::Expire), ("describe", Action::Describe)];
    let mut asked = actions.into_iter().filter(|(option, _)| set.has(option)).map(|(_, action)| action);
    let (Some(action), None) = (asked.next(), asked.next()) else {
        let text = "Command must include exactly one action: --create, --renew, --expire or --describe";
        return Err(Stop::Usage(text.to_owned()));
    };
    require(&set, "bootstrap-server")?;
    require(&set, "command-config")?;
    let required: &[&str] = match action {
        Action::Create => &["max-life-time-period"],
        Action::Renew => &["hmac", "renew-time-period"],
        Action::Expire => &["hmac", "expiry-time-period"],
        Action::Describe => &[],
    };
    required.iter().try_for_each(|option| require(&set, option))?;
    // in the order of Java's sets
    for (option, refused) in [
        ("create", &["renew-time-period", "hmac", "expiry-time-period"][..]),
        ("renew", &["max-life-time-period", "expiry-time-period", "renewer-principal", "owner-principal"]),
        ("expire", &["renew-time-period", "max-life-time-period", "renew", "owner-principal"]),
        ("describe", &["renew-time-period", "max-life-time-period", "hmac", "expiry-time-period"]),
    ] {
        refuse_together(&set, option, refused)?;
    }
    Ok((action, set))
}

async fn act(action: Action, set: &OptionSet) -> Result<(), Exception> {
    let configs = ClientConfigs::of_file(set.value("command-config")?.unwrap_or_default())?;
    let client = admin::client(set.value("bootstrap-server")?.unwrap_or_default(), configs).await?;
    match action {
        Action::Create => create(&client, set).await,
        Action::Renew => renew(&client, set).await,
        Action::Expire => expire(&client, set).await,
        Action::Describe => describe(&client, set).await,
    }
}

/// The principals of an option, in order, as type and name.
fn principals<'a>(set: &'a OptionSet, option: &str) -> Result<Vec<(&'a str, &'a str)>, Exception> {
    set.values(option).iter().map(|text| principal::parse(text.trim())).collect()
}

fn listed(principals: &[(&str, &str)]) -> String {
    let shown: Vec<String> = principals.iter().map(|(kind, name)| format!("{kind}:{name}")).collect();
    format!("[{}]", shown.join(", "))
}

fn text(value: &str) -> StrBytes {
    StrBytes::from_string(value.to_owned())
}

/// The number of an option that must be there.
fn period(set: &OptionSet, option: &'static str) -> Result<i64, Exception> {
    let unboxed = || {
        let text = "Cannot invoke \"java.lang.Long.longValue()\" because the return value of \
                    \"joptsimple.OptionSet.valueOf(joptsimple.OptionSpec)\" is null";
        Exception::new("java.lang.NullPointerException", text)
    };
    set.number(option)?.ok_or_else(unboxed)
}

/// The bytes of `--hmac`.
fn hmac(text: Option<&str>) -> Result<Bytes, Exception> {
    let Some(text) = text else {
        let text = "Cannot invoke \"String.getBytes(java.nio.charset.Charset)\" because \"src\" is null";
        return Err(Exception::new("java.lang.NullPointerException", text));
    };
    STANDARD.decode(text).map(Bytes::from).map_err(|error| Exception::illegal_argument(token::base64_error(text, &error)))
}

/// Asks any broker; its error code is `code` of the answer.
async fn call<R: Request + Clone>(
    client: &Client,
    name: &str,
    request: R,
    code: impl Fn(&R::Response) -> i16,
) -> Result<R::Response, Exception> {
    let failed = |error: ClientError| Exception::execution(Exception::of_call(name, &error));
    let answer = client.call(Route::Any, request).await.map_err(failed)?;
    match ClientError::from_code(code(&answer), None) {
        Some(error) => Err(failed(error)),
        None => Ok(answer),
    }
}

async fn create(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let renewers = principals(set, "renewer-principal")?;
    let life = period(set, "max-life-time-period")?;
    print(&format!("Calling create token operation with renewers :{} , max-life-time-period :{life}\n", listed(&renewers)));
    let renewer = |(kind, name): &(&str, &str)| {
        CreatableRenewers::default().with_principal_type(text(kind)).with_principal_name(text(name))
    };
    let mut request =
        CreateDelegationTokenRequest::default().with_max_lifetime_ms(life).with_renewers(renewers.iter().map(renewer).collect());
    if let Some((kind, name)) = principals(set, "owner-principal")?.first() {
        request = request.with_owner_principal_type(Some(text(kind))).with_owner_principal_name(Some(text(name)));
    }
    let answer = call(client, "createDelegationToken", request, |answer| answer.error_code).await?;
    let token = Token::created(&answer, listed(&renewers));
    print(&format!("Created delegation token with tokenId : {}\n", token.id));
    print(&token::table(&[token]));
    Ok(())
}

async fn renew(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let (shown, period) = (set.value("hmac")?, period(set, "renew-time-period")?);
    print(&format!("Calling renew token operation with hmac :{} , renew-time-period :{period}\n", shown.unwrap_or("null")));
    let request = RenewDelegationTokenRequest::default().with_hmac(hmac(shown)?).with_renew_period_ms(period);
    let answer = call(client, "renewDelegationToken", request, |answer| answer.error_code).await?;
    print(&format!("Completed renew operation. New expiry date : {}", date(answer.expiry_timestamp_ms)));
    Ok(())
}

async fn expire(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let (shown, period) = (set.value("hmac")?, period(set, "expiry-time-period")?);
    print(&format!("Calling expire token operation with hmac :{} , expire-time-period :{period}\n", shown.unwrap_or("null")));
    let request = ExpireDelegationTokenRequest::default().with_hmac(hmac(shown)?).with_expiry_time_period_ms(period);
    let answer = call(client, "expireDelegationToken", request, |answer| answer.error_code).await?;
    print(&format!("Completed expire operation. New expiry date : {}", date(answer.expiry_timestamp_ms)));
    Ok(())
}

async fn describe(client: &Client, set: &OptionSet) -> Result<(), Exception> {
    let owners = principals(set, "owner-principal")?;
    if owners.is_empty() {
        print("Calling describe token operation for current user.\n");
    } else {
        print(&format!("Calling describe token operation for owners: {}\n", listed(&owners)));
    }
    let owner = |(kind, name): &(&str, &str)| {
        DescribeDelegationTokenOwner::default().with_principal_type(text(kind)).with_principal_name(text(name))
    };
    let request = DescribeDelegationTokenRequest::default().with_owners(Some(owners.iter().map(owner).collect()));
    let answer = call(client, "describeDelegationToken", request, |answer| answer.error_code).await?;
    print(&format!("Total number of tokens : {}", answer.tokens.len()));
    let tokens: Vec<Token> = answer.tokens.iter().map(Token::described).collect();
    print(&token::table(&tokens));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_action_and_what_it_needs() {
        let check = |line: &str, expected: Result<Action, &str>| {
            let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let found = parse(&args).map(|(action, _)| action).map_err(|stop| match stop {
                Stop::Usage(text) => text,
                other => format!("{other:?}"),
            });
            assert_eq!(found, expected.map_err(str::to_owned), "{line}");
        };
        let base = "--bootstrap-server x:1 --command-config f";
        check(&format!("{base} --describe"), Ok(Action::Describe));
        check(&format!("{base} --create --max-life-time-period"), Ok(Action::Create));
        check(&format!("{base} --renew --hmac a"), Err("Missing required argument \"[renew-time-period]\""));
        check(&format!("{base} --describe --hmac a"), Err("Option \"[describe]\" can't be used with option \"[hmac]\""));
    }
}
