//! Pages and whole books, of the labs that are built in and of labs that are wrong.

use serde_json::{Value, json};

use super::Publisher;
use super::mdbook::preprocess;
use crate::lab::format::{Lab, LabSource};
use crate::text::Language;

fn page(language: Language, page: &str) -> String {
    Publisher::new(LabSource::BuiltIn, language).page("src/x.md", page).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(page: &str, expected: &str) {
    let error = Publisher::new(LabSource::BuiltIn, Language::En).page("src/x.md", page).expect_err(page).to_string();
    assert!(error.contains(expected), "expected {expected:?}, found {error:?}");
}

#[test]
fn a_labs_chapter_has_its_commands_outputs_and_hints() {
    for language in Language::ALL {
        let chapter = page(language, "{{#lab 01}}");
        insta::assert_snapshot!(format!("chapter_of_lab_01_{language}"), chapter);
    }
}

#[test]
fn what_is_referred_to_is_put_in_in_the_books_language() {
    assert_eq!(
        page(Language::En, "a {{#command 01 list-topics}} b"),
        "a ```sh\n./kafka-topics.sh --list --bootstrap-server localhost:9092\n``` b"
    );
    assert!(page(Language::En, "{{#output single-node create-topic}}").contains("\nCreated topic test_topic.\n"));
    assert!(page(Language::Ko, "{{#step 01 create-topic}}").contains("토픽"));
    assert_eq!(page(Language::En, "# {{#lab-title 1}}"), "# 01 Single node");
    assert!(page(Language::En, "{{#rule unknown-option}}").starts_with("### KL203 unknown-option {#kl203}\n\n**"));
    assert!(page(Language::En, "{{#rule KL201}}").contains(r"Add \-\-bootstrap\-server host:port."));
    let all = page(Language::Ko, "{{#rules KL4}}");
    assert!(all.contains("{#kl401}") && !all.contains("{#kl301}"));
    let key = page(Language::En, "{{#key broker log.dirs}}");
    assert!(key.starts_with("### log.dirs {#log-dirs}\n\n- ") && key.contains("`STRING`"), "{key}");
    assert!(page(Language::Ko, "{{#keys coordinator}}").contains("### clientPort {#clientport}"));
    let idle = page(Language::En, "{{#idle admin}}");
    assert!(idle.contains("- `ssl.*`: the bundled tools speak PLAINTEXT") && !idle.contains("serializer"), "{idle}");
    let both = "{{#ko}}하나{{/ko}}{{#en}}one{{/en}} {{#en}}{{#lab-title 01}}{{/en}}";
    assert_eq!(page(Language::Ko, both), "하나 ");
    assert_eq!(page(Language::En, both), "one 01 Single node");
}

#[test]
fn what_the_book_shows_at_the_terminals_is_what_its_text_says() {
    for name in LabSource::BuiltIn.names().expect("built in") {
        let lab = Lab::load(&LabSource::BuiltIn, &name).expect("it loads");
        // a key is no line, and a number that the reader has to find is another one each time
        for step in lab.spec.steps.iter().filter(|step| !step.command.starts_with("Ctrl-") && !step.command.contains('<')) {
            let command = page(Language::En, &format!("{{{{#command {name} {}}}}}", step.id)).replace("```sh\n", "");
            let shown = page(Language::En, &format!("{{{{#output {name} {}}}}}", step.id));
            assert!(shown.contains(&format!("] $ {}", command.trim_end_matches("\n```"))), "{name} {}: {shown}", step.id);
            assert!(!shown.contains("pids"), "{name} {}: {shown}", step.id);
        }
    }
    assert!(page(Language::Ko, "{{#output 04 terminate}}").contains("$ kill <PID>"));
}

#[test]
fn what_is_not_there_is_refused_with_its_place() {
    refused("x\n y {{#lab 77}}", "src/x.md:2:4: {{#lab 77}}: no lab \"77\": expected one of 00-welcome, 01-single-node");
    refused("{{#step 01 sotp}}", "no step \"sotp\" in 01-single-node: expected one of start-coordinator, ");
    refused("{{#rule KL999}}", "src/x.md:1:1: {{#rule KL999}}: no rule \"KL999\"");
    refused("{{#rules XX}}", "no rule's code begins with \"XX\"");
    refused("{{#key broker log.dris}}", "no key \"log.dris\"");
    refused("{{#keys script}}", "no file \"script\": expected one of broker, coordinator");
    refused("{{#idle broker}}", "no client \"broker\": expected one of producer, consumer, admin");
    refused("{{#labb 01}}", "expected one of {{#lab LAB}}");
    refused("{{#lab}}", "expected one of {{#lab LAB}}");
    refused("{{#ko}}x", "expected {{/ko}} behind it");
    refused("{{#ko}}{{#en}}", "{{#ko}} has no end before it");
    refused("{{#ko}}{{/en}}", "nothing begins that it ends");
    refused("{{/ko}}", "nothing begins that it ends");
    // also where nobody reads it: the other book would stop
    refused("{{#ko}}{{#lab 77}}{{/ko}}", "no lab \"77\"");
}

#[test]
fn a_lab_that_is_wrong_is_told_with_both_places() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("07-mine")).expect("made");
    std::fs::write(folder.path().join("07-mine/lab.toml"), "format = 1\nx").expect("written");
    let mut publisher = Publisher::new(LabSource::Folder(folder.path().to_owned()), Language::En);
    let error = publisher.page("src/x.md", "\n{{#lab 07}}").expect_err("wrong").to_string();
    assert!(error.starts_with("src/x.md:2:1: 07-mine/lab.toml:2:"), "{error}");
}

/// What mdBook sends, with the chapters under the name of its version.
fn sent(chapters: &str, language: &Value) -> String {
    let inner = json!({"Chapter": {"name": "b", "content": "{{#lab-title 01}}", "sub_items": [], "path": "b.md",
        "source_path": "b.md", "parent_names": ["{{#ko}}가{{/ko}}{{#en}}a{{/en}}"]}});
    let outer = json!({"Chapter": {"name": "{{#ko}}가{{/ko}}{{#en}}a{{/en}}", "content": "x", "number": [1], "sub_items": [inner],
        "path": "a.md", "source_path": "a.md", "parent_names": []}});
    let book = json!({chapters: [outer, "Separator", {"PartTitle": "{{#lab-title 01}}"}], "other": null});
    let context = json!({"root": "/book", "config": {"book": {"language": language}, "preprocessor": {"kafkalab": {}}},
        "renderer": "html", "mdbook_version": "x"});
    json!([context, book]).to_string()
}

#[test]
fn books_of_both_versions_go_out_as_they_came_but_for_their_pages() {
    for chapters in ["items", "sections"] {
        let made = preprocess(&sent(chapters, &json!("ko"))).expect("made");
        let mut book: Value = serde_json::from_str(&made).expect("JSON");
        let outer = &mut book[chapters][0]["Chapter"];
        assert_eq!(outer["name"], "가");
        assert_eq!(outer["number"], json!([1]));
        assert_eq!(outer["sub_items"][0]["Chapter"]["content"], "01 단일 노드");
        assert_eq!(outer["sub_items"][0]["Chapter"]["parent_names"], json!(["가"]));
        assert_eq!(book[chapters][2]["PartTitle"], "01 단일 노드");
        assert_eq!((&book[chapters][1], &book["other"]), (&json!("Separator"), &Value::Null));
    }
}

#[test]
fn what_is_no_book_is_refused() {
    let check = |sent: &str, expected: &str| {
        let error = preprocess(sent).expect_err(sent).to_string();
        assert!(error.contains(expected), "expected {expected:?}, found {error:?}");
    };
    check("", "found EOF");
    check("{}", "found no list");
    check("[{}]", "found a list of another length");
    check(r#"[{"config":{"book":{"language":"en"}}}, {}]"#, "a book without chapters");
    check(&sent("items", &json!("fr")), "book.toml: book.language: expected \"ko\" or \"en\", found \"fr\"");
    check(&sent("items", &Value::Null), "found \"null\"");
    check(&sent("items", &json!("en")).replace("{{#lab-title 01}}", "{{#lab-title 99}}"), "b.md:1:1: {{#lab-title 99}}: no lab");
}

#[test]
fn the_books_own_pages_are_right_and_have_every_lab_and_rule() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/book/src"));
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let summary = read("SUMMARY.md");
    let files: Vec<&str> = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    for language in Language::ALL {
        let mut publisher = Publisher::new(LabSource::BuiltIn, language);
        let mut make = |file: &str| publisher.page(file, &read(file)).unwrap_or_else(|error| panic!("{error}"));
        let titles = make("SUMMARY.md");
        let whole: String = files.iter().map(|file| make(file)).collect();
        for lab in LabSource::BuiltIn.names().expect("built in") {
            let title = page(language, &format!("{{{{#lab-title {lab}}}}}"));
            assert!(titles.contains(&title) && whole.contains(&format!("# {title}\n")), "{lab} has no chapter");
        }
        for rule in crate::judge::rules::RULES {
            assert!(whole.contains(&format!("### {} ", rule.code)), "{} is in no chapter", rule.code);
        }
    }
}
