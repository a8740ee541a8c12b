//! What is wrong in the file of a server that was started and refused it.

use super::file::ConfigFile;
use super::kind::Kind;
use crate::judge::diagnostic::{Diagnostic, Severity};
use crate::judge::rules::{Line, On, RULES};
use crate::properties::Document;

/// The first error in the file that a server was started with, where that server has ended with an error.
pub fn judge(line: &Line<'_>) -> Option<Diagnostic> {
    line.judged().iter().filter(|invocation| line.refused(invocation)).find_map(|invocation| {
        let kind = match invocation.tool(line.context)?.script {
            "kafka-server-start.sh" => Kind::Broker,
            "zookeeper-server-start.sh" => Kind::Coordinator,
            _ => return None,
        };
        let typed = invocation.arguments.iter().filter_map(|word| word.text.as_deref()).find(|word| *word != "-daemon")?;
        let path = invocation.resolve(typed)?;
        let document = Document::parse(line.context.files.read(&path)?).ok()?;
        let file = ConfigFile { path, shown: typed.to_owned(), kind, version: line.version, document };
        let of_files = |code: &str| RULES.iter().any(|rule| rule.code == code && !matches!(rule.on, On::Line { .. }));
        super::judge(&file).into_iter().find(|found| found.severity == Severity::Error && of_files(found.code))
    })
}

#[cfg(test)]
mod tests {
    use crate::judge::rules::testing::World;
    use crate::judge::rules::{Line, Speaks};

    /// What is raised after the broker has ended with an exit code; its file says `setting`.
    fn check(setting: &str, exit_code: i32, expected: Option<&str>) {
        let mut world = World::new();
        world.write("config/server.properties", &format!("broker.id=0\nzookeeper.connect=localhost:2181\n{setting}\n"));
        let context = world.context("./kafka-server-start.sh ../config/server.properties");
        let line = Line::new(&context, Some(exit_code)).expect("it can be followed");
        assert_eq!(line.judge(Speaks::After).map(|found| found.code), expected, "{setting}");
    }

    #[test]
    fn a_server_that_refused_its_file_is_explained_by_the_file() {
        check("listeners=localhost:9092", 1, Some("KL502"));
        check("num.partitions=three", 1, Some("KL423"));
        check("listeners=localhost:9092", 130, None);
        check("num.partitions=3", 1, None);
        check("num.partition=3", 1, None);
    }
}
