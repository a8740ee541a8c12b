//! How texts are gone through, whatever their length and form.

use std::io::Read;

use proptest::prelude::*;

use super::scan::{scan_by, scan_in};
use super::*;

const EXISTS: &str =
    "[2023-11-01 10:00:00,000] ERROR org.apache.kafka.common.errors.TopicExistsException: Topic 't' already exists.\n";
const INFO: &str = "[2023-11-01 10:00:00,000] INFO [GroupCoordinator 0]: Elected as the group coordinator (kafka.coordinator.group.GroupCoordinator)\n";
const ODD: &str = "[2023-11-01 10:00:00,000] ERROR the moon is full (example.Moon)\n";

#[test]
fn lines_are_counted_and_causes_ordered_by_weight() {
    let leader = "WARN Error while fetching metadata with correlation id 2 : {t=LEADER_NOT_AVAILABLE}\n";
    let text = format!("{INFO}{leader}{INFO}{EXISTS}{ODD}\tat a\n{ODD}{EXISTS}last");
    let found = diagnose(text.as_bytes()).expect("read");
    let told: Vec<_> = found.causes.iter().map(|cause| (cause.rule.code, cause.line, cause.last_line, cause.count)).collect();
    assert_eq!(told, [("KL817", 4, 8, 2), ("KL820", 2, 2, 1)]);
    assert_eq!(found.unknown, Unknown { count: 2, line: 5, text: ODD.trim_end().to_owned() });
    assert_eq!(found.lines, 9);
    assert!(found.found());
    assert!(!diagnose(leader.as_bytes()).expect("read").found(), "a note alone is nothing wrong");
}

/// Gives its bytes a few at a time.
struct Slowly<'a>(&'a [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(into.len());
        into[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn a_sentence_may_arrive_in_pieces() {
    let text = format!("{INFO}{EXISTS}{INFO}");
    for piece in [1, 7, 64, 1000] {
        let found = diagnose(Slowly(text.as_bytes(), piece)).expect("read");
        assert_eq!((found.causes.len(), found.causes[0].line, found.lines), (1, 2, 3), "{piece} at a time");
    }
}

#[test]
fn more_than_one_block_is_read_and_no_form_is_too_odd() {
    let many = INFO.repeat(20_000) + EXISTS + &INFO.repeat(20_000);
    let found = diagnose(many.as_bytes()).expect("read");
    assert_eq!((found.causes[0].line, found.lines), (20_001, 40_001));
    let one_line = "x".repeat(3_000_000) + EXISTS;
    let found = diagnose(one_line.as_bytes()).expect("read");
    assert_eq!((found.causes.len(), found.lines), (1, 1));
    assert!(found.causes[0].text.len() <= SHOWN_MAX);
    // what is looked at of a line does not grow with the line: this would take hours
    let errors = "] ERROR ".repeat(1_000_000);
    let found = diagnose(errors.as_bytes()).expect("read");
    assert_eq!((found.unknown.count, found.lines), (1_000_000, 1));
    let mut odd = vec![0xff, 0, b'\n'];
    odd.extend(EXISTS.replace('\n', "\r\n").bytes());
    let found = diagnose(odd.as_slice()).expect("read");
    assert_eq!((found.causes[0].line, found.causes[0].text.as_str()), (2, EXISTS.trim_end()));
}

#[test]
fn a_reader_that_fails_is_told_of() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let long = INFO.repeat(50_000);
    for before in ["", INFO, &long] {
        let failed = diagnose(before.as_bytes().chain(Broken)).err().map(|error| error.to_string());
        assert_eq!(failed.as_deref(), Some("the disk is gone"));
    }
}

/// Everything that is told of a text.
fn told(found: &Diagnosis) -> (Vec<String>, Unknown, u64) {
    let cause = |cause: &Cause| {
        let Cause { rule, line, last_line, count, text, folded } = cause;
        format!("{} {line} {last_line} {count} {folded} {text}", rule.code)
    };
    (found.causes.iter().map(cause).collect(), found.unknown.clone(), found.lines)
}

const WAITED: &str =
    "[2023-11-01 10:00:00,000] ERROR Error processing message, terminating consumer process:  (kafka.tools.ConsoleConsumer$)\n";
const TIMED_OUT: &str = "org.apache.kafka.common.errors.TimeoutException\n";

proptest! {
    #[test]
    fn blocks_and_threads_do_not_show(
        lines in prop::collection::vec(
            prop_oneof![
                Just(INFO), Just(EXISTS), Just(ODD), Just(WAITED), Just(TIMED_OUT), Just("\n"), Just("\tat a.b.C\r\n"),
                Just("[1] INFO starting (kafka.server.KafkaServer)\n"),
                Just("java.net.ConnectException: Connection refused\n"),
                Just("Timed out waiting for connection while in state: CONNECTING\n"),
                Just("Exiting Kafka due to fatal exception\n"),
            ],
            0..60,
        ),
        open in any::<bool>(),
        piece in 1usize..400,
        size in 200usize..2000,
        searchers in 1usize..5,
    ) {
        let mut text = lines.concat();
        if open {
            text.truncate(text.trim_end().len());
        }
        let whole = scan_in(text.as_bytes(), 100_000, 1).expect("read");
        let parts = scan_in(Slowly(text.as_bytes(), piece), size, searchers).expect("read");
        prop_assert_eq!(told(&parts), told(&whole));
    }
}

#[test]
fn the_console_consumer_says_in_two_lines_that_it_waited() {
    #[track_caller]
    fn check(text: &str, expected: &[(&str, u64)]) {
        let found = diagnose(text.as_bytes()).expect("read");
        let causes: Vec<_> = found.causes.iter().map(|cause| (cause.rule.code, cause.line)).collect();
        assert_eq!(causes, expected, "{text}");
    }
    check(&[INFO, WAITED, TIMED_OUT].concat(), &[("KL828", 2)]);
    check(&[INFO, WAITED, TIMED_OUT].concat().replace('\n', "\r\n"), &[("KL828", 2)]);
    check(&[WAITED, INFO, TIMED_OUT].concat(), &[]);
    check(&[WAITED, "Caused by: ", TIMED_OUT].concat(), &[]);
    check(&[ODD, TIMED_OUT].concat(), &[]);
}

#[test]
fn nobody_waits_for_a_thread_that_panicked() {
    let text = INFO.repeat(1000);
    for searchers in [1, 2, 4] {
        let calls = std::sync::atomic::AtomicUsize::new(0);
        let search = |_| match calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            5.. => panic!("a test"),
            _ => scan::Searched::default(),
        };
        let run = || scan_by(text.as_bytes(), 1000, searchers, search).is_ok();
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err(), "{searchers} threads");
    }
}

#[test]
fn a_fatal_error_that_nothing_explains_is_told_of() {
    let fatal = "[2023-11-01 10:00:00,000] ERROR [KafkaServer id=1] Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\njava.lang.IllegalStateException: the moon is full\n";
    let exiting = "[2023-11-01 10:00:00,000] ERROR Exiting Kafka due to fatal exception during startup. (kafka.Kafka$)\njava.lang.IllegalStateException: the moon is full\n";
    let start = "[2023-11-01 10:00:00,000] INFO starting (kafka.server.KafkaServer)\n";
    let found = diagnose([start, fatal, exiting, INFO].concat().as_bytes()).expect("read");
    assert_eq!((found.causes.len(), found.unknown.count, found.unknown.line), (0, 2, 2));
    assert!(found.found());
    // another start does not make up for it, and a cause does
    let found = diagnose([fatal, start].concat().as_bytes()).expect("read");
    assert_eq!(found.unknown.count, 1);
    let found = diagnose([fatal, "Caused by: java.io.IOException: No space left on device\n", exiting].concat().as_bytes())
        .expect("read");
    assert_eq!((found.causes.len(), found.causes[0].folded, found.unknown.count), (1, 2, 0));
}
