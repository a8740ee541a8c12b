//! Which partitions are asked for: by a topic and numbers, or by rules such as `orders:0-2,stock:5-,:1`.

use regex::Regex;

use crate::engine::client::TopicPartition;
use crate::engine::tools::Exception;
use crate::engine::tools::topics::include_list;

/// The partitions that are asked for: those that any of its rules takes.
pub(super) struct Filter(Vec<Rule>);

struct Rule {
    topic: Regex,
    partitions: Partitions,
}

enum Partitions {
    /// These, or all where there are none.
    Set(Vec<i32>),
    /// From the first up to the second, which is left out.
    Range(i32, i32),
}

impl Filter {
    /// The rule of `--topic` and `--partitions`; both may be missing.
    pub(super) fn of_topic(topic: Option<&str>, partitions: &str) -> Result<Self, Exception> {
        let wrong = || {
            Exception::illegal_argument(format!(
                "--partitions expects a comma separated list of numeric partition ids, but received: {partitions}"
            ))
        };
        // Java's split leaves out empty pieces at the end
        let numbers = partitions.trim_end_matches(',').split(',').filter(|_| !partitions.is_empty());
        let numbers = numbers.map(|number| number.parse().map_err(|_| wrong())).collect::<Result<Vec<i32>, _>>();
        let topic = include_list(topic.unwrap_or(".*"));
        Ok(Self(vec![Rule { topic: topic?, partitions: Partitions::Set(numbers?) }]))
    }

    /// The rules of `--topic-partitions`.
    pub(super) fn of_rules(rules: &str) -> Result<Self, Exception> {
        rules.trim_end_matches(',').split(',').map(Rule::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether some rule takes partitions of a topic.
    pub(super) fn takes_topic(&self, topic: &str) -> bool {
        self.0.iter().any(|rule| rule.topic.is_match(topic))
    }

    /// Whether some rule takes a partition.
    pub(super) fn takes(&self, wanted: &TopicPartition) -> bool {
        self.0.iter().any(|rule| rule.topic.is_match(&wanted.topic) && rule.partitions.take(wanted.partition))
    }
}

impl Rule {
    fn parse(rule: &str) -> Result<Self, Exception> {
        let invalid = || Exception::illegal_argument(format!("Invalid rule specification: {rule}"));
        let (topic, partitions) = rule.split_once(':').unwrap_or((rule, ""));
        let number = |digits: &str, missing: i32| match digits {
            "" => Ok(missing),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| Exception::number_format(digits))
            }
            _ => Err(invalid()),
        };
        let partitions = match partitions.split_once('-') {
            None if partitions.is_empty() => Partitions::Range(0, i32::MAX),
            None => {
                let only = number(partitions, 0)?;
                Partitions::Set(vec![only])
            }
            Some((first, end)) => Partitions::Range(number(first, 0)?, number(end, i32::MAX)?),
        };
        let topic = include_list(if topic.is_empty() { ".*" } else { topic })?;
        Ok(Self { topic, partitions })
    }
}

impl Partitions {
    fn take(&self, partition: i32) -> bool {
        match self {
            Self::Set(wanted) => wanted.is_empty() || wanted.contains(&partition),
            Self::Range(first, end) => (*first..*end).contains(&partition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &str, expected: Result<&[(&str, i32)], &str>) {
        let all = ["a", "b"].into_iter().flat_map(|topic| (0..4).map(move |partition| TopicPartition::new(topic, partition)));
        let found = Filter::of_rules(rules).map(|filter| all.filter(|wanted| filter.takes(wanted)).collect::<Vec<_>>());
        let expected = expected
            .map(|some| some.iter().map(|(topic, partition)| TopicPartition::new(*topic, *partition)).collect::<Vec<_>>());
        assert_eq!(found.map_err(|error| error.text().to_owned()), expected.map_err(str::to_owned), "{rules}");
    }

    #[test]
    fn rules_name_topics_and_ranges() {
        check("a:1", Ok(&[("a", 1)]));
        check("a:1-3,b:-1", Ok(&[("a", 1), ("a", 2), ("b", 0)]));
        check("b:2-", Ok(&[("b", 2), ("b", 3)]));
        check(":3", Ok(&[("a", 3), ("b", 3)]));
        check("[a]:0", Ok(&[("a", 0)]));
        check("a:x", Err("Invalid rule specification: a:x"));
        check("a:1:2", Err("Invalid rule specification: a:1:2"));
        check("a:99999999999", Err("For input string: \"99999999999\""));
    }
}
