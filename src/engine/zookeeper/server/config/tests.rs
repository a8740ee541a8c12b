//! The file as ZooKeeper reads it, and every key of the catalog with a right and a wrong value.

use super::*;
use crate::catalog::zookeeper::{Effect, Key, Kind, all};

fn read(text: &str) -> Result<ServerConfig, ConfigError> {
    ServerConfig::from_properties(&Document::parse(text).expect("properties"), &JavaProperties::default())
}

/// A value that is not the default, and the lines without which the key says nothing.
fn example(key: &Key) -> (&'static str, &'static str) {
    match key.name {
        "dataDir" | "dataLogDir" => ("/elsewhere", ""),
        "clientPortAddress" => ("localhost", "clientPort=2181\n"),
        "maxSessionTimeout" => ("70000", ""),
        "4lw.commands.whitelist" => ("stat, ruok", ""),
        "DigestAuthenticationProvider.superDigest" => ("super:x", ""),
        "DigestAuthenticationProvider.digestAlg" => ("SHA-256", ""),
        "audit.impl.class" => ("abc", "audit.enable=true\n"),
        "admin.serverAddress" => ("localhost", ""),
        "admin.commandURL" => ("/other", ""),
        "connection_throttle_global_session_weight" | "connection_throttle_renew_session_weight" => {
            ("7", "connection_throttle_weight_enabled=true\n")
        }
        "emulate353TTLNodes" => ("true", "extendedTypesEnabled=true\n"),
        "electionAlg" => ("3", ""),
        "enforce.auth.enabled" => ("true", "enforce.auth.schemes=digest\n"),
        "enforce.auth.schemes" => ("ip", "enforce.auth.enabled=true\n"),
        "metricsProvider.className" => ("org.apache.zookeeper.metrics.impl.NullMetricsProvider", ""),
        "peerType" => ("observer", ""),
        "quorum.auth.learnerRequireSasl" => ("true", "quorum.auth.enableSasl=true\n"),
        "quorum.auth.serverRequireSasl" => ("true", "quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true\n"),
        "serverCnxnFactory" => ("org.apache.zookeeper.server.NettyServerCnxnFactory", ""),
        "forceSync" => ("no", ""),
        "snapshot.compression.method" => ("gz", ""),
        "skipACL" => ("yes", ""),
        "watchManagerName" => ("org.apache.zookeeper.server.watch.WatchManagerOptimized", ""),
        _ => match key.kind {
            Kind::Boolean | Kind::PropertyBoolean if key.default == "true" => ("false", ""),
            Kind::Boolean | Kind::PropertyBoolean => ("true", ""),
            _ => ("7", ""),
        },
    }
}

/// What a file makes of a server, without the lines themselves.
fn effect_of(text: &str) -> Result<String, String> {
    let config = read(text).map_err(|error| error.to_string())?;
    Ok(format!("{:?}", ServerConfig { properties: BTreeMap::new(), text: String::new(), ..config }))
}

#[test]
fn every_key_does_what_the_catalog_says_of_it() {
    for key in all() {
        let name = key.name.replace(".N", ".1").replace(".*", ".some");
        let (value, lines) = example(key);
        let without = effect_of(&format!("dataDir=/d\n{lines}"));
        let with = effect_of(&format!("dataDir=/d\n{lines}{name}={value}\n"));
        match key.effect {
            Effect::Honoured => assert!(with.is_ok() && with != without, "{name}={value} changes nothing: {with:?}"),
            Effect::Accepted => assert_eq!(with, without, "{name}={value}"),
            Effect::Refused => assert!(with.is_err_and(|error| error.contains("is set but")), "{name}={value}"),
        }
    }
}

#[test]
fn a_wrong_value_stops_the_start_where_zookeeper_stops() {
    for key in all() {
        let name = key.name.replace(".N", ".1").replace(".*", ".some");
        let found = read(&format!("dataDir=/d\n{name}=abc\n")).map(|_| ()).map_err(|error| error.to_string());
        let expected = match (key.name, key.kind) {
            ("DigestAuthenticationProvider.digestAlg", _) => Some("don't support this ACL digest algorithm: abc in the current"),
            ("serverCnxnFactory" | "watchManagerName", _) => Some("java.io.IOException: Couldn't instantiate abc"),
            ("metricsProvider.className", _) => Some("metrics provider class was not found"),
            ("peerType", _) => Some("Unrecognised peertype: abc"),
            ("clientPortAddress", _) => Some("clientPortAddress is set but clientPort is not set"),
            ("secureClientPortAddress", _) => Some("secureClientPortAddress is set but secureClientPort is not set"),
            (_, Kind::Int | Kind::Long | Kind::PropertyDouble) => Some("NumberFormatException: For input string: \"abc\""),
            (_, Kind::Boolean) => Some("Choose 'true' or 'false.'"),
            _ if key.effect == Effect::Refused => Some("is set but this server is no ensemble"),
            _ => None,
        };
        match expected {
            Some(expected) => assert!(found.clone().is_err_and(|error| error.contains(expected)), "{name}=abc: {found:?}"),
            None => assert_eq!(found, Ok(()), "{name}=abc"),
        }
    }
}

#[test]
fn an_unknown_key_becomes_a_system_property_and_what_is_given_with_d_stands_behind_the_file() {
    let java = JavaProperties::of_options("-Xmx1G -Djute.maxbuffer=4096 -Dzookeeper.maxCnxns=5 -Dzookeeper.skipACL=yes");
    let document = Document::parse("dataDir=/d\nsome.key=hello\nmaxCnxns=7\nadmin.enableServer=false\n").expect("properties");
    let config = ServerConfig::from_properties(&document, &java).expect("right");
    assert_eq!((config.max_connections, config.max_buffer, config.options.skip_acl), (7, 4096, true));
    let property = |name: &str| config.properties.get(name).map(String::as_str);
    assert_eq!((property("zookeeper.some.key"), property("zookeeper.maxCnxns")), (Some("hello"), Some("7")));
    assert_eq!((property("jute.maxbuffer"), property("zookeeper.dataDir")), (Some("4096"), None));
    assert!(config.admin.is_none());
    assert_eq!(config.text, "dataDir=/d\nsome.key=hello\nmaxCnxns=7\nadmin.enableServer=false\n");
    let none = read("dataDir=/d\nenforce.auth.enabled=true").expect_err("no schemes").to_string();
    assert!(none.ends_with("zookeeper.enforce.auth.enabled is true zookeeper.enforce.auth.schemes must be  configured."));
}

fn check(text: &str, expected: Result<&str, &str>) {
    let found = ServerConfig::from_properties(&Document::parse(text).expect("properties"), &JavaProperties::default());
    let found = found.map(|config| {
        let SessionLimits { tick_ms, min_ms, max_ms } = config.options.limits;
        format!("{:?} {tick_ms} {min_ms} {max_ms} {}", config.client_address, config.max_client_connections)
    });
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found, expected.map(ToOwned::to_owned).map_err(ToOwned::to_owned), "{text:?}");
}

#[test]
fn the_file_is_read_as_zookeeper_reads_it() {
    let shipped = "dataDir=/tmp/zookeeper\nclientPort=2181\nmaxClientCnxns=0\nadmin.enableServer=false\n";
    check(shipped, Ok("Some((\"\", 2181)) 3000 6000 60000 0"));
    check(
        "dataDir=/d\ntickTime=1000\nclientPortAddress=localhost\nclientPort=1",
        Ok("Some((\"localhost\", 1)) 1000 2000 20000 60"),
    );
    check("dataDir=/d\nminSessionTimeout=5\nmaxSessionTimeout=9", Ok("None 3000 5 9 60"));
    let short = "java.lang.StringIndexOutOfBoundsException: begin 0, end 2, length 1";
    check("dataDir=x", Err(short));
    check("dataDir=/d\ndataLogDir=.", Err(short));
    check("dataDir=/d\nnio.numSelectorThreads=0", Err("java.io.IOException: numSelectorThreads must be at least 1"));
    for (keys, expected) in [
        (
            "quorum.auth.learnerRequireSasl=true",
            Err("quorum.auth.enableSasl is disabled, so cannot enable quorum.auth.learnerRequireSasl"),
        ),
        (
            "quorum.auth.enableSasl=true\nquorum.auth.serverRequireSasl=true",
            Err("quorum.auth.learnerRequireSasl is disabled, so cannot enable quorum.auth.serverRequireSasl"),
        ),
        ("quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true", Ok("None 3000 6000 60000 60")),
    ] {
        let exception = expected.map_err(|sentence| format!("java.lang.IllegalArgumentException: {sentence}"));
        check(&format!("dataDir=/d\n{keys}"), exception.as_ref().map(|shown| *shown).map_err(String::as_str));
    }
    let unknown = read("dataDir=/d\nclientPort=1\nclientPortAddress=no.such.host.invalid").expect_err("nobody knows it");
    assert!(unknown.to_string().starts_with("java.net.UnknownHostException: no.such.host.invalid: "), "{unknown}");
    check("clientPort=2181", Err("java.lang.IllegalArgumentException: dataDir is not set"));
    // a broker's file
    let of_broker = "group.initial.rebalance.delay.ms=0\nlog.dirs=/d\nzookeeper.connect=localhost:2181";
    check(of_broker, Err("java.lang.IllegalArgumentException: dataDir is not set"));
    let not_a_group = "java.lang.NumberFormatException: For input string: \"initial.rebalance.delay.ms\"";
    check(&format!("dataDir=/d\n{of_broker}"), Err(not_a_group));
    check("dataDir=/d\nserver.x=1", Err("java.lang.NumberFormatException: For input string: \"x\""));
    check("dataDir=/d\nclientPort=2181 # x", Err("java.lang.NumberFormatException: For input string: \"2181 # x\""));
    check("dataDir=/d\nmaxClientCnxns=many", Err("java.lang.NumberFormatException: For input string: \"many\""));
    check("dataDir=/d\ntickTime=0", Err("java.lang.IllegalArgumentException: tickTime is not set"));
    check(
        "dataDir=/d\nclientPortAddress=h",
        Err("java.lang.IllegalArgumentException: clientPortAddress is set but clientPort is not set"),
    );
    check(
        "dataDir=/d\nminSessionTimeout=10\nmaxSessionTimeout=9",
        Err("java.lang.IllegalArgumentException: minSessionTimeout must not be larger than maxSessionTimeout"),
    );
}
