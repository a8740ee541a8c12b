//! The line of `kafka-acls.sh`: what it may say, and which resources and entries it means (`AclCommandOptions`).

use super::binding::{Acls, CLUSTER, Entry, Operation, PatternType, Permission, Resource, ResourceType, WILDCARD};
use crate::engine::tools::command_line::{help_or_version, refuse_together, require, uncaught};
use crate::engine::tools::harness::eprint;
use crate::engine::tools::options::{OptionError, OptionParser, OptionSet};
use crate::engine::tools::{Exception, Stop, principal};

/// The script, as the catalogue names it.
pub(super) const SCRIPT: &str = "kafka-acls.sh";
const DEPRECATED: &str = "Warning: support for ACL configuration directly through the authorizer is deprecated and will be removed in \
                          a future release. Please use --bootstrap-server instead to set ACLs through the admin client.";

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    Remove,
    List,
}

/// Why a line cannot be carried out.
pub(super) enum Failure {
    /// It is wrong: shown with the table of options.
    Usage(String),
    /// The tool prints the exception.
    Caught(Exception),
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        Self::Caught(exception)
    }
}

impl From<OptionError> for Failure {
    fn from(error: OptionError) -> Self {
        Self::Caught(error.into())
    }
}

/// Reads a line and checks which options stand together.
pub(super) fn parse(args: &[String]) -> Result<(Action, OptionSet), Stop> {
    let set = OptionParser::of(SCRIPT).parse(args).map_err(uncaught)?;
    let purpose = "This tool helps to manage acls on kafka.";
    if args.is_empty() {
        return Err(usage(purpose));
    }
    help_or_version(&set, purpose)?;
    let by_broker = set.has("bootstrap-server");
    if by_broker && set.has("authorizer") {
        return Err(usage("Only one of --bootstrap-server or --authorizer must be specified"));
    }
    if !by_broker {
        require(&set, "authorizer-properties")?;
        eprint(&format!("{DEPRECATED}\n"));
    }
    if set.has("command-config") && !by_broker {
        return Err(usage("The --command-config option can only be used with --bootstrap-server option"));
    }
    if set.has("authorizer-properties") && by_broker {
        return Err(usage("The --authorizer-properties option can only be used with --authorizer option"));
    }
    let asked = [("add", Action::Add), ("remove", Action::Remove), ("list", Action::List)];
    let mut asked = asked.into_iter().filter(|(option, _)| set.has(option)).map(|(_, action)| action);
    let (Some(action), None) = (asked.next(), asked.next()) else {
        return Err(usage("Command must include exactly one action: --list, --add, --remove. "));
    };
    refuse_together(&set, "list", &["producer", "consumer", "allow-host", "allow-principal", "deny-host", "deny-principal"])?;
    for role in ["producer", "consumer"] {
        refuse_together(&set, role, &["operation", "deny-principal", "deny-host"])?;
    }
    check_roles(&set)?;
    Ok((action, set))
}

fn check_roles(set: &OptionSet) -> Result<(), Stop> {
    if set.has("principal") && !set.has("list") {
        return Err(usage("The --principal option is only available if --list is set"));
    }
    if set.has("producer") && !set.has("topic") {
        return Err(usage("With --producer you must specify a --topic"));
    }
    if set.has("idempotent") && !set.has("producer") {
        return Err(usage("The --idempotent option is only available if --producer is set"));
    }
    let other = !set.has("producer") && (set.has("cluster") || set.has("transactional-id"));
    if set.has("consumer") && (!set.has("topic") || !set.has("group") || other) {
        return Err(usage(
            "With --consumer you must specify a --topic and a --group and no --cluster or --transactional-id option should be \
             specified.",
        ));
    }
    Ok(())
}

fn usage(text: &str) -> Stop {
    Stop::Usage(text.to_owned())
}

/// The type that names are taken for.
fn pattern_type(set: &OptionSet) -> Result<PatternType, Failure> {
    const OPTION: &str = "resource-pattern-type";
    let name = set.value(OPTION)?.unwrap_or_default();
    PatternType::by_name(name).ok_or_else(|| {
        let why = match name.eq_ignore_ascii_case("unknown") {
            true => format!("Unknown {OPTION}: {name}"),
            false => format!("Value [{name}] is not one of [ANY|MATCH|LITERAL|PREFIXED]"),
        };
        let conversion = Exception::from(OptionError::Conversion { value: name.to_owned(), option: OPTION });
        Failure::Caught(Exception {
            cause: Some(Box::new(Exception::new("joptsimple.ValueConversionException", why))),
            ..conversion
        })
    })
}

/// The resources that the line names.
pub(super) fn resources(set: &OptionSet) -> Result<Vec<Resource>, Failure> {
    let pattern = pattern_type(set)?;
    let mut found: Vec<Resource> = Vec::new();
    let mut named = |kind: ResourceType, name: &str| {
        let resource = Resource { kind, name: name.to_owned(), pattern };
        if !found.contains(&resource) {
            found.push(resource);
        }
    };
    set.values("topic").iter().for_each(|name| named(ResourceType::Topic, name.trim()));
    if pattern == PatternType::Literal && (set.has("cluster") || set.has("idempotent")) {
        named(ResourceType::Cluster, CLUSTER);
    }
    set.values("group").iter().for_each(|name| named(ResourceType::Group, name.trim()));
    set.values("transactional-id").iter().for_each(|name| named(ResourceType::TransactionalId, name));
    set.values("delegation-token").iter().for_each(|name| named(ResourceType::DelegationToken, name.trim()));
    set.values("user-principal").iter().for_each(|name| named(ResourceType::User, name.trim()));
    Ok(found)
}

/// What `--add` adds.
pub(super) fn to_add(set: &OptionSet) -> Result<Vec<Acls>, Failure> {
    let pattern = pattern_type(set)?;
    if !pattern.is_specific() {
        let text = format!("A '--resource-pattern-type' value of '{pattern}' is not valid when adding acls.");
        return Err(Failure::Usage(text));
    }
    let acls = filters(set)?;
    if acls.iter().any(|(_, entries)| entries.is_empty()) {
        let text = "You must specify one of: --allow-principal, --deny-principal when trying to add ACLs.";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(acls)
}

/// The resources of the line with the entries that it means for each, which may be none.
pub(super) fn filters(set: &OptionSet) -> Result<Vec<Acls>, Failure> {
    use Operation::{Create, Describe, IdempotentWrite, Read, Write};
    let resources = resources(set)?;
    if resources.is_empty() {
        let text = "You must provide at least one resource: --topic <topic> or --cluster or --group <group> or --delegation-token \
                    <Delegation Token ID>";
        return Err(Failure::Usage(text.to_owned()));
    }
    let of = |kind: ResourceType| resources.iter().filter(move |resource| resource.kind == kind).cloned();
    let mut acls: Vec<Acls> = Vec::new();
    if !set.has("producer") && !set.has("consumer") {
        let mut operations: Vec<Operation> = Vec::new();
        let all = ["All".to_owned()];
        let words = if set.has("operation") { set.values("operation") } else { &all };
        for operation in words.iter().map(|word| Operation::by_name(word.trim())) {
            if !operations.contains(&operation) {
                operations.push(operation);
            }
        }
        let entries = entries(set, &operations)?;
        acls.extend(resources.iter().map(|resource| (resource.clone(), entries.clone())));
    }
    let mut grant = |kind: ResourceType, operations: &[Operation]| -> Result<(), Failure> {
        let entries = entries(set, operations)?;
        for resource in of(kind) {
            match acls.iter_mut().find(|(known, _)| *known == resource) {
                // what the new role needs comes first
                Some((_, known)) => {
                    let rest: Vec<Entry> = known.drain(..).filter(|entry| !entries.contains(entry)).collect();
                    known.extend(entries.iter().cloned().chain(rest));
                }
                None => acls.push((resource, entries.clone())),
            }
        }
        Ok(())
    };
    if set.has("producer") {
        grant(ResourceType::Topic, &[Write, Describe, Create])?;
        grant(ResourceType::TransactionalId, &[Write, Describe])?;
    }
    if set.has("consumer") {
        grant(ResourceType::Topic, &[Read, Describe])?;
        grant(ResourceType::Group, &[Read])?;
    }
    if set.has("producer") && set.has("idempotent") {
        // whatever the pattern of the names is
        let cluster = Resource { kind: ResourceType::Cluster, name: CLUSTER.to_owned(), pattern: PatternType::Literal };
        acls.push((cluster, entries(set, &[IdempotentWrite])?));
    }
    check_operations(&acls)?;
    Ok(acls)
}

fn check_operations(acls: &[Acls]) -> Result<(), Failure> {
    for (resource, entries) in acls {
        let valid = resource.kind.operations();
        if entries.iter().any(|entry| !valid.contains(&entry.operation)) {
            let valid: Vec<String> = valid.iter().map(ToString::to_string).collect();
            return Err(Failure::Usage(format!("ResourceType {} only supports operations {}", resource.kind, valid.join(","))));
        }
    }
    Ok(())
}

/// An entry for each principal, operation and host.
fn entries(set: &OptionSet, operations: &[Operation]) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let sides = [("allow-principal", "allow-host", Permission::Allow), ("deny-principal", "deny-host", Permission::Deny)];
    for (who, from, permission) in sides {
        let principals = principals(set, who)?;
        let hosts: Vec<&str> = match set.values(from) {
            [] => vec![WILDCARD],
            hosts => hosts.iter().map(|host| host.trim()).collect(),
        };
        for principal in &principals {
            for operation in operations {
                if *operation == Operation::Any {
                    return Err(Exception::illegal_argument("operation must not be ANY").into());
                }
                for host in &hosts {
                    let (principal, host) = (principal.clone(), (*host).to_owned());
                    let entry = Entry { principal, host, operation: *operation, permission };
                    if !entries.contains(&entry) {
                        entries.push(entry);
                    }
                }
            }
        }
    }
    Ok(entries)
}

/// The principals of an option, each once.
pub(super) fn principals(set: &OptionSet, option: &str) -> Result<Vec<String>, Failure> {
    let mut found: Vec<String> = Vec::new();
    for text in set.values(option).iter().map(|text| text.trim()) {
        principal::parse(text)?;
        if !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    Ok(found)
}
