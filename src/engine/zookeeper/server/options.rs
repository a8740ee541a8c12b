//! How a server decides.

use super::throttle::ThrottleOptions;
use crate::engine::zookeeper::acl_digest::DigestAlgorithm;

/// The bounds of session timeouts.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// One tick in ms.
    pub tick_ms: i32,
    /// The shortest session timeout in ms.
    pub min_ms: i32,
    /// The longest session timeout in ms.
    pub max_ms: i32,
}

/// How a server decides; ZooKeeper's names are in parentheses.
#[derive(Clone, Debug)]
pub struct Options {
    /// The bounds of session timeouts.
    pub limits: SessionLimits,
    /// Whether znodes with a time to live may be created (`extendedTypesEnabled`).
    pub extended_types: bool,
    /// Whether what exceeds a hard quota is refused (`enforceQuota`).
    pub enforce_quota: bool,
    /// Whether nobody's permission is checked (`skipACL=yes`).
    pub skip_acl: bool,
    /// The digest of who may do everything (`DigestAuthenticationProvider.superDigest`).
    pub super_digest: Option<String>,
    /// Whether the scheme `digest` proves anything (`DigestAuthenticationProvider.enabled`).
    pub digest_scheme: bool,
    /// What that scheme makes of user and password (`DigestAuthenticationProvider.digestAlg`).
    pub digest_algorithm: DigestAlgorithm,
    /// Whether transactions carry the digest of the tree (`digest.enabled`).
    pub digest: bool,
    /// Whether the end of a session lists its ephemerals (`closeSessionTxn.enabled`).
    pub close_session_txn: bool,
    /// Schemes of which a client must have proven one (`enforce.auth.schemes`); empty: none.
    pub enforced_schemes: Vec<String>,
    /// Whether a reconfiguration is thought of at all (`reconfigEnabled`); one server alone has none either way.
    pub reconfig: bool,
    /// Whether each write has a line in the log (`audit.enable`).
    pub audit: bool,
    /// How many sessions may come at once (`connection_throttle_*`).
    pub throttle: ThrottleOptions,
}

impl Options {
    /// ZooKeeper's defaults.
    pub fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            extended_types: false,
            enforce_quota: false,
            skip_acl: false,
            super_digest: None,
            digest_scheme: true,
            digest_algorithm: DigestAlgorithm::default(),
            digest: true,
            close_session_txn: true,
            enforced_schemes: Vec::new(),
            reconfig: false,
            audit: false,
            throttle: ThrottleOptions::default(),
        }
    }
}
