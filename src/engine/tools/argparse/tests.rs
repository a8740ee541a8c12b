//! Lines, errors and layout as argparse4j has them; the errors were told by the Java tools.

use super::*;

static PERF: Spec = Spec {
    script: "kafka-producer-perf-test.sh",
    prog: "producer-performance",
    description: "This tool is used to verify the producer performance.",
    default_help: true,
    groups: &[Group {
        title: "",
        description: "either --record-size or --payload-file must be specified but not both.",
        required: true,
        options: &["--record-size", "--payload-file"],
    }],
    commands: &[],
    command_title: ("", ""),
    details: &[],
};

const USAGE: &str = "\
usage: producer-performance [-h] --topic TOPIC --num-records NUM-RECORDS
                            [--payload-delimiter PAYLOAD-DELIMITER]
                            --throughput THROUGHPUT
                            [--producer-props PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]
                            [--producer.config CONFIG-FILE]
                            [--print-metrics]
                            [--transactional-id TRANSACTIONAL-ID]
                            [--transaction-duration-ms TRANSACTION-DURATION]
                            (--record-size RECORD-SIZE |
                            --payload-file PAYLOAD-FILE)
";

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// A line that is read; `expected` are options and their values.
fn check(line: &str, expected: &[(&str, &[&str])]) {
    let found = Parser::new(&PERF).parse(&words(line)).unwrap_or_else(|halt| panic!("{line}: {halt:?}"));
    for (option, values) in expected {
        assert_eq!(found.list(option), *values, "{line}: {option}");
    }
}

/// A line that is refused, with the message below the usage.
fn refused(line: &str, expected: &str) {
    let halt = Parser::new(&PERF).parse(&words(line)).expect_err(line);
    assert_eq!(halt, Halt::Error(format!("{USAGE}{expected}")), "{line}");
}

const WHOLE: &str = "--topic t --num-records 5 --throughput -1 --record-size 9";

#[test]
fn lines_are_read_as_argparse4j_reads_them() {
    check(
        WHOLE,
        &[("topic", &["t"]), ("throughput", &["-1"]), ("transaction-duration-ms", &["0"]), ("payload-delimiter", &["\\n"])],
    );
    check(&format!("{WHOLE} --topic=u --num 6"), &[("topic", &["u"]), ("num-records", &["6"])]);
    let props = format!("{WHOLE} --producer-props a=1 b=2 --print-metrics");
    check(&props, &[("producer-props", &["a=1", "b=2"]), ("print-metrics", &[])]);
    check(&format!("{WHOLE} --producer-props a=1 --producer-props b=2"), &[("producer-props", &["b=2"])]);
    check(&format!("{WHOLE} --producer-props=a=1"), &[("producer-props", &["a=1"])]);
    check(&format!("{WHOLE} --payload-delimiter="), &[("payload-delimiter", &[""])]);
    check("--top t --num-r +5 --thr 7 --rec 1", &[("num-records", &["+5"]), ("throughput", &["7"])]);
    assert!(!Parser::new(&PERF).parse(&words(WHOLE)).expect("it is right").has("print-metrics"));
}

#[test]
fn wrong_lines_are_refused_with_kafkas_words() {
    refused("--topic t", "producer-performance: error: argument --throughput is required\n");
    refused(
        "--topic t --num-records 1 --throughput 1",
        "producer-performance: error: one of  the arguments --record-size --payload-\nfile is required\n",
    );
    refused(
        &format!("{WHOLE} --payload-file f"),
        "producer-performance: error:  argument  --payload-file:  not  allowed  with\nargument --record-size\n",
    );
    refused(
        "--topic t --num-records x",
        "producer-performance: error: argument --num-records:  could not convert 'x'\nto Long (For input string: \"x\")\n",
    );
    refused("--topic", "producer-performance: error: argument --topic: expected one argument\n");
    refused("--topic --num-records", "producer-performance: error: argument --topic: expected one argument\n");
    refused(
        &format!("{WHOLE} --producer-props"),
        "producer-performance: error: argument --producer-props: expected 1 argument\n(s)\n",
    );
    refused(
        "--p x",
        "producer-performance: error: ambiguous option:  --p  could match --payload-\ndelimiter, --payload-file,  --print-metrics,  --producer-props, --producer.\nconfig\n",
    );
    refused("a b", "producer-performance: error: unrecognized arguments: 'a b'\n");
    refused("--zookeeper x", "producer-performance: error: unrecognized arguments: '--zookeeper'\n");
    refused("--no-such-option=1", "producer-performance: error: unrecognized arguments: '--no-such-option=1'\n");
    refused("--topics t", "producer-performance: error: unrecognized arguments: '--topics'\n\nDid you mean:\n\t--topic\n");
    refused(
        &format!("{WHOLE} --print-metrics=1"),
        "producer-performance:  error:  argument  --print-metrics:  ignore  implicit\nargument '1'\n",
    );
    refused("-- --topic t", "producer-performance: error: unrecognized arguments: '--topic t'\n");
    refused("-x", "producer-performance: error: unrecognized arguments: '-x'\n");
    refused("-topic t", "producer-performance: error: unrecognized arguments: '-topic'\n\nDid you mean:\n\t--topic\n");
    refused(
        "--num-recods 3",
        "producer-performance: error: unrecognized arguments: '--num-recods'\n\nDid you mean:\n\t--num-records\n",
    );
    refused(
        "--record-size 99999999999",
        "producer-performance: error:  argument  --record-size:  could  not  convert\n'99999999999' to Integer (For input string: \"99999999999\")\n",
    );
    refused(
        "--throughput=",
        "producer-performance: error: argument  --throughput:  could  not convert ''\nto Integer (For input string: \"\")\n",
    );
    let own = Parser::new(&PERF).error("Either --producer-props or --producer.config must be specified.");
    let text = "producer-performance: error: Either  --producer-props  or --producer.config\nmust be specified.\n";
    assert_eq!(own, Halt::Error(format!("{USAGE}{text}")));
}

#[test]
fn the_help_shows_every_option_with_its_default() {
    let Err(Halt::Help(help)) = Parser::new(&PERF).parse(&words("--topic t -h")) else { panic!("no help") };
    assert!(
        help.starts_with(&format!("{USAGE}\nThis tool is used to verify the producer performance.\n\noptional arguments:\n"))
    );
    for expected in [
        "  -h, --help             show this help message and exit\n",
        "  --num-records NUM-RECORDS\n                         ",
        "(default: \\n)\n",
        "\n  either --record-size or --payload-file must be specified but not both.\n\n  --record-size RECORD-SIZE\n",
    ] {
        assert!(help.contains(expected), "{expected:?} is not in\n{help}");
    }
}
