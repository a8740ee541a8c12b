//! The server as a machine: a message in, messages out.

use std::ops::ControlFlow;
use std::path::Path;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, Exit, Initialized, LogMessage,
    Notification as Notice, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, HoverRequest, Initialize, RegisterCapability, Request as Asked, ResolveCompletionItem,
    Shutdown,
};
use lsp_types::{CodeActionKind, CompletionItem, LogMessageParams, MessageType, PublishDiagnosticsParams, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::convert::{self, Abilities};
use super::documents::{DOCUMENTS_MAX, Documents, Open, folder_of, path};
use super::neighbours::{Neighbours, News};
use super::{complete, frames, hover};
use crate::cli::exit;
use crate::judge::lint::Options;
use crate::text::{Language, Text, lsp as say};

/// How far the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not said who it is.
    Before,
    /// It works.
    Working,
    /// It is about to leave.
    ShutDown,
}

/// The server's side of one conversation.
pub(super) struct Server {
    asked: Option<Language>,
    language: Language,
    options: Options,
    stage: Stage,
    abilities: Abilities,
    documents: Documents,
    neighbours: Neighbours,
    /// Whether the client tells of files that change, if it is asked to.
    watches: bool,
}

/// The id of the one request to the client.
const WATCH: &str = "watch";

/// What a request comes to: an answer, or why there is none.
type Answer = Result<Value, (ErrorCode, String)>;

impl Server {
    /// Nothing is said yet.
    pub fn new(asked: Option<Language>, locale: Language, options: Options) -> Self {
        let language = asked.unwrap_or(locale);
        let (abilities, documents) = (Abilities::default(), Documents::default());
        let neighbours = Neighbours::default();
        Self { asked, language, options, stage: Stage::Before, abilities, documents, neighbours, watches: false }
    }

    /// Takes a message; breaks with the exit code where it was the last one.
    pub fn take(&mut self, message: Message) -> ControlFlow<u8, Vec<Message>> {
        match message {
            Message::Request(request) => ControlFlow::Continue(vec![self.answer(request).into()]),
            Message::Notification(notice) if notice.method == Exit::METHOD => ControlFlow::Break(self.end()),
            Message::Notification(notice) if self.stage == Stage::Working => ControlFlow::Continue(self.hear(notice)),
            // a client that does not want to tell of files tells of them when they are opened or edited
            Message::Notification(_) | Message::Response(_) => ControlFlow::Continue(Vec::new()),
        }
    }

    /// The exit code now that the client is gone.
    pub fn end(&self) -> u8 {
        if self.stage == Stage::ShutDown { exit::OK } else { exit::FOUND }
    }

    /// Tells of a message that cannot be read.
    pub fn unreadable(&self, reason: &dyn std::fmt::Display) -> Message {
        self.tell(say::BAD_MESSAGE, &[("reason", reason)])
    }

    /// Tells of a message that was left out.
    pub fn too_large(&self, found: u64) -> Message {
        self.tell(say::LARGE_MESSAGE, &[("found", &found), ("limit", &frames::FRAME_MAX)])
    }

    fn tell(&self, text: Text, values: &[(&str, &dyn std::fmt::Display)]) -> Message {
        notify::<LogMessage>(LogMessageParams { typ: MessageType::WARNING, message: text.fill(self.language, values) })
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        let answer = match (self.stage, method.as_str()) {
            (Stage::Before, Initialize::METHOD) => Ok(self.begin(&params)),
            (Stage::Before, _) => Err((ErrorCode::ServerNotInitialized, "expected initialize first".to_owned())),
            (Stage::ShutDown, _) => Err((ErrorCode::InvalidRequest, "expected exit after shutdown".to_owned())),
            (Stage::Working, Initialize::METHOD) => Err((ErrorCode::InvalidRequest, "initialized already".to_owned())),
            (Stage::Working, Shutdown::METHOD) => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Working, _) => self.work(&method, params),
        };
        respond(id, answer)
    }

    /// Learns what the client can, and says what the server can.
    fn begin(&mut self, params: &Value) -> Value {
        let locale = params.get("locale").and_then(Value::as_str);
        let of_client = locale.map(|locale| Language::from_locale(|_| Some(locale.to_owned())));
        self.language = self.asked.or(of_client).unwrap_or(self.language);
        let ability = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| ability(path).and_then(Value::as_bool).unwrap_or(false);
        let formats = ability("textDocument/hover/contentFormat").and_then(Value::as_array);
        self.abilities = Abilities {
            related: can("textDocument/publishDiagnostics/relatedInformation"),
            versioned_edits: can("workspace/workspaceEdit/documentChanges"),
            markdown: formats.is_some_and(|formats| formats.iter().any(|format| format == "markdown")),
        };
        self.watches = can("workspace/didChangeWatchedFiles/dynamicRegistration");
        self.stage = Stage::Working;
        json!({
            "capabilities": {
                "positionEncoding": "utf-16",
                // 1: a change brings the whole text
                "textDocumentSync": { "openClose": true, "change": 1 },
                "codeActionProvider": { "codeActionKinds": [CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL] },
                "hoverProvider": true,
                "completionProvider": { "resolveProvider": true, "triggerCharacters": ["=", ".", ","] },
            },
            "serverInfo": { "name": "kafkalab", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn work(&self, method: &str, params: Value) -> Answer {
        match method {
            HoverRequest::METHOD => reply::<HoverRequest>(params, |params| {
                let asked = params.text_document_position_params;
                let open = self.documents.get(&asked.text_document.uri)?;
                hover::hover(open, asked.position, self.abilities.markdown, self.language)
            }),
            Completion::METHOD => reply::<Completion>(params, |params| {
                let asked = params.text_document_position;
                let open = self.documents.get(&asked.text_document.uri)?;
                Some(complete::complete(open, asked.position).into())
            }),
            ResolveCompletionItem::METHOD => reply::<ResolveCompletionItem>(params, |item: CompletionItem| {
                complete::resolve(item, self.abilities.markdown, self.language)
            }),
            CodeActionRequest::METHOD => reply::<CodeActionRequest>(params, |params| {
                let open = self.documents.get(&params.text_document.uri)?;
                let only = params.context.only.as_deref();
                // a kind stands for those below it: `source` for `source.fixAll`
                let below = |wanted: &CodeActionKind, kind: &CodeActionKind| {
                    kind.as_str().strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                let wanted = |kind: CodeActionKind| only.map(|only| only.iter().any(|wanted| below(wanted, &kind)));
                let mut actions = Vec::new();
                if wanted(CodeActionKind::QUICKFIX).unwrap_or(true) {
                    actions = convert::fixes(open, params.range, self.abilities, self.language);
                }
                // made only where it is asked for: it looks at the file once for each fix
                if wanted(CodeActionKind::SOURCE_FIX_ALL).unwrap_or(false) {
                    actions.extend(convert::fix_all(open, &self.options, self.abilities, self.language));
                }
                Some(actions)
            }),
            _ => Err((ErrorCode::MethodNotFound, format!("unknown method {method}"))),
        }
    }

    /// Hears what became of documents; what is not about them is nothing to this server.
    fn hear(&mut self, notice: Notification) -> Vec<Message> {
        let Notification { method, params } = notice;
        let heard = match method.as_str() {
            DidOpenTextDocument::METHOD => read::<<DidOpenTextDocument as Notice>::Params>(params).map(|params| {
                let document = params.text_document;
                self.look(document.uri, document.version, document.text)
            }),
            Initialized::METHOD => Ok(self.watch().into_iter().collect()),
            DidChangeWatchedFiles::METHOD => read::<<DidChangeWatchedFiles as Notice>::Params>(params).map(|params| {
                let paths: Vec<_> = params.changes.iter().map(|change| (&change.uri, path(&change.uri))).collect();
                let mut folders: Vec<&Path> = paths.iter().filter_map(|(uri, path)| folder_of(uri, path)).collect();
                folders.sort_unstable();
                folders.dedup();
                folders.into_iter().flat_map(|folder| self.look_beside(folder)).collect()
            }),
            DidChangeTextDocument::METHOD => read::<<DidChangeTextDocument as Notice>::Params>(params).map(|params| {
                let whole = params.content_changes.into_iter().rfind(|change| change.range.is_none());
                let document = params.text_document;
                let known = self.documents.get(&document.uri).is_some();
                whole.filter(|_| known).map_or_else(Vec::new, |change| self.look(document.uri, document.version, change.text))
            }),
            DidCloseTextDocument::METHOD => read::<<DidCloseTextDocument as Notice>::Params>(params).map(|params| {
                let Some(closed) = self.documents.close(&params.text_document.uri) else { return Vec::new() };
                let beside = closed.folder().map_or_else(Vec::new, |folder| self.look_beside(folder));
                let mut told = vec![publish(closed.uri, Vec::new(), None)];
                told.extend(beside);
                told
            }),
            _ => Ok(Vec::new()),
        };
        heard.unwrap_or_else(|reason| vec![self.unreadable(&reason)])
    }

    /// Asks the client to tell of files that change.
    fn watch(&self) -> Option<Message> {
        let watchers = json!([{ "globPattern": "**/*.{properties,cfg}" }]);
        let registration = json!({
            "id": WATCH,
            "method": DidChangeWatchedFiles::METHOD,
            "registerOptions": { "watchers": watchers },
        });
        let params = json!({ "registrations": [registration] });
        let request = Request::new(WATCH.to_owned().into(), RegisterCapability::METHOD.to_owned(), params);
        self.watches.then(|| request.into())
    }

    fn look(&mut self, uri: Uri, version: i32, text: String) -> Vec<Message> {
        let mut open = Open::new(uri.clone(), version, text, &self.options);
        let folder = open.folder().map(Path::to_owned);
        // what is found between it and others is as it was, until those are looked at
        if let Some(known) = self.documents.get(&uri) {
            open.between.clone_from(&known.between);
        }
        if !self.documents.keep(open) {
            return vec![self.tell(say::TOO_MANY, &[("limit", &DOCUMENTS_MAX), ("uri", &uri.as_str())])];
        }
        let mut beside =
            folder.map_or_else(Default::default, |folder| self.neighbours.look(&folder, &mut self.documents, &self.options));
        beside.documents.retain(|other| *other != uri);
        beside.documents.insert(0, uri);
        self.publish(&beside)
    }

    /// Looks at the files of a folder again.
    fn look_beside(&mut self, folder: &Path) -> Vec<Message> {
        let news = self.neighbours.look(folder, &mut self.documents, &self.options);
        self.publish(&news)
    }

    fn publish(&self, news: &News) -> Vec<Message> {
        let documents = news.documents.iter().filter_map(|uri| self.documents.get(uri)).map(|open| (open, Some(open.version)));
        let all = documents.chain(news.files.iter().map(|file| (file, None)));
        let shown = |open: &Open| convert::findings(open, self.abilities, self.language);
        all.map(|(open, version)| publish(open.uri.clone(), shown(open), version)).collect()
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

/// What a request's parameters come to.
fn reply<R: Asked>(params: Value, make: impl FnOnce(R::Params) -> R::Result) -> Answer {
    let params = read(params).map_err(|reason| (ErrorCode::InvalidParams, reason))?;
    as_value(&make(params)).map_err(|reason| (ErrorCode::InternalError, reason))
}

fn as_value(value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn respond(id: RequestId, answer: Answer) -> Response {
    match answer {
        Ok(value) => Response::new_ok(id, value),
        Err((code, message)) => Response::new_err(id, code as i32, message),
    }
}

fn notify<N: Notice>(params: N::Params) -> Message {
    Notification::new(N::METHOD.to_owned(), params).into()
}

fn publish(uri: Uri, diagnostics: Vec<lsp_types::Diagnostic>, version: Option<i32>) -> Message {
    notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version })
}
