//! A folder laid out as a release of Apache Kafka: scripts that do what the release's do, its settings, and jars that lie elsewhere, or
//! empty ones with another program in the place of Java.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use kafkalab::catalog::tools;

/// Runs a class with the jars in `libs`.
const RUN_CLASS: &str = r#"#!/bin/bash
# stands in for the script of the release
base_dir=$(cd "$(dirname "$0")/.." && pwd)
daemon=
while [ $# -gt 0 ]; do
  case $1 in
    -daemon) daemon=1; shift ;;
    -name) shift 2 ;;
    -loggc) shift ;;
    *) break ;;
  esac
done
mkdir -p "${LOG_DIR:=$base_dir/logs}"
log4j=${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:$base_dir/config/tools-log4j.properties}
run=("${JAVA_HOME:+$JAVA_HOME/bin/}java" ${KAFKA_HEAP_OPTS:--Xmx256M} "-Dkafka.logs.dir=$LOG_DIR" "$log4j" -cp "$base_dir/libs/*" "$@")
[ -z "$daemon" ] && exec "${run[@]}"
nohup "${run[@]}" > "$LOG_DIR/daemon.out" 2>&1 < /dev/null &
"#;

const SERVER: &str = r#"#!/bin/bash
# stands in for the script of the release
here=$(dirname "$0")
[ $# -ge 1 ] || { echo "USAGE: $0 [-daemon] file"; exit 1; }
export KAFKA_LOG4J_OPTS="-Dlog4j.configuration=file:$here/../config/log4j.properties"
[ "$1" = -daemon ] && shift && daemon=-daemon
exec "$here/kafka-run-class.sh" $daemon @CLASS@ "$@"
"#;

const TOOL: &str =
    "#!/bin/bash\n# stands in for the script of the release\nexec \"$(dirname \"$0\")/kafka-run-class.sh\" @CLASS@ \"$@\"\n";

/// The settings of the release, by name.
const CONFIG: [(&str, &str); 6] = [
    ("consumer.properties", include_str!("../../fixtures/kafka-3.6.0/config/consumer.properties")),
    ("producer.properties", include_str!("../../fixtures/kafka-3.6.0/config/producer.properties")),
    ("server.properties", include_str!("../../fixtures/kafka-3.6.0/config/server.properties")),
    ("zookeeper.properties", include_str!("../../fixtures/kafka-3.6.0/config/zookeeper.properties")),
    ("log4j.properties", include_str!("../../fixtures/apache/log4j.properties")),
    ("tools-log4j.properties", include_str!("../../fixtures/apache/tools-log4j.properties")),
];

/// The jars that tell a release, where there are no real ones.
const JARS: [&str; 5] = [
    "kafka_2.13-3.6.0.jar",
    "kafka-clients-3.6.0.jar",
    "scala-library-2.13.11.jar",
    "zookeeper-3.8.2.jar",
    "jopt-simple-5.0.4.jar",
];

/// Writes a release below `folder`, with these jars or empty ones, and returns where it is.
pub fn write(folder: &Path, libs: Option<&Path>) -> PathBuf {
    let root = folder.join("release");
    for name in ["bin", "config"] {
        fs::create_dir_all(root.join(name)).expect("a folder is made");
    }
    for tool in tools::all() {
        let text = match tool.script {
            "kafka-run-class.sh" => RUN_CLASS.to_owned(),
            script if script.contains("-server-start") => SERVER.replace("@CLASS@", tool.main_class),
            _ => TOOL.replace("@CLASS@", tool.main_class),
        };
        let path = root.join("bin").join(tool.script);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("ours");
    }
    for (name, text) in CONFIG {
        fs::write(root.join("config").join(name), text).expect("written");
    }
    match libs {
        Some(libs) => symlink(libs, root.join("libs")).expect("made"),
        None => {
            fs::create_dir_all(root.join("libs")).expect("a folder is made");
            JARS.iter().for_each(|jar| fs::write(root.join("libs").join(jar), jar).expect("written"));
        }
    }
    root
}
