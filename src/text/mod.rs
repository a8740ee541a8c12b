//! Every sentence a person reads, in Korean and in English.
//!
//! A sentence is a [`Text`]: a constant with both languages, so that one of them cannot be missing. Each area has a file of
//! its own here. Placeholders are written `{name}`; in Korean a particle may follow the name, `{topic:이/가}`, and the right
//! one of the pair is picked by how the value ends.
//!
//! In Korean the server is 주키퍼, as one says it, and the broker's product is 카프카; `ZooKeeper` stands only in names that are Latin
//! everywhere: of classes, of commands, of programs that a value names.

pub mod asking;
pub mod book;
pub mod checks;
pub mod cli;
pub mod cluster;
pub mod cluster_labels;
pub mod coach;
pub mod command_labels;
pub mod commands;
pub mod config;
pub mod diagnose;
pub mod distribution;
pub mod doctor;
pub mod engine_start;
pub mod engines;
pub mod idle_keys;
pub mod lab;
pub mod layout;
pub mod learn;
pub mod lint;
pub mod lsp;
pub mod matrix;
mod message;
pub mod notices;
mod particle;
pub mod rules;
pub mod runtime;
pub mod settings;
pub mod up;

use std::fmt;

pub use message::Message;

/// A language that kafkalab speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// What was asked for is not a language that kafkalab speaks.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown language {found:?}: expected ko or en")]
pub struct UnknownLanguage {
    /// What was given.
    pub found: String,
}

impl std::str::FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "ko" | "kr" | "korean" | "한국어" => Ok(Self::Ko),
            "en" | "english" => Ok(Self::En),
            _ => Err(UnknownLanguage { found: name.to_owned() }),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Language {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The two-letter code: `ko` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The other language, for the key that switches.
    pub fn other(self) -> Self {
        match self {
            Self::Ko => Self::En,
            Self::En => Self::Ko,
        }
    }

    /// The language of a POSIX locale, as `LC_ALL`, `LC_MESSAGES` and `LANG` are looked up in that order: Korean where it
    /// begins with `ko`, else English.
    pub fn from_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
        match set {
            Some(locale) if locale.starts_with("ko") => Self::Ko,
            _ => Self::En,
        }
    }
}

/// One sentence (or a few that belong together) in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Korean, in 해요 style.
    pub ko: &'static str,
    /// English, plain.
    pub en: &'static str,
}

impl Text {
    /// The sentence as it stands, without filling placeholders.
    pub fn get(&self, language: Language) -> &'static str {
        match language {
            Language::Ko => self.ko,
            Language::En => self.en,
        }
    }

    /// The sentence with its placeholders filled. A placeholder without a value stays as it is written, so that it is seen.
    pub fn fill(&self, language: Language, values: &[(&str, &dyn fmt::Display)]) -> String {
        fill(self.get(language), values)
    }
}

/// Fills `{name}`, `{name:이/가}` and `{name: line/ lines}` in any template (labs bring their own).
pub fn fill(template: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let inside = &rest[open + 1..open + close];
        let (name, pair) = inside.split_once(':').map_or((inside, None), |(name, pair)| (name, Some(pair)));
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => {
                let value = value.to_string();
                out.push_str(&value);
                if let Some(pair) = pair {
                    out.push_str(particle::pick(&value, pair));
                }
            }
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// The names of a template's placeholders, sorted, each once.
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut names: Vec<&str> = template
        .split('{')
        .skip(1)
        .filter_map(|after| after.split_once('}'))
        .map(|(inside, _)| inside.split_once(':').map_or(inside, |(name, _)| name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Declares the sentences of an area, and `ALL`, the list that the parity test walks.
#[macro_export]
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident { ko: $ko:expr, en: $en:expr $(,)? })*) => {
        $($(#[$doc])* #[allow(missing_docs)] pub const $name: $crate::text::Text = $crate::text::Text { ko: $ko, en: $en };)*
        /// Every sentence of this area by name.
        pub const ALL: &[(&str, $crate::text::Text)] = &[$((stringify!($name), $name)),*];
    };
}

/// What a rule says of its mistake where no case is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// What is wrong, in one line.
    pub title: Text,
    /// Why it is wrong.
    pub why: Text,
    /// What to do about it.
    pub fix: Text,
    /// What Kafka itself says or does, where that is known from a recording.
    pub seen: Option<Text>,
}

impl RuleText {
    /// The text of a rule whose sentences stand each by itself.
    pub const fn new(title: Text, why: Text, fix: Text) -> Self {
        Self { title, why, fix, seen: None }
    }
}

/// Declares the [`RuleText`]s of an area as `(Korean, English)`, and `ALL` as [`texts!`] does.
#[macro_export]
macro_rules! rule_texts {
    ($($name:ident {
        title: ($title_ko:expr, $title_en:expr), why: ($why_ko:expr, $why_en:expr), fix: ($fix_ko:expr, $fix_en:expr),
        $(seen: ($seen_ko:expr, $seen_en:expr),)?
    })*) => {
        $(#[allow(missing_docs)] pub const $name: $crate::text::RuleText = $crate::text::RuleText {
            title: $crate::text::Text { ko: $title_ko, en: $title_en },
            why: $crate::text::Text { ko: $why_ko, en: $why_en },
            fix: $crate::text::Text { ko: $fix_ko, en: $fix_en },
            seen: $crate::rule_texts!(@optional $($seen_ko, $seen_en)?),
        };)*
        /// Every sentence of this area by the name of its rule.
        pub const ALL: &[(&str, $crate::text::Text)] = &[$(
            (stringify!($name), $name.title),
            (stringify!($name), $name.why),
            (stringify!($name), $name.fix),
            $((stringify!($name), $crate::text::Text { ko: $seen_ko, en: $seen_en }),)?
        )*];
    };
    (@optional) => { None };
    (@optional $ko:expr, $en:expr) => { Some($crate::text::Text { ko: $ko, en: $en }) };
}

/// The areas and their sentences; the parity test walks them.
pub const AREAS: &[(&str, &[(&str, Text)])] = &[
    ("checks", checks::ALL),
    ("cli", cli::ALL),
    ("cluster", cluster::ALL),
    ("cluster_labels", cluster_labels::ALL),
    ("coach", coach::ALL),
    ("command_labels", command_labels::ALL),
    ("commands", commands::ALL),
    ("config::client", config::client::ALL),
    ("config::coordinator", config::coordinator::ALL),
    ("config::durability", config::durability::ALL),
    ("config::keys", config::keys::ALL),
    ("config::labels", config::labels::ALL),
    ("config::limits", config::limits::ALL),
    ("config::listeners", config::listeners::ALL),
    ("config::storage", config::storage::ALL),
    ("config::syntax", config::syntax::ALL),
    ("config::values", config::values::ALL),
    ("diagnose", diagnose::ALL),
    ("distribution", distribution::ALL),
    ("doctor", doctor::ALL),
    ("engine_start", engine_start::ALL),
    ("engines", engines::ALL),
    ("learn", learn::ALL),
    ("lint", lint::ALL),
    ("lsp", lsp::ALL),
    ("matrix", matrix::ALL),
    ("rules", rules::ALL),
    ("runtime", runtime::ALL),
    ("settings::broker", settings::broker::ALL),
    ("settings::client", settings::client::ALL),
    ("settings::coordinator", settings::coordinator::ALL),
    ("up", up::ALL),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_placeholders() {
        for (area, texts) in AREAS {
            for (name, text) in *texts {
                // the key that switches names the other language in its own script
                let english = text.en.replace("한국어", "");
                assert_eq!(placeholders(text.ko), placeholders(text.en), "{area}::{name}");
                assert!(!text.ko.trim().is_empty() && !text.en.trim().is_empty(), "{area}::{name} is empty");
                assert!(
                    !english.chars().any(|c| ('\u{ac00}'..='\u{d7a3}').contains(&c)),
                    "{area}::{name}: Korean in the English"
                );
            }
        }
    }

    /// The name of the server as a word of its own, outside of code.
    fn latin_name(korean: &str) -> bool {
        let words = korean
            .split('`')
            .step_by(2)
            .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-'));
        words.map(|word| word.trim_end_matches('.')).any(|word| matches!(word, "ZooKeeper" | "Zookeeper"))
    }

    #[test]
    fn korean_sentences_call_the_server_by_its_korean_name() {
        assert!(latin_name("ZooKeeper가 대답해요") && latin_name("포트는 (ZooKeeper)") && latin_name("켠 것은 Zookeeper."));
        assert!(
            !latin_name("`ZooKeeper`를") && !latin_name("ZooKeeperClientTimeoutException 으로 끝나요") && !latin_name("주키퍼가")
        );
        for (area, texts) in AREAS {
            for (name, text) in *texts {
                assert!(!latin_name(text.ko), "{area}::{name}: {}", text.ko);
            }
        }
    }

    #[test]
    fn placeholders_are_filled_and_particles_follow_the_value() {
        let text = Text { ko: "토픽 {topic:이/가} {n}개", en: "{n} of topic {topic}" };
        assert_eq!(text.fill(Language::Ko, &[("topic", &"주문"), ("n", &2)]), "토픽 주문이 2개");
        assert_eq!(text.fill(Language::Ko, &[("topic", &"로그"), ("n", &2)]), "토픽 로그가 2개");
        assert_eq!(text.fill(Language::En, &[("topic", &"demo"), ("n", &2)]), "2 of topic demo");
        assert_eq!(text.fill(Language::En, &[("n", &2)]), "2 of topic {topic}");
    }

    #[test]
    fn the_language_follows_the_locale() {
        let of = |values: &[(&str, &str)]| {
            let values: Vec<(String, String)> = values.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
            Language::from_locale(|name| values.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
        };
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8")]), Language::Ko);
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")]), Language::En);
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "")]), Language::Ko);
        assert_eq!(of(&[]), Language::En);
    }
}
