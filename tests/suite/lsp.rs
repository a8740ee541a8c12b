//! `kafkalab lsp` as an editor meets it: a conversation over standard input and output.

use kafkalab::process::spawn::Command;
use serde_json::{Value, json};

use crate::support::DEADLINE;

const URI: &str = "file:///etc/kafka/server.properties";
const CLEAN: &str = "broker.id=0\nlog.dirs=/data\nzookeeper.connect=zk:2181\n";

fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn request(id: i32, method: &str, params: Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
}

fn notice(method: &str, params: Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
}

/// The beginning of every conversation, by a client that can do everything.
fn initialize(locale: &str) -> Vec<u8> {
    let document = json!({ "publishDiagnostics": { "relatedInformation": true }, "hover": { "contentFormat": ["markdown"] } });
    let workspace = json!({ "workspaceEdit": { "documentChanges": true } });
    let capabilities = json!({ "textDocument": document, "workspace": workspace });
    let params = json!({ "processId": null, "rootUri": null, "locale": locale, "capabilities": capabilities });
    [request(0, "initialize", params), notice("initialized", json!({}))].concat()
}

fn open(uri: &str, text: &str) -> Vec<u8> {
    let document = json!({ "uri": uri, "languageId": "properties", "version": 1, "text": text });
    notice("textDocument/didOpen", json!({ "textDocument": document }))
}

fn change(version: i32, text: &str) -> Vec<u8> {
    let document = json!({ "uri": URI, "version": version });
    notice("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }))
}

/// Asks about a place in the document.
fn ask(id: i32, method: &str, line: u32, character: u32) -> Vec<u8> {
    let place = json!({ "line": line, "character": character });
    request(id, method, json!({ "textDocument": { "uri": URI }, "position": place }))
}

fn actions(id: i32, line: u32, only: &Value) -> Vec<u8> {
    let range = range(line, 0, 99);
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = only.clone();
    }
    request(id, "textDocument/codeAction", json!({ "textDocument": { "uri": URI }, "range": range, "context": context }))
}

fn leave() -> Vec<u8> {
    [request(99, "shutdown", Value::Null), notice("exit", Value::Null)].concat()
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}

/// What the server said, and the code that it ended with.
struct Said {
    messages: Vec<Value>,
    code: i32,
}

impl Said {
    fn answer(&self, id: i32) -> &Value {
        self.messages.iter().find(|message| message["id"] == id).expect("an answer")
    }

    fn result(&self, id: i32) -> &Value {
        let answer = self.answer(id);
        assert!(answer.get("result").is_some(), "{answer}");
        &answer["result"]
    }

    fn error(&self, id: i32) -> i64 {
        self.answer(id)["error"]["code"].as_i64().expect("an error")
    }

    fn notices(&self, method: &str) -> Vec<&Value> {
        self.messages.iter().filter(|message| message["method"] == method).map(|message| &message["params"]).collect()
    }

    fn labels(&self, id: i32) -> Vec<&str> {
        let items = self.result(id).as_array().expect("items");
        items.iter().filter_map(|item| item["label"].as_str()).collect()
    }
}

async fn converse(arguments: &[&str], parts: &[Vec<u8>]) -> Said {
    let program = env!("CARGO_BIN_EXE_kafkalab");
    let command = Command::new(program).arg("lsp").args(arguments).env("LC_ALL", "C.UTF-8");
    let output = command.output(&parts.concat(), 50_000_000, DEADLINE).await.expect("the program is there");
    assert_eq!(output.stderr.text(), "");
    let mut messages = Vec::new();
    let text = output.stdout.text();
    let mut rest = text.as_str();
    while let Some(after) = rest.strip_prefix("Content-Length: ") {
        let (length, after) = after.split_once("\r\n\r\n").expect("an empty line");
        let (body, after) = after.split_at(length.parse().expect("a length"));
        messages.push(serde_json::from_str(body).expect("JSON"));
        rest = after;
    }
    assert_eq!(rest, "");
    Said { messages, code: output.ended.code() }
}

#[tokio::test]
async fn mistakes_are_shown_at_their_places_and_go_with_the_document() {
    // a flag behind Korean and a sign that takes two units, a guess, and a place that another one has to do with
    let text =
        format!("# 브로커 😀\n{CLEAN}broker.rack=서울😀 # 랙\nnum.partitons=3\nport=1\nnum.io.threads=1\nnum.io.threads=2\n");
    let close = notice("textDocument/didClose", json!({ "textDocument": { "uri": URI } }));
    let said = converse(&[], &[initialize("en"), open(URI, &text), change(2, CLEAN), close, leave()]).await;
    assert_eq!(said.code, 0);
    assert_eq!(said.result(0)["capabilities"]["positionEncoding"], "utf-16");
    let published = said.notices("textDocument/publishDiagnostics");
    assert!(published.iter().all(|params| params["uri"] == URI));
    assert_eq!(published.iter().map(|params| &params["version"]).collect::<Vec<_>>(), [&json!(1), &json!(2), &Value::Null]);
    let found = published[0]["diagnostics"].as_array().expect("findings");
    let places: Vec<_> = found.iter().map(|found| (found["code"].as_str().unwrap_or(""), &found["range"])).collect();
    let expected =
        [("KL420", range(4, 16, 20)), ("KL401", range(5, 0, 13)), ("KL403", range(6, 0, 4)), ("KL431", range(7, 0, 14))];
    assert_eq!(places, expected.iter().map(|(code, range)| (*code, range)).collect::<Vec<_>>());
    assert!(found.iter().all(|found| found["severity"] == 2 && found["source"] == "kafkalab"));
    let message = found[1]["message"].as_str().unwrap_or("");
    assert!(message.contains("Did you mean num.partitions?") && message.contains("Correct the name"), "{message}");
    assert_eq!(found[3]["relatedInformation"][0]["location"], json!({ "uri": URI, "range": range(8, 0, 14) }));
    assert_eq!((&published[1]["diagnostics"], &published[2]["diagnostics"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn files_of_one_cluster_are_held_against_each_other_while_they_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let uri = |name: &str| format!("file://{}", path(name).display());
    let (first, second) = (uri("server-1.properties"), uri("server-2.properties"));
    std::fs::write(path("server-1.properties"), CLEAN).expect("written");
    let edit = |uri: &str, version: i32, text: &str| {
        let document = json!({ "uri": uri, "version": version });
        notice("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }))
    };
    let watched = notice("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": first, "type": 2 }] }));
    let parts = [initialize("en"), open(&second, CLEAN), open(&first, &CLEAN.replace("id=0", "id=1")), watched, leave()];
    let said = converse(&[], &parts).await;
    let codes = |params: &Value| -> Vec<String> {
        let found = params["diagnostics"].as_array().expect("findings");
        found.iter().filter_map(|found| found["code"].as_str().map(str::to_owned)).collect()
    };
    let told = |said: &Said| -> Vec<(bool, Vec<String>)> {
        let published = said.notices("textDocument/publishDiagnostics");
        published.iter().map(|params| (params["uri"] == json!(first), codes(params))).collect()
    };
    let same = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    // the second has the id of the first on disk; once that is open, what stands in the editor counts
    let expected = [(false, same(&["KL601"])), (true, same(&[])), (false, same(&[]))];
    assert_eq!(told(&said), expected);
    let parts = [
        initialize("en"),
        open(&first, CLEAN),
        open(&second, CLEAN),
        edit(
            &second,
            2,
            &CLEAN.replace("broker.id=0\n", "broker.id=2\nlisteners=PLAINTEXT://:9093\n").replace("/data", "/other"),
        ),
        leave(),
    ];
    let expected = [(true, same(&[])), (false, same(&["KL601"])), (false, same(&[]))];
    assert_eq!(told(&converse(&[], &parts).await), expected);
    let register = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let begin = request(0, "initialize", json!({ "capabilities": register }));
    let said = converse(&[], &[begin, notice("initialized", json!({})), leave()]).await;
    assert_eq!(said.notices("client/registerCapability").len(), 1);
}

#[tokio::test]
async fn the_kind_is_told_as_the_linter_tells_it() {
    let uris = ["file:///etc/zookeeper.properties", "file:///etc/my.properties", "file:///etc/application.properties"];
    let texts = ["clientPort=2181\n", "bootstrap.servers=h:9092\ngroup.id=g\nauto.offset.rest=latest\n", "port=1\n"];
    let opened: Vec<Vec<u8>> = uris.iter().zip(texts).map(|(uri, text)| open(uri, text)).collect();
    let said = converse(&[], &[&[initialize("en")], &opened[..], &[leave()]].concat()).await;
    let published = said.notices("textDocument/publishDiagnostics");
    let codes = |at: usize| published[at]["diagnostics"].as_array().expect("findings").iter().map(|found| &found["code"]);
    let codes: Vec<Vec<_>> = (0..3).map(|at| codes(at).collect()).collect();
    assert_eq!(codes, [vec!["KL303"], vec!["KL701"], vec![]]);
}

#[tokio::test]
async fn fixes_are_offered_and_guesses_are_marked() {
    let text = "broker.id=\"0\"\nlog.dirs=/data\nzookeeper.connect=zk:2181\nnum.partitons=3\n";
    let all = actions(3, 0, &json!(["source.fixAll"]));
    let parts = [initialize("en"), open(URI, text), actions(1, 0, &Value::Null), actions(2, 3, &json!(["quickfix"])), all];
    let said = converse(&[], &[&parts[..], &[actions(4, 1, &Value::Null), leave()]].concat()).await;
    let edits = |id: i32| {
        let change = &said.result(id)[0]["edit"]["documentChanges"][0];
        assert_eq!(change["textDocument"], json!({ "uri": URI, "version": 1 }));
        &change["edits"]
    };
    let name = |id: i32| (&said.result(id)[0]["title"], &said.result(id)[0]["isPreferred"]);
    assert_eq!(name(1), (&json!("Fix: broker.id=0"), &json!(true)));
    assert_eq!(edits(1), &json!([{ "range": range(0, 10, 13), "newText": "0" }]));
    assert_eq!(said.result(1)[0]["diagnostics"][0]["code"], "KL421");
    assert_eq!(name(2), (&json!("Fix (a guess, look at it): num.partitions=3"), &json!(false)));
    assert_eq!(edits(2), &json!([{ "range": range(3, 0, 13), "newText": "num.partitions" }]));
    assert_eq!(said.result(3)[0]["kind"], "source.fixAll");
    assert_eq!(edits(3)[0]["newText"], text.replace('"', ""));
    assert_eq!(said.result(4), &json!([]));
}

#[tokio::test]
async fn keys_are_explained_in_the_clients_language() {
    let text = format!("# c\n{CLEAN}port=9092\nacks=all\n");
    let parts = |locale| {
        let places = [(2, 3), (4, 2), (5, 1), (0, 1)];
        let asks = places.iter().zip(1..).map(|((line, character), id)| ask(id, "textDocument/hover", *line, *character));
        [initialize(locale), open(URI, &text)].into_iter().chain(asks).chain([leave()]).collect::<Vec<_>>()
    };
    let english = converse(&[], &parts("en-US")).await;
    let korean = converse(&[], &parts("ko")).await;
    let asked = converse(&["--lang", "ko", "--stdio"], &parts("en")).await;
    let said = |said: &Said, id: i32| said.result(id)["contents"]["value"].as_str().unwrap_or_default().to_owned();
    for part in ["`log.dirs`", "The folders of the records", "Type: `STRING`", "Default: none", "Dynamic: no"] {
        assert!(said(&english, 1).contains(part), "{part}: {}", said(&english, 1));
    }
    assert_eq!(english.result(1)["range"], range(2, 0, 8));
    assert!(said(&english, 2).contains("Gone since Kafka 3.0. Instead: `listeners`"));
    assert_eq!((english.result(3), english.result(4)), (&Value::Null, &Value::Null));
    assert!(said(&korean, 1).contains("기본값: 없음") && said(&korean, 1).contains("레코드를 두는 폴더들"));
    assert_eq!(korean.result(1), asked.result(1));
}

#[tokio::test]
async fn keys_and_values_are_completed() {
    let text = "broker.id=0\nlog.cleanup.policy=delete, \nlog.cl\n\n# c\nauto.create.topics.enable=\n";
    let places = [(1, 27), (2, 6), (3, 0), (4, 3), (5, 26), (0, 10)];
    let asks = places.iter().zip(1..).map(|((line, character), id)| ask(id, "textDocument/completion", *line, *character));
    let item = json!({ "label": "log.dirs", "data": { "kind": "broker", "key": "log.dirs" } });
    let resolve = request(7, "completionItem/resolve", item);
    let parts: Vec<Vec<u8>> = [initialize("en"), open(URI, text)].into_iter().chain(asks).chain([resolve, leave()]).collect();
    let said = converse(&[], &parts).await;
    assert_eq!(said.labels(1), ["compact", "delete"]);
    assert_eq!(said.result(1)[0]["textEdit"], json!({ "range": range(1, 27, 27), "newText": "compact" }));
    let keys = said.labels(2);
    assert!(keys.contains(&"log.cleaner.enable") && !keys.contains(&"broker.id") && keys == said.labels(3), "{keys:?}");
    let cleaner = said.result(2).as_array().and_then(|items| items.iter().find(|item| item["label"] == "log.cleaner.enable"));
    let cleaner = cleaner.expect("it is there");
    assert_eq!(cleaner["textEdit"], json!({ "range": range(2, 0, 6), "newText": "log.cleaner.enable=" }));
    assert_eq!(cleaner["detail"], "BOOLEAN = true");
    assert_eq!(said.labels(5), ["true", "false"]);
    assert!(said.labels(4).is_empty() && said.labels(6).is_empty());
    let explained = said.result(7)["documentation"]["value"].as_str().unwrap_or_default();
    assert!(explained.contains("The folders of the records"), "{explained}");
}

#[tokio::test]
async fn bad_input_is_told_and_nothing_ends() {
    let huge = "x".repeat(2 * 1024 * 1024);
    let raw = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let parts = [
        b"hello, is anybody there\r\n\r\n".to_vec(),
        ask(1, "textDocument/hover", 0, 0),
        initialize("en"),
        raw("{ no JSON"),
        raw("[]"),
        raw(&"[".repeat(10_000)),
        request(2, "textDocument/nothing", json!({})),
        request(3, "textDocument/hover", json!({ "position": 7 })),
        notice("textDocument/didOpen", json!({ "textDocument": 1 })),
        notice("$/setTrace", json!({ "value": "off" })),
        ask(4, "textDocument/hover", u32::MAX, u32::MAX),
        open(URI, &huge),
        ask(5, "textDocument/completion", 0, 1),
        open(URI, "broker.id=\\u12"),
        ask(6, "textDocument/completion", u32::MAX, u32::MAX),
        actions(7, 0, &Value::Null),
        request(8, "initialize", json!({})),
        request(9, "shutdown", Value::Null),
        ask(10, "textDocument/hover", 0, 0),
        notice("exit", Value::Null),
    ];
    let said = converse(&[], &parts).await;
    assert_eq!(said.code, 0);
    assert_eq!([1, 2, 3, 8, 10].map(|id| said.error(id)), [-32002, -32601, -32602, -32600, -32600]);
    assert_eq!(said.notices("window/logMessage").len(), 4);
    let published = said.notices("textDocument/publishDiagnostics");
    let codes: Vec<_> = published.iter().map(|params| &params["diagnostics"][0]["code"]).collect();
    assert_eq!(codes, ["KL440", "KL437"]);
    assert_eq!((said.result(4), said.result(5), said.result(7)), (&Value::Null, &json!([]), &json!([])));
}

#[tokio::test]
async fn the_exit_code_tells_whether_it_was_shut_down() {
    let exit = || notice("exit", Value::Null);
    assert_eq!(converse(&[], &[initialize("en"), exit()]).await.code, 1);
    assert_eq!(converse(&[], &[exit()]).await.code, 1);
    assert_eq!(converse(&[], &[initialize("en")]).await.code, 1);
    assert_eq!(converse(&[], &[initialize("en"), request(1, "shutdown", Value::Null)]).await.code, 0);
}
