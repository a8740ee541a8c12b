//! The commands of the shell and their options, as its help lists them.

use std::fmt::Write as _;

/// Each command with its options, in the order of the help.
pub(super) const COMMANDS: [(&str, &str); 28] = [
    ("addWatch", "[-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - default is PERSISTENT_RECURSIVE"),
    ("addauth", "scheme auth"),
    ("close", ""),
    ("config", "[-c] [-w] [-s]"),
    ("connect", "host:port"),
    ("create", "[-s] [-e] [-c] [-t ttl] path [data] [acl]"),
    ("delete", "[-v version] path"),
    ("deleteall", "path [-b batch size]"),
    ("delquota", "[-n|-b|-N|-B] path"),
    ("get", "[-s] [-w] path"),
    ("getAcl", "[-s] path"),
    ("getAllChildrenNumber", "path"),
    ("getEphemerals", "path"),
    ("history", ""),
    ("listquota", "path"),
    ("ls", "[-s] [-w] [-R] path"),
    ("printwatches", "on|off"),
    ("quit", ""),
    (
        "reconfig",
        "[-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | [-add \
         serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]",
    ),
    ("redo", "cmdno"),
    ("removewatches", "path [-c|-d|-a] [-l]"),
    ("set", "[-s] [-v version] path data"),
    ("setAcl", "[-s] [-v version] [-R] path acl"),
    ("setquota", "-n|-b|-N|-B val path"),
    ("stat", "[-w] path"),
    ("sync", "path"),
    ("version", ""),
    ("whoami", ""),
];

/// The help.
pub(super) fn help() -> String {
    let mut text = "ZooKeeper -server host:port [-zk-tls-config-file <file>] cmd args\n".to_owned();
    for (command, options) in COMMANDS {
        let _ = writeln!(text, "\t{command} {options}");
    }
    text
}

/// A command with its options.
pub(super) fn of(command: &str) -> String {
    let options = COMMANDS.iter().find(|(name, _)| *name == command).map_or("", |(_, options)| options);
    format!("{command} {options}")
}
