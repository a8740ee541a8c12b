//! Which partitions `--topic` and the files of `--from-file` mean.

use crate::engine::client::{Client, ClientError, TopicPartition};
use crate::engine::tools::Exception;

/// The error code of a topic that is not there.
const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;

/// A line of a plan: the group where it is named, the partition and its new offset.
pub(super) type Planned = (Option<String>, TopicPartition, i64);

/// The partitions of `topic:0,1`.
pub(super) fn partitions_of(text: &str) -> Result<Vec<TopicPartition>, Exception> {
    let pieces: Vec<&str> = text.trim_end_matches(':').split(':').collect();
    let [topic, numbers] = pieces[..] else {
        return Err(Exception::illegal_argument(format!("Invalid topic arg '{text}', expected topic name and partitions")));
    };
    let numbers = numbers.trim_end_matches(',').split(',');
    let partitions = numbers.map(|number| {
        let wrong = |_| Exception::illegal_argument(format!("Invalid partition '{number}' specified in topic arg '{text}''"));
        number.parse().map(|number| TopicPartition::new(topic, number)).map_err(wrong)
    });
    partitions.collect()
}

/// All partitions of a topic.
pub(super) async fn all_partitions(client: &Client, topic: &str) -> Result<Vec<TopicPartition>, Exception> {
    let found = client.describe_topic(topic).await.map_err(|error| Exception::of_call("describeTopics", &error))?;
    let missing = || ClientError::from_code(UNKNOWN_TOPIC_OR_PARTITION, None);
    match (found, missing()) {
        (None, Some(error)) => Err(Exception::of_call("describeTopics", &error)),
        (found, _) => {
            let partitions = found.into_iter().flat_map(|topic| topic.partitions);
            Ok(partitions.map(|found| TopicPartition::new(topic, found.index)).collect())
        }
    }
}

/// Reads the lines of a file: `topic,partition,offset`, or with the group before it.
pub(super) fn of_csv(text: &str, one_group: bool) -> Result<Vec<Planned>, Exception> {
    let lines: Vec<Vec<String>> =
        text.trim_end_matches('\n').split('\n').map(|line| cells(line.trim_end_matches('\r'))).collect();
    let short = one_group && lines.first().is_some_and(|cells| planned(cells, false).is_ok());
    lines.iter().map(|cells| planned(cells, !short)).collect()
}

fn planned(cells: &[String], with_group: bool) -> Result<Planned, Exception> {
    const CLASS: &str = "com.fasterxml.jackson.dataformat.csv.CsvReadException";
    let expected = if with_group { 4 } else { 3 };
    if cells.len() > expected {
        let (at, extra) = (expected, &cells[expected]);
        let text =
            format!("Too many entries: expected at most {expected} (value #{at} ({} chars) \"{extra}\")", extra.chars().count());
        return Err(Exception::new(CLASS, text));
    }
    let number = |at: usize, kind: &str| {
        let cell = cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        let wrong = |_| {
            let class = "com.fasterxml.jackson.databind.exc.InvalidFormatException";
            Exception::new(
                class,
                format!("Cannot deserialize value of type `{kind}` from String \"{cell}\": not a valid `{kind}` value"),
            )
        };
        if cell.is_empty() { Ok(0) } else { cell.parse::<i64>().map_err(wrong) }
    };
    let first = usize::from(with_group);
    let partition = i32::try_from(number(first + 1, "int")?).unwrap_or_default();
    let offset = number(first + 2, "long")?;
    let topic = cells.get(first).cloned().unwrap_or_default();
    let group = if with_group { cells.first().cloned() } else { None };
    Ok((group, TopicPartition::new(topic, partition), offset))
}

/// The cells of a line; cells in double quotes may have commas.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_follow_the_topic() {
        assert_eq!(partitions_of("a:0,2"), Ok(vec![TopicPartition::new("a", 0), TopicPartition::new("a", 2)]));
        let wrong = partitions_of("a:x").expect_err("no number");
        assert_eq!(wrong.text(), "Invalid partition 'x' specified in topic arg 'a:x''");
        assert_eq!(
            partitions_of("a:").expect_err("nothing").text(),
            "Invalid topic arg 'a:', expected topic name and partitions"
        );
    }

    #[test]
    fn plans_have_three_cells_or_four() {
        let one = (None, TopicPartition::new("a", 1), 5);
        assert_eq!(of_csv("a,1,5\n", true), Ok(vec![one]));
        let two = (Some("g".to_owned()), TopicPartition::new("a,b", 1), 5);
        assert_eq!(of_csv("g,\"a,b\",1,5\r\n", true), Ok(vec![two]));
        assert!(of_csv("a,1,5,6,7", false).is_err());
        assert!(of_csv("g,a,one,5", false).is_err());
    }
}
