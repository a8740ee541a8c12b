//! The cases of the rule about scripts that are run through a link, and of KRaft's configuration: what lies around decides them.

use std::path::{Path, PathBuf};

use super::cases::Case;
use super::{KAFKA, World};

const LINK: &str = "/home/learner/links/kafka-topics.sh";
const KRAFT: &str = "process.roles=broker,controller\nnode.id=1\nlog.dirs=/tmp/kraft-combined-logs\n";

pub(super) fn all() -> Vec<Case> {
    let linked = |line, exit_code, marked| Case { code: "KL117", world: with_link(), ..case(line, exit_code, marked) };
    let kraft = |line, exit_code, marked, formatted| Case {
        code: "KL811",
        world: with_kraft(formatted),
        ..case(line, exit_code, marked)
    };
    const START: &str = "./kafka-server-start.sh ../config/kraft/server.properties";
    vec![
        linked("kafka-topics.sh --version", 127, Some("kafka-topics.sh")),
        linked("/home/learner/links/kafka-topics.sh --list", 127, Some("/home/learner/links/kafka-topics.sh")),
        linked("cd ~/links && ./kt --list", 127, Some("./kt")),
        linked("kafka-topics.sh --list", 1, None),
        linked("./kafka-topics.sh --list", 127, None),
        linked("~/links/other.sh", 127, None),
        linked("./topics.sh", 127, None),
        kraft(START, 1, Some("../config/kraft/server.properties"), false),
        kraft(START, 130, None, false),
        kraft(START, 1, None, true),
        kraft("./kafka-server-start.sh ../config/server.properties", 1, None, false),
        kraft("cat ../config/kraft/server.properties", 1, None, false),
    ]
}

fn case(line: &'static str, exit_code: i32, marked: Option<&'static str>) -> Case {
    Case { code: "", line, exit_code: Some(exit_code), world: World::new(), marked, corrected: None }
}

fn with_link() -> World {
    let mut world = World::new();
    let script = Path::new(KAFKA).join("bin/kafka-topics.sh");
    let beside = Path::new(KAFKA).join("bin/topics.sh");
    let links = [
        (PathBuf::from(LINK), script.clone()),
        ("/home/learner/links/kt".into(), script),
        ("/home/learner/links/other.sh".into(), "/usr/bin/other.sh".into()),
        (beside, "kafka-topics.sh".into()),
    ];
    for (link, target) in links {
        world.files.insert(link.clone(), Vec::new());
        world.links.insert(link, target);
    }
    world.variables.insert("PATH".to_owned(), "/usr/bin:/home/learner/links".to_owned());
    world
}

fn with_kraft(formatted: bool) -> World {
    let mut world = World::new();
    world.write("config/kraft/server.properties", KRAFT);
    if formatted {
        world.files.insert("/tmp/kraft-combined-logs/meta.properties".into(), b"version=1\n".to_vec());
    }
    world
}
