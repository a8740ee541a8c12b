//! Which engine each part of Kafka is of: the coordinator, the broker and the tools, in any mixture.

use super::apache::Folder;

/// An engine by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// This program.
    Bundled,
    /// A release of Apache Kafka.
    Apache,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Bundled, Self::Apache];

    /// `bundled` or `apache`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bundled => "bundled",
            Self::Apache => "apache",
        }
    }
}

/// The engine of each part: one cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Parts {
    /// The coordinator's.
    pub coordinator: Kind,
    /// The broker's.
    pub broker: Kind,
    /// That of the other programs in `bin/`.
    pub tools: Kind,
}

impl Parts {
    /// Every part of one engine.
    pub const fn all_of(kind: Kind) -> Self {
        Self { coordinator: kind, broker: kind, tools: kind }
    }

    /// The eight cells, the bundled engine alone first and Apache's alone last.
    pub fn matrix() -> Vec<Self> {
        let tools = |coordinator, broker| Kind::ALL.map(|tools| Self { coordinator, broker, tools });
        let brokers = |coordinator| Kind::ALL.into_iter().flat_map(move |broker| tools(coordinator, broker));
        Kind::ALL.into_iter().flat_map(brokers).collect()
    }

    /// Whether a part is of that engine.
    pub fn has(self, kind: Kind) -> bool {
        [self.coordinator, self.broker, self.tools].contains(&kind)
    }
}

impl std::fmt::Display for Parts {
    /// `bundled/apache/bundled`: coordinator, broker, tools.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.coordinator.name(), self.broker.name(), self.tools.name())
    }
}

/// What was given is no cell of the matrix.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("no cell {found}: expected COORDINATOR/BROKER/TOOLS, each bundled or apache")]
pub struct UnknownParts {
    /// What was given.
    pub found: String,
}

impl std::str::FromStr for Parts {
    type Err = UnknownParts;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::matrix().into_iter().find(|parts| parts.to_string() == text);
        found.ok_or_else(|| UnknownParts { found: text.to_owned() })
    }
}

/// The engines that a distribution folder is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engines {
    /// This program alone.
    Bundled,
    /// Parts of a release of Apache Kafka, or all of it.
    WithApache {
        /// Which parts.
        parts: Parts,
        /// The release.
        folder: Folder,
    },
}

impl Engines {
    /// A release of Apache Kafka alone.
    pub fn apache(folder: Folder) -> Self {
        Self::WithApache { parts: Parts::all_of(Kind::Apache), folder }
    }

    /// One cell of the matrix.
    pub fn cell(parts: Parts, folder: &Folder) -> Self {
        if parts.has(Kind::Apache) { Self::WithApache { parts, folder: folder.clone() } } else { Self::Bundled }
    }

    /// The engine of each part.
    pub fn parts(&self) -> Parts {
        match self {
            Self::Bundled => Parts::all_of(Kind::Bundled),
            Self::WithApache { parts, .. } => *parts,
        }
    }

    /// The release, where a part is of it.
    pub fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Bundled => None,
            Self::WithApache { folder, .. } => Some(folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_has_eight_cells_that_are_named_and_read_again() {
        let matrix = Parts::matrix();
        assert_eq!(matrix.len(), 8);
        assert_eq!(matrix[0], Parts::all_of(Kind::Bundled));
        assert_eq!(matrix[1].to_string(), "bundled/bundled/apache");
        assert_eq!(matrix[7], Parts::all_of(Kind::Apache));
        for parts in matrix {
            assert_eq!(parts.to_string().parse(), Ok(parts));
        }
        assert!("apache/bundled".parse::<Parts>().is_err());
    }
}
