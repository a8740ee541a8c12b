//! Findings and their fixes as the protocol writes them.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity,
    DocumentChanges, Location, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit,
    WorkspaceEdit,
};

use super::documents::{Open, Places};
use crate::judge::diagnostic::{Diagnostic, Fix, Severity};
use crate::judge::lint::{Options, fix};
use crate::text::layout::{head, width};
use crate::text::{Language, Text, lsp as say};

/// The columns of a corrected line in the name of a fix.
const LINE_COLUMNS: usize = 80;

/// What a client can do with findings and edits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// It shows other places beside a finding.
    pub related: bool,
    /// It takes edits of one version of a document.
    pub versioned_edits: bool,
    /// It shows Markdown.
    pub markdown: bool,
}

/// What was found in a document.
pub(super) fn findings(open: &Open, abilities: Abilities, language: Language) -> Vec<Shown> {
    let places = open.places();
    open.findings.iter().chain(&open.between).map(|found| finding(open, &places, found, abilities, language)).collect()
}

fn finding(open: &Open, places: &Places<'_>, found: &Diagnostic, abilities: Abilities, language: Language) -> Shown {
    let said = [Some(&found.title), Some(&found.primary.text), found.you_will_see.as_ref(), found.help.as_ref()];
    let mut lines: Vec<String> = said.into_iter().flatten().map(|message| message.say(language)).collect();
    lines.dedup();
    let related = found.secondary.iter().map(|label| DiagnosticRelatedInformation {
        location: Location { uri: open.uri.clone(), range: places.range(&label.range) },
        message: label.text.say(language),
    });
    let related: Vec<_> = if abilities.related { related.collect() } else { Vec::new() };
    Shown {
        range: places.range(&found.primary.range),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(found.code.to_owned())),
        source: Some("kafkalab".to_owned()),
        message: lines.join("\n"),
        related_information: Some(related).filter(|related| !related.is_empty()),
        ..Shown::default()
    }
}

/// The fixes of what was found in a part of a document, the certain ones first.
pub(super) fn fixes(open: &Open, part: Range, abilities: Abilities, language: Language) -> Vec<CodeActionOrCommand> {
    let places = open.places();
    let part = places.byte(part.start)..places.byte(part.end);
    let touches = |found: &&Diagnostic| found.primary.range.start <= part.end && part.start <= found.primary.range.end;
    let mut fixable: Vec<(&Diagnostic, &Fix)> =
        open.findings.iter().filter(touches).filter_map(|found| Some((found, found.fix.as_ref()?))).collect();
    fixable.sort_by_key(|(_, fix)| !fix.safe);
    let action = |(found, fix): (&Diagnostic, &Fix)| {
        let edit =
            |edit: &crate::judge::diagnostic::Edit| TextEdit { range: places.range(&edit.range), new_text: edit.text.clone() };
        let edits = fix.edits.iter().map(edit).collect();
        CodeActionOrCommand::CodeAction(CodeAction {
            title: title(found, fix, language),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![finding(open, &places, found, abilities, language)]),
            edit: Some(workspace_edit(open, edits, abilities)),
            is_preferred: Some(fix.safe),
            ..CodeAction::default()
        })
    };
    fixable.into_iter().map(action).collect()
}

/// What a fix is called: the line as it reads then, or the mistake where that line is gone.
fn title(found: &Diagnostic, fix: &Fix, language: Language) -> String {
    let corrected = found.corrected_line().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    let line = corrected.unwrap_or_else(|| found.title.say(language));
    let line = if width(&line) > LINE_COLUMNS { format!("{}…", head(&line, LINE_COLUMNS - 1)) } else { line };
    let name: Text = if fix.safe { say::FIX } else { say::FIX_GUESS };
    name.fill(language, &[("line", &line)])
}

/// All fixes of a document that are certain, made together; `None` where there is none.
pub(super) fn fix_all(open: &Open, options: &Options, abilities: Abilities, language: Language) -> Option<CodeActionOrCommand> {
    let fixed = fix::fix(&open.input, options, false);
    let new_text = String::from_utf8(fixed.bytes).ok().filter(|_| fixed.count > 0)?;
    let edit = TextEdit { range: open.places().range(&(0..open.input.bytes.len())), new_text };
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: say::FIX_ALL.get(language).to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(workspace_edit(open, vec![edit], abilities)),
        ..CodeAction::default()
    }))
}

fn workspace_edit(open: &Open, edits: Vec<TextEdit>, abilities: Abilities) -> WorkspaceEdit {
    if abilities.versioned_edits {
        let edits = edits.into_iter().map(OneOf::Left).collect();
        let text_document = OptionalVersionedTextDocumentIdentifier { uri: open.uri.clone(), version: Some(open.version) };
        let changes = DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }]);
        return WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() };
    }
    WorkspaceEdit { changes: Some([(open.uri.clone(), edits)].into()), ..WorkspaceEdit::default() }
}
