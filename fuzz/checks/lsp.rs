//! A client of the language server that sends arbitrary bytes: every answer is a whole message, and there is an end to it.

use kafkalab::cli::lsp;
use serde_json::{Value, json};

/// Sends the bytes and takes the answers apart.
pub fn check(bytes: &[u8]) {
    let (output, code) = lsp::answers(bytes).expect("memory can be read and written");
    assert!(code <= 1, "{code}");
    let mut rest = &*output;
    while !rest.is_empty() {
        let header = rest.windows(4).position(|part| part == b"\r\n\r\n").expect("a header ends");
        let length = std::str::from_utf8(&rest[..header]).ok().and_then(|header| header.strip_prefix("Content-Length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("it says how long it is");
        let body: Value = serde_json::from_slice(&rest[header + 4..header + 4 + length]).expect("it is JSON");
        assert_eq!(body["jsonrpc"], "2.0");
        rest = &rest[header + 4 + length..];
    }
}

fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A conversation about one file: opened, asked about, changed, closed; and one that ends as it should.
pub fn seeds() -> Vec<Vec<u8>> {
    let uri = "file:///k/config/server.properties";
    let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 3 } });
    let asked = |id: i32, method: &str, params: &Value| json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    let told = |method: &str, params: Value| json!({ "jsonrpc": "2.0", "method": method, "params": params });
    let text = "broker.id=1 # one\nlog.dirs=/d\nzookeeper.connect=localhost:9092\nnum.io.thread=\u{d55c}\n";
    let document = json!({ "uri": uri, "languageId": "properties", "version": 1, "text": text });
    let change =
        json!({ "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 1, "character": 2 } }, "text": "x" });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 4, "character": 0 } });
    let actions = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [] } });
    let talk = [
        asked(1, "initialize", &json!({ "capabilities": {} })),
        told("initialized", json!({})),
        told("textDocument/didOpen", json!({ "textDocument": document })),
        asked(2, "textDocument/hover", &place),
        asked(3, "textDocument/completion", &place),
        asked(4, "textDocument/codeAction", &actions),
        told("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [change] })),
        told("textDocument/didClose", json!({ "textDocument": { "uri": uri } })),
        asked(5, "shutdown", &Value::Null),
        told("exit", Value::Null),
    ];
    let whole: Vec<u8> = talk.iter().flat_map(frame).collect();
    let open: Vec<u8> = [&talk[0], &talk[2], &talk[4]].into_iter().flat_map(frame).collect();
    vec![whole, open, b"Content-Length: 99999999999\r\n\r\n{}".to_vec(), b"Content-Type: x\r\n\r\n".to_vec()]
}
