//! What the two verifiable clients share: how they read their lines, and where they find brokers and configs.

use super::argparse::{Group, Namespace, Parser, Spec};
use super::{Stop, java};

/// The options that name the brokers, of which each of the clients needs one.
pub(super) const CONNECTION: Group = Group {
    title: "Connection Group",
    description: "Group of arguments for connection to brokers",
    required: true,
    options: &["--bootstrap-server", "--broker-list"],
};

/// The line of a client and what read it; an empty one asks for help.
pub(super) fn line_of(spec: &'static Spec, args: &[String]) -> Result<(Parser, Namespace), Stop> {
    let parser = Parser::new(spec);
    if args.is_empty() {
        return Err(Stop::Help(parser.help(), 0));
    }
    let line = parser.parse(args)?;
    Ok((parser, line))
}

/// The brokers that a line names.
pub(super) fn servers_of(line: &Namespace) -> &str {
    line.text("bootstrap-server").or(line.text("broker-list")).unwrap_or_default()
}

/// The properties of a file; these tools take a file that cannot be read for a wrong line.
pub(super) fn file_of(parser: &Parser, path: &str) -> Result<Vec<(String, String)>, Stop> {
    java::load_properties(path).map_err(|stop| match stop {
        Stop::Uncaught(exception) => parser.error(exception.text()).into(),
        other => other,
    })
}
