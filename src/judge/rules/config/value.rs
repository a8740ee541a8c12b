//! KL420 to KL429 and KL441 to KL453: single values, checked by what checks them in the broker, and told apart by what was written.

use super::file::{Judgement, KafkaVersion};
use super::kind::Kind;
use super::syntax::straightened;
use super::units;
use crate::catalog::configs::ConfigKey;
use crate::engine::broker::config::{BrokerConfig, parse_value};
use crate::judge::diagnostic::{Diagnostic, Edit, Severity};
use crate::judge::rules::Rule;
use crate::text::Message;
use crate::text::config::{labels, values as text};

/// `3 # three`.
pub static COMMENT: Rule = Rule::file("KL420", "comment-after-value", Severity::Error, text::COMMENT);
/// `"3"`.
pub static QUOTED: Rule = Rule::file("KL421", "quoted-value", Severity::Error, text::QUOTED);
/// `7d`, `1GB`.
pub static UNIT: Rule = Rule::file("KL422", "value-with-unit", Severity::Error, text::UNIT);
/// Any other text for a number.
pub static NOT_A_NUMBER: Rule =
    Rule::file("KL423", "not-a-number", Severity::Error, text::NOT_A_NUMBER).says(&["Not a number of type"]);
/// `0.5` for a whole number.
pub static DECIMAL: Rule = Rule::file("KL424", "decimal-number", Severity::Error, text::DECIMAL);
/// A number beyond its type.
pub static TOO_BIG: Rule = Rule::file("KL425", "number-too-big", Severity::Error, text::TOO_BIG);
/// A number beyond its range.
pub static OUT_OF_RANGE: Rule = Rule::file("KL426", "out-of-range", Severity::Error, text::OUT_OF_RANGE)
    .says(&["Value must be at least", "Value must be no more than"]);
/// `yes`, `1`.
pub static NOT_A_BOOLEAN: Rule = Rule::file("KL427", "not-a-boolean", Severity::Error, text::NOT_A_BOOLEAN)
    .says(&["Expected value to be either true or false"]);
/// None of the values to choose from.
pub static NOT_ONE_OF: Rule =
    Rule::file("KL428", "not-one-of", Severity::Error, text::NOT_ONE_OF).says(&["String must be one of:"]);
/// Nothing where something must be.
pub static EMPTY: Rule = Rule::file("KL429", "empty-value", Severity::Error, text::EMPTY).says(&["String must be non-empty"]);
/// `1,000`.
pub static SEPARATORS: Rule = Rule::file("KL441", "separators-in-number", Severity::Error, text::SEPARATORS);
/// Full-width digits and special blanks.
pub static ODD_CHARACTERS: Rule = Rule::file("KL442", "value-odd-characters", Severity::Error, text::ODD_CHARACTERS);
/// A class that is not there.
pub static CLASS: Rule = Rule::file("KL443", "class-not-found", Severity::Error, text::CLASS).says(&[
    "could not be found.",
    "ClassNotFoundException exception occurred",
    "\"main\" java.lang.ClassNotFoundException: ",
]);
/// A version that is none.
pub static VERSION: Rule =
    Rule::file("KL444", "version-not-valid", Severity::Error, text::VERSION).says(&["is not a valid version"]);
/// `<host>`.
pub static PLACEHOLDER: Rule = Rule::file("KL445", "placeholder-left", Severity::Error, text::PLACEHOLDER);
/// `${HOME}`.
pub static VARIABLE: Rule = Rule::file("KL446", "variable-not-replaced", Severity::Error, text::VARIABLE);

/// Looks at each value that counts.
pub(super) fn check(judged: &mut Judgement<'_>) {
    for index in judged.counting() {
        let Some(key) = judged.known(&judged.entries[index].key) else { continue };
        if judged.has("config.providers") && judged.entries[index].value.contains("${") {
            // the provider's answer is the value, and nobody knows it here
            judged.claim(index);
            continue;
        }
        let Some(finding) = judge(judged, index, key) else { continue };
        judged.blame(index, finding);
    }
}

/// What Kafka has against a value by itself, in its words.
pub(super) fn refusal(judged: &Judgement<'_>, key: &ConfigKey, value: &str) -> Option<String> {
    // the list of versions and of classes is the catalogued Kafka's alone
    if judged.file.version > KafkaVersion::CATALOGUED && is_version(key) {
        return None;
    }
    if key.valid == "valid" || key.valid.starts_with("(case insensitive)") {
        return None;
    }
    match key.kind {
        "CLASS" if is_class_name(value.trim()) => None,
        "INT" | "LONG" | "BOOLEAN" if judged.file.kind == Kind::Coordinator => parse_value(key, value)
            .err()
            .map(|_| format!("java.lang.NumberFormatException: For input string: \"{}\"", value.trim())),
        _ => parse_value(key, value).err().map(|error| error.text().to_owned()),
    }
}

/// The same for a text whose form only the check of all settings looks at: what it says of this setting alone.
fn refusal_alone(judged: &Judgement<'_>, key: &ConfigKey, value: &str) -> Option<String> {
    if let Some(said) = refusal(judged, key, value) {
        return Some(said);
    }
    if judged.file.kind != Kind::Broker || key.name == "zookeeper.connect" {
        return super::connect_string::refusal(key.name, value);
    }
    let settings = [("zookeeper.connect", "localhost:2181"), (key.name, value)];
    let originals = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if key.kind == "CLASS" {
        return None;
    }
    BrokerConfig::new(originals).err().map(|error| error.text().to_owned())
}

fn is_version(key: &ConfigKey) -> bool {
    key.valid.starts_with("[0.8.0, ")
}

pub(super) fn is_class_name(value: &str) -> bool {
    !value.is_empty()
        && value.split('.').all(|part| part.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'))
}

/// The finding with the words of the server that reads the file.
fn in_words(judged: &Judgement<'_>, finding: Diagnostic, said: &str) -> Diagnostic {
    match judged.file.kind {
        Kind::Coordinator => finding.in_zookeepers_words(said),
        _ => finding.in_kafkas_words(said),
    }
}

fn judge(judged: &Judgement<'_>, index: usize, key: &'static ConfigKey) -> Option<Diagnostic> {
    if key.kind == "PASSWORD" {
        return None;
    }
    disguised(judged, index, key).or_else(|| plainly_wrong(judged, index, key))
}

/// A right value with something around it: a comment, quotes, look-alikes; or something that stands for a value.
fn disguised(judged: &Judgement<'_>, index: usize, key: &ConfigKey) -> Option<Diagnostic> {
    let value = judged.entries[index].value.trim();
    let refused = |value: &str| refusal_alone(judged, key, value);
    let graded = |finding: Diagnostic| match refused(value) {
        Some(said) => in_words(judged, finding, &said).mattering(Severity::Error),
        None => Diagnostic { you_will_see: None, ..finding }.mattering(Severity::Warning),
    };
    if let Some((kept, comment)) = trailing_comment(key, value) {
        let at = judged.part(index, kept.len()..value.len());
        let bytes = judged.file.document.as_bytes();
        let (kept_text, comment_text) =
            (String::from_utf8_lossy(&bytes[judged.part(index, 0..kept.len())]), std::str::from_utf8(&bytes[at.clone()]));
        let label =
            Message::new(labels::COMMENT).with("comment", comment_text.unwrap_or(comment).trim()).with("value", kept_text);
        let finding = graded(judged.found(&COMMENT, at.clone(), label));
        return Some(match comment_text {
            Ok(text) if judged.is_plain(index) => {
                finding.fixed_by(comment_moved(judged, index, at.start, text), refused(kept).is_none())
            }
            _ => finding,
        });
    }
    let written = judged.written(index);
    let straight = straightened(written.trim_matches([' ', '\t'])).map(|text| text.trim().to_owned());
    if let Some(inner) = quoted(straight.as_deref().unwrap_or(value)).filter(|_| key.name != "ssl.principal.mapping.rules") {
        let finding = judged.at_value(&QUOTED, index, Message::new(labels::QUOTED).with("value", inner));
        let safe = refused(inner).is_none();
        return Some(graded(finding).fixed_by(vec![judged.new_value(index, inner)], safe));
    }
    if let Some(straight) = straight {
        let finding = judged.at_value(&ODD_CHARACTERS, index, Message::new(labels::ODD_CHARACTERS).with("meant", &straight));
        let safe = refused(&straight).is_none();
        return Some(graded(finding).fixed_by(vec![judged.new_value(index, &straight)], safe));
    }
    if let Some(place) = bracketed(value, '<', '>') {
        return Some(graded(judged.found(&PLACEHOLDER, judged.part(index, place), labels::PLACEHOLDER)));
    }
    let opening = ["${", "$(", "{{"].into_iter().find_map(|open| value.find(open));
    if let Some(start) = opening {
        let end = value[start..].find(['}', ')']).map_or(value.len(), |end| start + end + 1);
        return Some(graded(judged.found(&VARIABLE, judged.part(index, start..end), labels::VARIABLE)));
    }
    None
}

/// The value and the comment behind it, where one was meant: ` # …`; ` // …` and ` ; …` only where a number or a word from a list
/// is wanted.
fn trailing_comment<'v>(key: &ConfigKey, value: &'v str) -> Option<(&'v str, &'v str)> {
    let free_text = ["mapping.rules", "local.rules", "jaas.config", "kinit.cmd"].iter().any(|end| key.name.ends_with(end));
    if free_text {
        return None;
    }
    let closed = matches!(key.kind, "INT" | "SHORT" | "LONG" | "DOUBLE" | "BOOLEAN") || key.valid.starts_with('[');
    let signs: &[&str] = if closed { &["#", "//", ";", "--"] } else { &["#"] };
    let blank = |at: usize| value[..at].ends_with([' ', '\t']);
    let at =
        signs.iter().filter_map(|sign| value.match_indices(sign).map(|(at, _)| at).find(|at| *at > 0 && blank(*at))).min()?;
    let kept = value[..at].trim_end();
    (!kept.is_empty()).then(|| (kept, &value[at..]))
}

/// The edits that move a comment, which begins at a byte of the file, to the line above.
fn comment_moved(judged: &Judgement<'_>, index: usize, at: usize, comment: &str) -> Vec<Edit> {
    let entry = judged.entries[index];
    let text = comment.trim().trim_start_matches(['#', '/', ';', '-']).trim_start();
    let bytes = judged.file.document.as_bytes();
    let before = &bytes[..entry.key_span.range.start];
    let line = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
    vec![
        Edit { range: line..line, text: format!("# {text}{}", judged.line_end()) },
        Edit { range: at..entry.value_span.range.end, text: String::new() },
    ]
}

/// What stands within quotes around a whole value.
fn quoted(value: &str) -> Option<&str> {
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))?;
    (!inner.contains(['"', '\''])).then_some(inner.trim())
}

/// The first `<…>` with something in it that no path or address has.
fn bracketed(value: &str, open: char, close: char) -> Option<std::ops::Range<usize>> {
    let start = value.find(open)?;
    let end = start + value[start..].find(close)? + close.len_utf8();
    (end - start > 2).then_some(start..end)
}

/// A value that Kafka refuses by itself, by what it looks like.
fn plainly_wrong(judged: &Judgement<'_>, index: usize, key: &'static ConfigKey) -> Option<Diagnostic> {
    let value = judged.entries[index].value.trim();
    // a listener's name is looked at with the other listeners
    let said = match value.is_empty() && key.name.ends_with("listener.name") {
        true => refusal_alone(judged, key, value),
        false => refusal(judged, key, value),
    }?;
    let at = |rule: &'static Rule, label: Message| in_words(judged, judged.at_value(rule, index, label), &said);
    let replaced = |finding: Diagnostic, value: String, safe: bool| finding.fixed_by(vec![judged.new_value(index, &value)], safe);
    let wanted = || Message::new(labels::WANTED).with("kind", kind_in_words(key));
    if value.is_empty() {
        return Some(at(&EMPTY, Message::new(labels::EMPTY).with("kind", kind_in_words(key))));
    }
    match key.kind {
        "INT" | "LONG" | "SHORT" | "DOUBLE" => Some(number(judged, index, key, value, &said)),
        "BOOLEAN" => {
            let meant = match value.to_ascii_lowercase().as_str() {
                "yes" | "y" | "on" | "1" | "enable" | "enabled" | "t" => Some("true"),
                "no" | "n" | "off" | "0" | "disable" | "disabled" | "f" => Some("false"),
                other => ["true", "false"].into_iter().find(|word| strsim::damerau_levenshtein(word, other) <= 1),
            };
            let finding = at(&NOT_A_BOOLEAN, labels::TRUE_OR_FALSE.into());
            Some(match meant {
                Some(meant) => replaced(finding, meant.to_owned(), true),
                None => finding,
            })
        }
        "CLASS" => Some(at(&CLASS, labels::CLASS.into())),
        _ if is_version(key) => Some(at(&VERSION, labels::VERSION.into())),
        _ if key.valid.starts_with('[') => Some(one_of(judged, index, key, at)),
        _ => Some(at(&super::refused::REFUSED, wanted())),
    }
}

/// A number that is none, or out of its range.
fn number(judged: &Judgement<'_>, index: usize, key: &ConfigKey, value: &str, said: &str) -> Diagnostic {
    let at = |rule: &'static Rule, label: Message| in_words(judged, judged.at_value(rule, index, label), said);
    let fixed = |finding: Diagnostic, number: String, safe: bool| {
        let taken = refusal(judged, key, &number).is_none();
        if taken { finding.fixed_by(vec![judged.new_value(index, &number)], safe) } else { finding }
    };
    let wanted = || Message::new(labels::WANTED).with("kind", kind_in_words(key));
    let joined: String = value.chars().filter(|c| !matches!(c, ',' | '_' | '\'' | ' ')).collect();
    if joined != value && !value.contains("  ") && joined.parse::<i64>().is_ok() && is_grouped(value) {
        return fixed(at(&SEPARATORS, Message::new(labels::SEPARATORS).with("meant", &joined)), joined, true);
    }
    if let Some(number) = units::parse(value) {
        let label = match units::convert(&number, key.name) {
            Some(converted) => Message::new(labels::UNIT_CONVERTED).with("value", value).with("meant", converted),
            None => Message::from(labels::UNIT),
        };
        let finding = at(&UNIT, label);
        return match units::convert(&number, key.name) {
            // a kilobyte may be 1000 or 1024 bytes; a day is a day
            Some(converted) => fixed(finding, converted.to_string(), number.is_time()),
            None => finding,
        };
    }
    if key.kind != "DOUBLE" {
        if let Ok(number) = value.parse::<f64>()
            && value.parse::<i128>().is_err()
            && value.contains(['.', 'e', 'E'])
        {
            let whole = number.fract() == 0.0 && number.abs() < 1e15;
            let finding = at(&DECIMAL, wanted());
            return if whole { fixed(finding, format!("{number:.0}"), true) } else { finding };
        }
        if value.parse::<i128>().is_ok() && said.contains("Not a number") {
            return at(&TOO_BIG, wanted());
        }
    }
    if said.contains("Value must be") {
        let range = key.valid.trim_matches(['[', ']']).replace(",...,", " … ").replace(",...", " …");
        return at(&OUT_OF_RANGE, Message::new(labels::RANGE).with("range", range));
    }
    at(&NOT_A_NUMBER, wanted())
}

/// Whether signs stand between groups of three digits, as in `1,000`.
fn is_grouped(value: &str) -> bool {
    let mut groups = value.split([',', '_', '\'', ' ']);
    let first = groups.next().unwrap_or("");
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

fn one_of(
    judged: &Judgement<'_>,
    index: usize,
    key: &'static ConfigKey,
    at: impl Fn(&'static Rule, Message) -> Diagnostic,
) -> Diagnostic {
    let names = key.choices();
    let finding = at(&NOT_ONE_OF, Message::new(labels::ONE_OF).with("names", names.join(", ")));
    let value = judged.entries[index].value.trim();
    if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(value)) {
        return finding.fixed_by(vec![judged.new_value(index, name)], true);
    }
    let mut near = names.iter().filter(|name| name.len() > 3 && strsim::damerau_levenshtein(name, &value.to_lowercase()) <= 2);
    match (near.next(), near.next()) {
        (Some(name), None) => finding.fixed_by(vec![judged.new_value(index, name)], false),
        _ => finding,
    }
}

/// Kafka's type in the form that a person reads.
fn kind_in_words(key: &ConfigKey) -> &'static str {
    match key.kind {
        "INT" => "INT (-2147483648 … 2147483647)",
        "SHORT" => "SHORT (-32768 … 32767)",
        "LONG" => "LONG (64 bit)",
        other => other,
    }
}
