//! The learner's files in the editor: reading, saving, drafts, changes made elsewhere.

use crate::course::exercise::Files;
use crate::tui::editor::{Edit, Editor};
use crate::tui::model::{Model, Screen};
use crate::tui::msg::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::ask::Ask;
use crate::tui::ports::{Change, Draft, Place};

use super::{Tab, Workspace};

/// A file of the learner's.
#[derive(Debug, Clone)]
pub struct OpenFile {
    /// Its path in the exercise.
    pub name: String,
    /// What is edited.
    pub editor: Editor,
    /// What is on disk, as far as is known.
    pub saved: String,
    /// Whether something was looked for in it.
    pub searched: bool,
    /// Saves under way: until they are done, what is seen on disk may be older than what is here.
    saving: usize,
    /// The text on disk where it is not what the editor makes of it: not edited, graded as it is.
    raw: Option<Vec<u8>>,
}

impl OpenFile {
    /// A file as it was read.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let language = name.rsplit('.').next().unwrap_or_default();
        let language = if language == "py" { "python" } else { language };
        let editor = Editor::new(&text, language);
        let saved = editor.text();
        Self {
            name: name.to_owned(),
            editor,
            saved,
            searched: false,
            saving: 0,
            raw: Some(bytes.to_vec()),
        }
    }

    /// Whether there are edits that are not saved.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.editor.text() != self.saved
    }

    /// What is graded.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match &self.raw {
            Some(raw) if !self.is_dirty() => raw.clone(),
            _ => self.editor.text().into_bytes(),
        }
    }
}

/// The files have been read: edits that were not saved come back, and the cursor goes where it was.
pub fn loaded(model: &mut Model, id: &str, files: &Files) {
    let drafts = model.progress.drafts.clone();
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    if workspace.exercise.id != id {
        return;
    }
    let names = workspace.exercise.manifest.files.clone();
    let read = names
        .iter()
        .map(|name| OpenFile::new(name, files.get(name).map(Vec::as_slice).unwrap_or_default()));
    workspace.files = read.collect();
    let mut returned = false;
    let mut conflict = None;
    for (index, open) in workspace.files.iter_mut().enumerate() {
        let Some(draft) = drafts.get(&(id.to_owned(), open.name.clone())) else {
            continue;
        };
        if draft.text == open.saved {
            continue;
        }
        returned = true;
        let theirs = open.saved.clone();
        open.editor.replace(&draft.text);
        if draft.base != theirs {
            conflict = Some((index, theirs));
        }
    }
    if let Some(Place::Exercise {
        tab,
        editing,
        file,
        row,
        column,
        ..
    }) = workspace.resume.take()
    {
        workspace.tab = Tab::ALL[tab.min(3)];
        workspace.editing = editing;
        workspace.file = workspace
            .files
            .iter()
            .position(|open| open.name == file)
            .unwrap_or_default();
        if let Some(open) = workspace.open_file() {
            open.editor.jump(row, column);
        }
    }
    if let Some((index, theirs)) = conflict {
        workspace.file = index;
        model.overlay = Some(Overlay::Ask(Ask::Conflict { theirs }));
    } else if returned {
        model.say("Your edits are back; they are not saved yet");
    }
    super::follow_cursor(model);
}

/// Writes what is not saved.
pub fn save(model: &mut Model) {
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    let exercise = workspace.exercise.clone();
    let mut effects = Vec::new();
    for open in workspace.files.iter_mut().filter(|open| open.is_dirty()) {
        let text = open.editor.text();
        open.saved.clone_from(&text);
        open.raw = None;
        open.saving += 1;
        effects.push(Effect::Save {
            exercise: exercise.clone(),
            file: open.name.clone(),
            text,
        });
    }
    for effect in effects {
        model.effect(effect);
    }
}

/// A file has been written, so that its draft is no longer needed; or it has not.
pub fn saved(model: &mut Model, id: &str, file: &str, text: &str, problem: Option<String>) {
    if let Some(open) = find(model, id, file) {
        open.saving = open.saving.saturating_sub(1);
    }
    if let Some(problem) = problem {
        if let Some(open) = find(model, id, file) {
            // Still unsaved: the draft stays, and the next save tries again.
            open.saved.push('\0');
        }
        return model.complain(format!("{file} could not be saved: {problem}"));
    }
    let key = (id.to_owned(), file.to_owned());
    if model.progress.drafts.get(&key).is_some_and(|draft| draft.text == text) {
        let change = Change::Draft {
            exercise: key.0,
            file: key.1,
            draft: None,
        };
        model.record(change);
    }
}

/// Keeps edits that are not saved, so that not even a crash loses them.
pub fn keep_draft(model: &mut Model) {
    let Screen::Workspace(workspace) = &model.screen else {
        return;
    };
    let Some(open) = workspace.files.get(workspace.file) else {
        return;
    };
    let draft = open.is_dirty().then(|| Draft {
        base: open.saved.clone(),
        text: open.editor.text(),
    });
    let key = (workspace.exercise.id.clone(), open.name.clone());
    if model.progress.drafts.get(&key) != draft.as_ref() {
        model.record(Change::Draft {
            exercise: key.0,
            file: key.1,
            draft,
        });
    }
}

/// A file was changed elsewhere. Without edits of the learner's it is simply read; with them they are asked.
pub fn seen(model: &mut Model, id: &str, file: &str, text: &str) {
    let Some(open) = find(model, id, file) else { return };
    let fresh = OpenFile::new(file, text.as_bytes());
    if fresh.saved == open.saved || open.saving > 0 {
        return;
    }
    if !open.is_dirty() {
        open.editor.replace(text);
        open.saved = fresh.saved;
        open.raw = fresh.raw;
        return model.say(format!("{file} was changed outside; this is the new text"));
    }
    if open.editor.text() == fresh.saved {
        open.saved = fresh.saved;
        return;
    }
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    workspace.file = workspace
        .files
        .iter()
        .position(|open| open.name == file)
        .unwrap_or_default();
    model.overlay = Some(Overlay::Ask(Ask::Conflict { theirs: fresh.saved }));
}

/// Ends a conflict. The version that loses is one undo away.
pub fn resolve(model: &mut Model, theirs: &str, keep_mine: bool) {
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    if let Some(open) = workspace.open_file() {
        let mine = open.editor.text();
        open.editor.replace(theirs);
        theirs.clone_into(&mut open.saved);
        open.raw = None;
        if keep_mine {
            open.editor.replace(&mine);
        }
    }
    keep_draft(model);
    super::follow_cursor(model);
    model.say(if keep_mine {
        "Yours is kept; saving writes it over the other. Undo shows the other"
    } else {
        "The other text is here. Undo brings yours back"
    });
}

/// The starter is back.
pub fn was_reset(model: &mut Model, id: &str, files: &Files) {
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    if workspace.exercise.id != id {
        return;
    }
    let mut changes = Vec::new();
    for open in &mut workspace.files {
        let fresh = OpenFile::new(&open.name, files.get(&open.name).map(Vec::as_slice).unwrap_or_default());
        open.editor.replace(&fresh.saved);
        open.editor.jump(0, 0);
        open.saved = fresh.saved;
        open.raw = fresh.raw;
        changes.push(Change::Draft {
            exercise: id.to_owned(),
            file: open.name.clone(),
            draft: None,
        });
    }
    workspace.results = None;
    workspace.event = None;
    workspace.tab = Tab::Code;
    for change in changes {
        model.record(change);
    }
    super::follow_cursor(model);
}

/// Copies the selection; without one, or a second time, Ctrl-C leaves as everywhere.
pub fn copy(model: &mut Model, height: usize) {
    let was_copied = std::mem::take(&mut model.copied);
    let Screen::Workspace(workspace) = &mut model.screen else {
        return;
    };
    match workspace.open_file() {
        Some(open) if open.editor.has_selection() && !was_copied => {
            open.editor.edit(Edit::Copy, height);
            model.copied = true;
            model.say("Copied; Ctrl-C again leaves the program");
        }
        _ => crate::tui::update::quit(model),
    }
}

fn find<'a>(model: &'a mut Model, id: &str, file: &str) -> Option<&'a mut OpenFile> {
    match &mut model.screen {
        Screen::Workspace(workspace) if workspace.exercise.id == id => open(workspace, file),
        _ => None,
    }
}

fn open<'a>(workspace: &'a mut Workspace, file: &str) -> Option<&'a mut OpenFile> {
    workspace.files.iter_mut().find(|open| open.name == file)
}
