//! What the coach says, how often, and how it looks.

use super::*;
use crate::judge::diagnostic::Paint;
use crate::judge::rules::testing::World;
use crate::text::Language;

const REFLECTION: &str =
    "./kafka-topics.sh --create --topic test_topic --partitions 1 --reflection-factor 1 --bootstrap-server localhost:9092";
const START: &str = "./kafka-server-start.sh ../config/server.properties";
const CONSUMER: &str = "./kafka-console.consumer.sh --topic test_topic --bootstrap-server localhost:9092 --from-beginning";

fn look(language: Language, columns: usize) -> Look {
    Look { language, columns, paint: Paint::Monochrome }
}

/// Everything that is said when a mistake is made again and again.
fn told(world: &World, line: &str, look: Look) -> String {
    let mut coach = Coach::default();
    let context = world.context(line);
    let mut said = String::new();
    let exit_code = if line == CONSUMER { 127 } else { 1 };
    for _ in 0..4 {
        let advice = coach.before(&context).or_else(|| coach.after(&context, exit_code, b"")).expect("the rule fires");
        said.push_str(&advice.render(look));
    }
    assert!(coach.after(&context, exit_code, b"").is_none(), "enough was said");
    said
}

fn in_both_languages(world: &World, line: &str) -> String {
    let looks = Language::ALL.into_iter().flat_map(|language| [80, 40].map(|columns| look(language, columns)));
    looks.map(|look| format!("── {} {}\n{}", look.language, look.columns, told(world, line, look))).collect()
}

#[test]
fn boxes_of_every_rule_and_tier() {
    insta::assert_snapshot!("KL111", in_both_languages(&World::new(), CONSUMER));
    insta::assert_snapshot!("KL203", in_both_languages(&World::new(), REFLECTION));
    insta::assert_snapshot!("KL412", in_both_languages(&World::with_connect("localhost:9092"), START));
    insta::assert_snapshot!("KL413", in_both_languages(&World::with_connect("localhost:2182"), START));
}

#[test]
fn colours_and_plain() {
    let world = World::new();
    let context = world.context(REFLECTION);
    let advice = Coach::default().after(&context, 1, b"").expect("the rule fires");
    let shown = |paint| advice.render(Look { language: Language::En, columns: 80, paint });
    insta::assert_snapshot!("plain", shown(Paint::Plain));
    insta::assert_snapshot!("colour", shown(Paint::Colour).replace('\x1b', "ESC"));
    let stripped = console::strip_ansi_codes(&shown(Paint::Colour)).into_owned();
    assert_eq!(stripped, shown(Paint::Monochrome), "colours carry nothing alone");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let broken = World::with_connect("localhost:9092");
    for (world, line) in [(&World::new(), REFLECTION), (&World::new(), CONSUMER), (&broken, START)] {
        for language in Language::ALL {
            for columns in [40, 41, 53, 64, 79, 80, 97, 120] {
                for line in told(world, line, look(language, columns)).lines() {
                    assert!(unicode_width::UnicodeWidthStr::width(line) <= columns, "{columns}: {line}");
                }
            }
        }
    }
}

#[test]
fn no_sentence_is_said_three_times() {
    for (world, line) in [(&World::new(), REFLECTION), (&World::new(), CONSUMER)] {
        let said = told(world, line, look(Language::Ko, 120));
        for sentence in said.lines().map(|line| line.trim_start_matches(['╭', '│', '╰', ' '])).filter(|line| line.contains(' '))
        {
            let times = said.lines().filter(|line| line.ends_with(sentence)).count();
            assert!(times < 3, "{times} times: {sentence}");
        }
    }
}

#[test]
fn a_line_that_would_hang_is_always_asked_about() {
    let broken = World::with_connect("localhost:9092");
    let mut coach = Coach::default();
    let tiers: Vec<_> = (0..300).filter_map(|_| coach.before(&broken.context(START))).map(|advice| advice.tier).collect();
    assert_eq!(tiers[..4], [Tier::Place, Tier::Explanation, Tier::Correction, Tier::Reminder]);
    assert_eq!((tiers.len(), tiers[299]), (300, Tier::Reminder));
}

#[test]
fn a_costly_mistake_is_told_before_the_line_runs_and_others_after_it() {
    let broken = World::with_connect("localhost:9092");
    let context = broken.context(START);
    let advice = Coach::default().before(&context).expect("it would hang");
    assert_eq!(advice.choices, [Choice::RunAnyway, Choice::Fix, Choice::Cancel]);
    assert!(Coach::default().after(&context, 1, b"").is_none(), "told before, and Kafka's own words stand there now");
    let world = World::new();
    let context = world.context(REFLECTION);
    assert!(Coach::default().before(&context).is_none(), "the real error is part of the lesson");
    assert!(Coach::default().after(&context, 1, b"").is_some_and(|advice| advice.choices.is_empty()));
}

#[test]
fn what_was_told_is_kept_and_forgotten() {
    let world = World::new();
    let context = world.context(REFLECTION);
    let mut coach = Coach::default();
    coach.after(&context, 1, b"");
    let mut coach: Coach = serde_json::from_str(&serde_json::to_string(&coach).unwrap()).unwrap();
    assert_eq!(coach.after(&context, 1, b"").map(|advice| advice.tier), Some(Tier::Explanation));
    let other = world.context("./kafka-topics.sh --lst");
    assert_eq!(coach.after(&other, 1, b"").map(|advice| advice.tier), Some(Tier::Place), "another mistake begins anew");
    coach.forget();
    assert_eq!(coach.after(&context, 1, b"").map(|advice| advice.tier), Some(Tier::Place));
}

#[test]
fn the_fix_of_a_file_changes_only_the_port() {
    let broken = World::with_connect("localhost:9092");
    let context = broken.context(START);
    let advice = Coach::default().before(&context).expect("it would hang");
    let fix = advice.diagnostic.fix.expect("2181 is known");
    assert!(fix.safe, "the coordinator was seen there");
    let source = advice.diagnostic.source;
    let fixed = fix.apply(source.bytes()).expect("the edits fit");
    assert_eq!(String::from_utf8(fixed).unwrap(), String::from_utf8_lossy(source.bytes()).replace("9092", "2181"));
}
