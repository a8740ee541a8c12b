//! Files linted from end to end: comments, baselines, fixes, formats and bad input.

use std::path::PathBuf;

use proptest::prelude::*;

use super::baseline::Baseline;
use super::*;
use crate::judge::diagnostic::formats;
use crate::judge::lint::fix::fix;
use crate::text::Language;

fn input(name: &str, bytes: impl AsRef<[u8]>) -> Input {
    Input { path: PathBuf::from(name), shown: name.to_owned(), bytes: bytes.as_ref().to_vec() }
}

fn codes(input: &Input, options: &Options) -> Vec<&'static str> {
    lint(input, options).expect("its kind is known").iter().map(|found| found.code).collect()
}

const SERVER: &str =
    "broker.id=0\r\nnum.partitions=3 # three\r\nPORT=9092\r\nlog.dirs=\"/data\"\r\nzookeeper.connect=localhost:2181";

#[track_caller]
fn check_fix(text: &[u8], unsafe_too: bool, expected: &[u8]) {
    let file = input("server.properties", text);
    let fixed = fix(&file, &Options::default(), unsafe_too);
    assert_eq!(String::from_utf8_lossy(&fixed.bytes), String::from_utf8_lossy(expected));
}

#[test]
fn fixes_change_what_they_mean_to_and_nothing_else() {
    let fixed = "broker.id=0\r\n# three\r\nnum.partitions=3\r\nPORT=9092\r\nlog.dirs=/data\r\nzookeeper.connect=localhost:2181";
    check_fix(SERVER.as_bytes(), false, fixed.as_bytes());
    // Korean, Latin-1 and blank lines stay as they are
    let text = b"# \xb0\xa1\n\n  broker.id = 1.0  \n#\xea\xb0\x80\nzookeeper.connect=h";
    check_fix(text, false, b"# \xb0\xa1\n\n  broker.id = 1\n#\xea\xb0\x80\nzookeeper.connect=h");
    check_fix(b"broker.id=0\nzookeeper.connect=localhost:9092\n", false, b"broker.id=0\nzookeeper.connect=localhost:9092\n");
    check_fix(b"broker.id=0\nzookeeper.connect=localhost:9092\n", true, b"broker.id=0\nzookeeper.connect=localhost:2181\n");
}

#[test]
fn what_is_wanted_is_picked_by_code_name_and_severity() {
    let file = input("server.properties", SERVER);
    let pick = |select: &[&str], ignore: &[&str], severity| {
        let read = |texts: &[&str]| texts.iter().map(|text| Selector::new(text).expect("a rule")).collect();
        codes(&file, &Options { select: read(select), ignore: read(ignore), severity, ..Options::default() })
    };
    assert_eq!(pick(&[], &[], Severity::Note), ["KL420", "KL401", "KL421"]);
    assert_eq!(pick(&["KL42"], &[], Severity::Note), ["KL420", "KL421"]);
    assert_eq!(pick(&["kl420", "quoted-value"], &["KL420"], Severity::Note), ["KL421"]);
    assert_eq!(pick(&[], &[], Severity::Error), ["KL420"]);
    assert_eq!(Selector::new("KL9"), None);
    assert_eq!(Selector::new(""), None);
}

#[test]
fn known_findings_are_left_out_and_new_ones_told() {
    let found = |text: &str| lint(&input("server.properties", text), &Options::default()).expect("its kind is known");
    let baseline = Baseline::of(&found("zookeeper.connect=h\nport=1\n"));
    let baseline = Baseline::parse(&baseline.write()).expect("it reads its own");
    let codes = |text: &str| baseline.new_ones(found(text)).iter().map(|found| found.code).collect::<Vec<_>>();
    assert!(codes("# moved\n\nport=1\nzookeeper.connect=h\n").is_empty());
    assert_eq!(codes("port=1\nhost.name=x\nzookeeper.connect=h\n"), ["KL403"]);
    assert!(Baseline::parse("{}").is_err());
    assert!(Baseline::parse("{\"version\":2,\"findings\":[]}").is_err());
}

#[test]
fn a_file_that_is_no_list_of_settings_is_said_to_be_none() {
    let check = |name: &str, bytes: &[u8], expected: Option<Vec<&str>>| {
        let found = lint(&input(name, bytes), &Options::default());
        assert_eq!(found.map(|found| found.iter().map(|found| found.code).collect::<Vec<_>>()), expected, "{name}");
    };
    check("server.properties", &vec![b'a'; crate::properties::MAX_BYTES + 1], Some(vec!["KL440"]));
    check("server.properties", b"\x7fELF\0\0\0", Some(vec!["KL439"]));
    check("server.properties", b"\xff\xfeb\0r\0o\0k\0e\0r\0", Some(vec!["KL439"]));
    check("other.properties", b"\x7fELF\0\0\0", None);
    check("log4j.properties", b"log4j.rootLogger=INFO", None);
    check("application.properties", b"server.port=8080", None);
    check("zoo.cfg", b"", Some(vec!["KL303", "KL306"]));
}

#[test]
fn versions_have_keys_of_their_own() {
    let at = |version: &str, text: &str| {
        let version = version.parse().expect("a version");
        codes(&input("server.properties", text), &Options { version, ..Options::default() })
    };
    let old = "zookeeper.connect=h\nadvertised.host.name=h\n";
    assert_eq!(at("3.6", old), ["KL403"]);
    assert!(at("2.8", "zookeeper.connect=h\nlog.dirs=/d\n").is_empty());
    assert_eq!(at("4.0", "zookeeper.connect=h\n"), ["KL403"]);
    assert!(at("3.9", "zookeeper.connect=h\nsome.newer.key=1\ninter.broker.protocol.version=3.9\n").is_empty());
    assert!("3".parse::<KafkaVersion>().is_err());
}

#[test]
fn columns_count_characters_and_formats_are_well_formed() {
    let text = "# 한글\nzookeeper.connect=h\nlog.dirs=/데이터, \"x\"&<y\nPort=1";
    let found = lint(&input("server 1.properties", text), &Options::default()).expect("its kind is known");
    let json: serde_json::Value = serde_json::from_str(&formats::json(&found, Language::En)).expect("JSON");
    let rows = json.as_array().expect("an array");
    assert_eq!(rows.len(), found.len());
    let row = rows.iter().find(|row| row["code"] == "KL433").expect("the Korean value is found");
    assert_eq!((&row["line"], &row["column"], &row["end_column"]), (&3.into(), &10.into(), &22.into()));
    let sarif: serde_json::Value = serde_json::from_str(&formats::sarif(&found, Language::Ko)).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "server%201.properties");
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let junit = formats::junit(&["odd \u{ffff}<\u{1}>".to_owned()], &[], Language::En);
    assert!(junit.contains("classname=\"odd  &lt; &gt;\""));
    let junit = formats::junit(&["clean.properties".to_owned()], &found, Language::En);
    assert!(junit.contains("<testcase name=\"lint\" classname=\"clean.properties\"/>"));
    assert_eq!(junit.matches("<failure").count(), found.len());
    assert_eq!(formats::github(&found, Language::En).lines().count(), found.len());
}

/// What the schema of SARIF 2.1.0 and those who read it ask of a log.
#[track_caller]
fn check_sarif(findings: &[Diagnostic]) {
    for language in [Language::En, Language::Ko] {
        let log: serde_json::Value = serde_json::from_str(&formats::sarif(findings, language)).expect("JSON");
        let run = &log["runs"][0];
        assert_eq!((&log["version"], log["runs"].as_array().map(Vec::len)), (&"2.1.0".into(), Some(1)));
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        let levels = ["note", "warning", "error"];
        for rule in rules {
            assert!(rules.iter().filter(|other| other["id"] == rule["id"]).count() == 1 && rule["name"].is_string());
            let texts = ["shortDescription", "fullDescription", "help"];
            assert!(texts.iter().all(|text| rule[text]["text"].as_str().is_some_and(|text| !text.is_empty())), "{rule}");
            assert!(levels.contains(&rule["defaultConfiguration"]["level"].as_str().expect("a level")));
        }
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), findings.len());
        let place = |region: &serde_json::Value| {
            let number = |key: &str| region[key].as_u64().filter(|number| *number > 0).expect("a number from 1");
            let (start, end) = ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
            assert!(start <= end, "{region}");
            start == end
        };
        let is_uri = |uri: &serde_json::Value| {
            let uri = uri.as_str().expect("a URI");
            !uri.is_empty() && uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte))
        };
        for result in results {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(levels.contains(&result["level"].as_str().expect("a level")) && result["message"]["text"].is_string());
            let location = &result["locations"][0]["physicalLocation"];
            assert!(is_uri(&location["artifactLocation"]["uri"]));
            place(&location["region"]);
            for fix in result["fixes"].as_array().into_iter().flatten() {
                assert!(fix["description"]["text"].as_str().is_none_or(|text| !text.is_empty()));
                let change = &fix["artifactChanges"][0];
                assert_eq!(change["artifactLocation"], location["artifactLocation"]);
                for replacement in change["replacements"].as_array().expect("replacements") {
                    let nothing = place(&replacement["deletedRegion"]) && replacement["insertedContent"]["text"] == "";
                    assert!(!nothing, "it changes something: {fix}");
                }
            }
        }
    }
}

#[test]
fn sarif_is_as_its_schema_wants_it() {
    let of = |name: &str, bytes: &[u8]| lint(&input(name, bytes), &Options::default()).expect("its kind is known");
    check_sarif(&[]);
    let odd =
        of("/한글/server b%[1]:x,y.properties", "\u{feff}broker.id=0 \r\n한글=1\r\nnum.partitions=3 # 셋\rPort=1\n".as_bytes());
    assert!(odd.iter().any(|found| found.code == "KL432" && found.fix.is_some()), "a byte order mark");
    check_sarif(&odd);
    check_sarif(&of("server.properties", b"a\xff\xfeb=1\nbroker.id=x\nlisteners=HTTP://:1\nzookeeper.connect=h\n"));
    check_sarif(&of("server.properties", b"broker.id=1\nlog.dirs=\\u12\n"));
    check_sarif(&of("server.properties", b"\0\x01"));
    check_sarif(&of("server.properties", b""));
    let markdown = "# 한글\n\n```sh\nbin/kafka-topics.sh --lst --zookeeper \\\n localhost:2181\n```\n`num.partitions=0`\n";
    check_sarif(&of("README.md", markdown.as_bytes()));
    check_sarif(&script::judge_line("bin/kafka-topics.sh --list --zookeeper localhost:2181", &Options::default()));
    let broker = b"broker.id=1\nlisteners=PLAINTEXT://localhost:9092\nzookeeper.connect=localhost:2181\n";
    let files = ["a/server-1.properties", "a/server-2.properties"].map(|name| input(name, broker));
    let found = between(&files, &Options::default());
    assert!(!found.is_empty());
    check_sarif(&found);
}

proptest! {
    /// Lines that look like settings, whole or broken, in any bytes.
    #[test]
    fn any_file_is_judged_and_fixing_brings_nothing_new(
        lines in prop::collection::vec(
            prop_oneof![
                "(num.partitions|log.dirs|listeners|zookeeper.connect|broker.id|port|log.retention.ms)[ =:]{0,2}[ -~가-힣]{0,20}",
                "[ -~]{0,30}",
                "[#!]{1}[ -~]{0,20}\\\\?",
            ],
            0..12,
        ),
        raw in prop::collection::vec(any::<u8>(), 0..20),
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        guess in any::<bool>(),
    ) {
        let mut bytes = lines.join(end).into_bytes();
        bytes.extend(raw);
        let options = Options { kind: Some(Kind::Broker), ..Options::default() };
        let file = input("server.properties", &bytes);
        let before = codes(&file, &options);
        let fixed = fix(&file, &options, guess);
        let after = codes(&input("server.properties", &fixed.bytes), &options);
        prop_assert!(after.len() <= before.len());
        prop_assert!(after.iter().all(|code| before.contains(code)), "{before:?} {after:?}");
        prop_assert!(fixed.count > 0 || fixed.bytes == bytes);
    }
}

#[test]
fn what_follows_from_a_mistake_in_krafts_settings_is_not_told() {
    let kraft = "process.roles=broker\nnode.id=1\ncontroller.quorum.voters=2@localhost:9093\ncontroller.listener.names=CONTROLLER\nlisteners=PLAINTEXT://:9092\nlistener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\nlog.dirs=/data\n";
    let check =
        |text: &str, expected: &[&str]| assert_eq!(codes(&input("server.properties", text), &Options::default()), expected);
    check(kraft, &[]);
    check(&kraft.replace("voters=2@", "voters=1@"), &["KL475"]);
    check(&kraft.replace("node.id=1", "node.id=one"), &["KL423"]);
    check(&kraft.replace("names=CONTROLLER", "names=OTHER"), &["KL499"]);
    check(&kraft.replace("roles=broker", "roles=brokr"), &["KL428"]);
    let migrating = "broker.id=0\nzookeeper.connect=h:2181\nzookeeper.metadata.migration.enable=true\ncontroller.quorum.voters=1@h:9093\ncontroller.listener.names=CONTROLLER\nlistener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\nlog.dirs=/data\n";
    check(migrating, &[]);
    check(&migrating.replace("/data", "\"/data\""), &["KL421"]);
}
