//! What two runs of one command line may differ in, masked: ids, times, ports, folders, the frames of a stack, and the sentences that
//! describe options.

use std::sync::LazyLock;

use regex::Regex;

/// What is masked wherever it stands.
static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"(?m)^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]", "[<TIME>]"),
        (r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}:", "<TIME>:"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<UUID>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([-+]\d{4}|Z)?", "<TIME>"),
        (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}", "<TIME>"),
        (r"\b1[6-9]\d{11}\b", "<MS>"),
        // what the tools measure: how many records is no chance, how fast is
        (r"(\d+ records sent), .*", "${1}, <RATES>"),
        (
            r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}, ([\d.]+), [^,]+, (\d+), .*",
            "<TIME>, <TIME>, ${1}, <RATE>, ${2}, <RATES>",
        ),
        // the same with dates in another format
        (
            r"(?m)^([^,\n]+, [^,\n]+), ([\d.]+), [\d.]+, (\d+), [\d.]+, -?\d+, -?\d+, [\d.]+, [\d.]+$",
            "${1}, ${2}, <RATE>, ${3}, <RATES>",
        ),
        // which metrics there are is no chance
        (r"(?m)^([a-z-]+:[a-z-]+:\{client-id=.*\} *) : .*", "${1} : <VALUE>"),
        (r"(?m)^(Avg latency|Percentiles): .*", "${1}: <RATES>"),
        (r"(?m)^0\t[\d.]+$", "0\t<RATE>"),
        (r#""avg_throughput":[\d.E]+"#, r#""avg_throughput":<RATE>"#),
        (r"\bcrc: \d+", "crc: <CRC>"),
        (r"groupId=console-consumer-\d+", "groupId=console-consumer-<N>"),
        // whether a producer's first question names the topic already is chance
        (r"(\[Producer clientId=[^\]]*\] Error while fetching metadata with correlation id) \d+", "${1} <N>"),
        (r"groupId=perf-consumer-\d+", "groupId=perf-consumer-<N>"),
        (r"\btries=\d+", "tries=<N>"),
        (r"after \d+ attempt\(s\)", "after <N> attempt(s)"),
        (r"(Zxid = |ephemeralOwner = )0x[0-9a-f]*[1-9a-f][0-9a-f]*", "${1}0x<ID>"),
        (r"\b0x1[0-9a-f]{14,15}\b", "0x<SESSION>"),
        (r"(TopicId: |Cluster ID: |ClusterId: )[\w-]{22}", "${1}<ID>"),
    ]
    .into_iter()
    .map(|(pattern, mask)| (Regex::new(pattern).expect("a valid pattern"), mask))
    .collect()
});

/// Whether ZooKeeper's shell hears of its own session before it ends is chance.
static SESSION_EVENT: LazyLock<Regex> = LazyLock::new(|| {
    let event = "\nWATCHER::\n\nWatchedEvent state:(SyncConnected|Closed) type:None path:null\n";
    Regex::new(event).expect("a valid pattern")
});

/// The text of one stream with everything masked that may differ; `places` are the texts to replace, with their masks.
pub fn normalise(text: &str, places: &[(String, String)]) -> String {
    let mut text = SESSION_EVENT.replace_all(text, "").replace('\r', "\\r").replace('\u{7}', "\\a");
    for (place, mask) in places {
        text = text.replace(place, mask);
    }
    for (pattern, mask) in MASKS.iter() {
        text = pattern.replace_all(&text, *mask).into_owned();
    }
    let mut lines: Vec<String> = Vec::new();
    let mut part = Part::Text;
    for line in text.lines().filter(|line| !is_noise(line)) {
        part = part.at(line);
        let Some(line) = part.shown(line) else { continue };
        // how often a client tries is chance
        let retry = ["could not be established. Broker may not be available.", ") disconnected (org.apache.kafka.clients"];
        let again = retry.iter().any(|text| line.contains(text)) && lines.contains(&line)
            || line.contains(NO_METADATA) && lines.iter().any(|other| without_id(other) == without_id(&line));
        if !again {
            lines.push(line);
        }
    }
    in_order(&mut lines);
    mask_columns(&mut lines);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What a client says each time it has asked for a topic that is not there.
const NO_METADATA: &str = "Error while fetching metadata with correlation id";

fn without_id(line: &str) -> (&str, &str) {
    let (before, rest) = line.split_once(NO_METADATA).unwrap_or((line, ""));
    (before, rest.split_once(" : ").map_or("", |(_, topics)| topics))
}

/// The columns of a table between tabs that are left to chance.
const CHANCE: [&str; 3] = ["TransactionDurationMs", "LastSequence", "Duration(min)"];

/// Masks the columns of chance below the heading of a table, if `lines` has one.
fn mask_columns(lines: &mut [String]) {
    let Some(heading) = lines.iter().position(|line| CHANCE.iter().any(|name| line.contains(name)) && line.contains('\t')) else {
        return;
    };
    let columns: Vec<bool> = lines[heading].split('\t').map(|name| CHANCE.contains(&name.trim())).collect();
    for line in &mut lines[heading + 1..] {
        let cells = line.split('\t').zip(columns.iter().chain(std::iter::repeat(&false)));
        let masked: Vec<&str> =
            cells.map(|(cell, chance)| if *chance && cell.trim().parse::<i64>().is_ok() { "<N>" } else { cell }).collect();
        *line = masked.join("\t");
    }
}

/// Puts in order what Java's hashes of enums and its threads leave to chance: the entries of an ACL, the ACLs of a list, sets of operations,
/// the warnings of several clients.
fn in_order(lines: &mut Vec<String>) {
    const OPERATIONS: &str = " only supports operations ";
    for line in lines.iter_mut() {
        if let Some((before, operations)) = line.split_once(OPERATIONS) {
            let mut operations: Vec<&str> = operations.split(',').collect();
            operations.sort_unstable();
            *line = format!("{before}{OPERATIONS}{}", operations.join(","));
        }
    }
    // two clients of one tool warn from threads of their own: each has its lines in their order, which of them is first is chance
    for warnings in lines.chunk_by_mut(|one, next| warning_client(one).is_some() == warning_client(next).is_some()) {
        warnings.sort_by_key(|line| warning_client(line).map(str::to_owned));
    }
    let is_entry = |line: &String| line.trim_start().starts_with("(principal=");
    for entries in lines.chunk_by_mut(|one, next| is_entry(one) == is_entry(next)).filter(|chunk| is_entry(&chunk[0])) {
        // the first has a space before it, the last one behind
        let last = entries.len() - 1;
        entries[0] = entries[0].trim_start_matches(' ').to_owned();
        entries[last] = entries[last].trim_end_matches(' ').to_owned();
        entries.sort_unstable();
        entries[0] = format!(" {}", entries[0]);
        entries[last] = format!("{} ", entries[last]);
    }
    let is_heading =
        |line: &String| line.starts_with("Current ACLs for resource ") || line.starts_with("Adding ACLs for resource ");
    let mut sections: Vec<Vec<String>> = lines.chunk_by(|_, next| !is_heading(next)).map(<[String]>::to_vec).collect();
    for run in sections.chunk_by_mut(|one, next| is_heading(&one[0]) && one[0][..12] == next[0][..12]) {
        run.sort();
    }
    *lines = sections.concat();
}

/// Which client a warning is of.
fn warning_client(line: &str) -> Option<&str> {
    let (client, _) = line.strip_prefix("[<TIME>] WARN [")?.split_once(']')?;
    client.split(',').next().filter(|client| client.contains(" clientId="))
}

/// Frames of a stack, and what a class path with two loggers makes Java say.
fn is_noise(line: &str) -> bool {
    line.starts_with("\tat ") || (line.starts_with("\t... ") && line.ends_with(" more")) || line.starts_with("SLF4J: ")
        // whether a client that ends hears of the end of its first connection is chance
        || line.contains("Bootstrap broker ${broker} (id: -1 rack: null) disconnected")
}

/// What part of a tool's output a line belongs to. Options are the tool's, the sentences beside them are not.
#[derive(Clone, Copy)]
enum Part {
    Text,
    /// jopt-simple's table, with the column of the sentences.
    Table(usize),
    /// argparse4j's lists of arguments.
    Arguments,
}

/// The column of the sentences in argparse4j's help.
const ARGUMENT_COLUMN: usize = 25;

impl Part {
    fn at(self, line: &str) -> Self {
        match line.find("Description") {
            Some(column) if line.starts_with("Option ") => Self::Table(column),
            _ if matches!(line, "positional arguments:" | "optional arguments:") => Self::Arguments,
            _ => self,
        }
    }

    fn shown(self, line: &str) -> Option<String> {
        match self {
            Self::Text => Some(line.to_owned()),
            Self::Table(column) => {
                let option: String = line.chars().take(column).collect();
                let is_option = option.starts_with("--") && !option.starts_with("---");
                let goes_on = option.starts_with("  ") && !option.trim().is_empty();
                (is_option || goes_on).then(|| option.trim_end().to_owned())
            }
            Self::Arguments => {
                let alone = line.chars().take(ARGUMENT_COLUMN).skip(ARGUMENT_COLUMN - 2).any(|c| c != ' ');
                let shown: String = if alone { line.to_owned() } else { line.chars().take(ARGUMENT_COLUMN).collect() };
                (!shown.trim().is_empty()).then(|| shown.trim_end().to_owned())
            }
        }
    }
}
