//! ACLs: on what, to whom, from where, which operation (`ResourcePattern`, `AccessControlEntry`), and the names that each part has.

use std::fmt;

/// The host of an ACL that holds for every host; also the name of a resource that stands for all of its type.
pub(super) const WILDCARD: &str = "*";
/// The name of the only resource of type `CLUSTER`.
pub(super) const CLUSTER: &str = "kafka-cluster";

/// What kind of thing is protected; the numbers are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ResourceType {
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
}

/// How a name is compared; the numbers are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PatternType {
    Any = 1,
    Match = 2,
    Literal = 3,
    Prefixed = 4,
}

/// What is allowed or denied; the numbers are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    Unknown = 0,
    Any = 1,
    All = 2,
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
}

/// Whether it is allowed; the numbers are the wire's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Permission {
    Deny = 2,
    Allow = 3,
}

impl ResourceType {
    /// Every type.
    pub(super) const ALL: [Self; 6] =
        [Self::Topic, Self::Group, Self::Cluster, Self::TransactionalId, Self::DelegationToken, Self::User];

    /// The type of a number on the wire.
    pub(super) fn of_code(code: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known as i8 == code)
    }

    /// The operations that it has (`AclEntry.supportedOperations` and all of them together).
    pub(super) fn operations(self) -> &'static [Operation] {
        use Operation::{
            All, Alter, AlterConfigs, ClusterAction, Create, CreateTokens, Delete, Describe, DescribeConfigs, DescribeTokens,
            IdempotentWrite, Read, Write,
        };
        match self {
            Self::Topic => &[Read, Write, Create, Describe, Delete, Alter, DescribeConfigs, AlterConfigs, All],
            Self::Group => &[Read, Describe, Delete, All],
            Self::Cluster => &[Create, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite, Alter, Describe, All],
            Self::TransactionalId => &[Describe, Write, All],
            Self::DelegationToken => &[Describe, All],
            Self::User => &[CreateTokens, DescribeTokens, All],
        }
    }
}

impl PatternType {
    const ALL: [Self; 4] = [Self::Any, Self::Match, Self::Literal, Self::Prefixed];

    /// The type of a number on the wire.
    pub(super) fn of_code(code: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known as i8 == code)
    }

    /// The type of that name, in letters of any size.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.to_string().eq_ignore_ascii_case(name))
    }

    /// Whether a resource may have it; the others only look for resources.
    pub(super) fn is_specific(self) -> bool {
        matches!(self, Self::Literal | Self::Prefixed)
    }
}

impl Operation {
    const ALL: [Self; 15] = [
        Self::Unknown,
        Self::Any,
        Self::All,
        Self::Read,
        Self::Write,
        Self::Create,
        Self::Delete,
        Self::Alter,
        Self::Describe,
        Self::ClusterAction,
        Self::DescribeConfigs,
        Self::AlterConfigs,
        Self::IdempotentWrite,
        Self::CreateTokens,
        Self::DescribeTokens,
    ];

    /// The operation of a number on the wire.
    pub(super) fn of_code(code: i8) -> Self {
        Self::ALL.into_iter().find(|known| *known as i8 == code).unwrap_or(Self::Unknown)
    }

    /// The operation of a name, as `DescribeConfigs`, in letters of any size.
    pub(super) fn by_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|known| pascal(known).eq_ignore_ascii_case(name)).unwrap_or(Self::Unknown)
    }
}

impl Permission {
    /// The permission of a number on the wire.
    pub(super) fn of_code(code: i8) -> Option<Self> {
        [Self::Deny, Self::Allow].into_iter().find(|known| *known as i8 == code)
    }
}

/// The name of a Java constant: `DESCRIBE_CONFIGS` for `DescribeConfigs`.
fn constant(name: &str) -> String {
    let mut shown = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !shown.is_empty() {
            shown.push('_');
        }
        shown.push(c.to_ascii_uppercase());
    }
    shown
}

/// A name as ZooKeeper's copy has it: `DescribeConfigs`.
pub(super) fn pascal(named: &impl fmt::Debug) -> String {
    format!("{named:?}")
}

macro_rules! show_as_constant {
    ($($name:ty),+) => {
        $(impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&constant(&pascal(self)))
            }
        })+
    };
}

show_as_constant!(ResourceType, PatternType, Operation, Permission);

/// A resource, or a pattern that looks for resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    /// What kind of thing.
    pub(super) kind: ResourceType,
    /// Its name, or the beginning of names.
    pub(super) name: String,
    /// How the name is meant.
    pub(super) pattern: PatternType,
}

impl Resource {
    /// Whether this, as a filter, finds a resource (`ResourcePatternFilter.matches`).
    pub(super) fn finds(&self, resource: &Self) -> bool {
        let same_name = self.name == resource.name;
        self.kind == resource.kind
            && match (self.pattern, resource.pattern) {
                (PatternType::Any, _) => same_name,
                (PatternType::Match, PatternType::Prefixed) => self.name.starts_with(&resource.name),
                (PatternType::Match, _) => same_name || resource.name == WILDCARD,
                (wanted, found) => wanted == found && same_name,
            }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, pattern } = self;
        write!(out, "ResourcePattern(resourceType={kind}, name={name}, patternType={pattern})")
    }
}

/// Who may or may not do what, from where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// The principal, as `User:alice`.
    pub(super) principal: String,
    /// The host, or [`WILDCARD`].
    pub(super) host: String,
    /// What it is about.
    pub(super) operation: Operation,
    /// Allowed or denied.
    pub(super) permission: Permission,
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { principal, host, operation, permission } = self;
        write!(out, "(principal={principal}, host={host}, operation={operation}, permissionType={permission})")
    }
}

/// The entries of one resource.
pub(super) type Acls = (Resource, Vec<Entry>);

/// Adds an entry to a resource's, once.
pub(super) fn add(all: &mut Vec<Acls>, resource: Resource, entry: Entry) {
    let at = all.iter().position(|(known, _)| *known == resource).unwrap_or_else(|| {
        all.push((resource, Vec::new()));
        all.len() - 1
    });
    if !all[at].1.contains(&entry) {
        all[at].1.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_javas() {
        assert_eq!(ResourceType::TransactionalId.to_string(), "TRANSACTIONAL_ID");
        assert_eq!(Operation::by_name("DescribeConfigs"), Operation::DescribeConfigs);
        assert_eq!(Operation::by_name("DESCRIBE_CONFIGS"), Operation::Unknown);
        assert_eq!(Operation::by_name("describe"), Operation::Describe);
        assert_eq!(PatternType::by_name("preFIXED"), Some(PatternType::Prefixed));
        for operation in Operation::ALL {
            assert_eq!(Operation::of_code(operation as i8), operation);
        }
    }

    #[test]
    fn patterns_find_resources() {
        let resource = |name: &str, pattern| Resource { kind: ResourceType::Topic, name: name.to_owned(), pattern };
        let check = |filter: (&str, PatternType), found: (&str, PatternType), expected: bool| {
            assert_eq!(resource(filter.0, filter.1).finds(&resource(found.0, found.1)), expected, "{filter:?} {found:?}");
        };
        use PatternType::{Any, Literal, Match, Prefixed};
        check(("a", Literal), ("a", Literal), true);
        check(("a", Literal), ("*", Literal), false);
        check(("a", Literal), ("a", Prefixed), false);
        check(("a", Any), ("a", Prefixed), true);
        check(("abc", Any), ("a", Prefixed), false);
        check(("abc", Match), ("a", Prefixed), true);
        check(("abc", Match), ("*", Literal), true);
        check(("abc", Match), ("b", Prefixed), false);
    }
}
