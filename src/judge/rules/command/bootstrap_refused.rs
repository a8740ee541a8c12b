//! KL226: nobody listens where a tool is to find its broker, and the broker listens elsewhere. The tool would try for a minute, a console
//! client without end.

use super::tool_values::{addresses, at, at_values, brokers_at};
use crate::judge::diagnostic::{Diagnostic, Edit};
use crate::judge::rules::context::{Address, Listening, Speaker, is_loopback};
use crate::judge::rules::{Line, Rule, Speaks};
use crate::text::{Message, command_labels as labels, commands as text};

/// Nobody listens on any of the ports that are named.
pub static REFUSED: Rule =
    Rule::line("KL226", "bootstrap-server-refused", text::BOOTSTRAP_REFUSED, Speaks::Before, bootstrap_refused);

/// What starts a broker, which may listen by the time the tool looks.
const STARTS_BROKER: &str = "kafka-server-start.sh";
/// The addresses of one list that are looked at.
const ADDRESSES_MAX: usize = 9;

fn bootstrap_refused(line: &Line<'_>) -> Option<Diagnostic> {
    let starts_broker =
        || line.invocations.iter().filter_map(|other| other.tool(line.context)).any(|tool| tool.script == STARTS_BROKER);
    if line.is_text() || line.exit_code.is_some() || starts_broker() {
        return None;
    }
    at_values(line, true, |found, given, value| {
        // named twice is refused at once
        if found.arguments.given.iter().filter(|other| other.name == given.name).count() > 1 {
            return None;
        }
        let named: Vec<_> = addresses(value, brokers_at(given.name, value)?).collect();
        let (broker, only) = running_broker(line)?;
        let nobody = |(_, address): &(_, &str)| nobody_listens(line, address);
        if named.is_empty() || named.len() > ADDRESSES_MAX || !named.iter().all(nobody) {
            return None;
        }
        let (place, address) = named.first()?;
        let (host, port) = address.rsplit_once(':')?;
        let part = place.start + host.len() + 1..place.end;
        let label = match only {
            true => Message::new(labels::BOOTSTRAP_REFUSED_LISTENS).with("port", port).with("broker", broker.port),
            false => Message::new(labels::BOOTSTRAP_REFUSED).with("port", port),
        };
        let finding = at(line, &REFUSED, given, part.clone(), label);
        let written = given.value.as_ref().filter(|(word, _)| only && word.is_plain(line.context.line));
        Some(match written {
            Some((word, start)) => {
                let range = word.place(line.context.line, start + part.start..start + part.end);
                finding.fixed_by(vec![Edit { range, text: broker.port.to_string() }], true)
            }
            None => finding,
        })
    })
}

/// Whether an address of this machine is one where a connection is refused. Who listens there is not asked: an answer may take long, and the
/// line waits for it.
fn nobody_listens(line: &Line<'_>, address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let Ok(port) = port.parse() else { return false };
    let system = line.context.system;
    let open = || system.listening().iter().any(|listening| listening.port == port);
    is_loopback(host) && !open() && system.speaker(&Address { host: host.to_owned(), port }) == Speaker::Nobody
}

/// A broker that runs here, the one with the lowest port, and whether that is the only port.
pub(super) fn running_broker(line: &Line<'_>) -> Option<(Listening, bool)> {
    let mut running = line.context.system.listening();
    running.retain(|listening| listening.speaker == Speaker::Broker);
    running.sort_by_key(|listening| listening.port);
    running.dedup_by_key(|listening| listening.port);
    Some((*running.first()?, running.len() == 1))
}
