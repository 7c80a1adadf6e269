use super::*;

fn editor(text: &str) -> Editor {
    Editor::new(text, "python")
}

fn apply(editor: &mut Editor, edits: &[Edit]) {
    for edit in edits {
        editor.edit(*edit, 10);
    }
}

fn type_in(editor: &mut Editor, text: &str) {
    for char in text.chars() {
        editor.edit(
            if char == '\n' {
                Edit::NewLine
            } else {
                Edit::Insert(char)
            },
            10,
        );
    }
}

#[test]
fn a_new_line_is_indented_as_python_wants_it() {
    let mut editor = editor("");
    type_in(&mut editor, "def f():\nif x:  # why\nreturn {\n1");
    assert_eq!(
        editor.text(),
        "def f():\n    if x:  # why\n        return {\n            1\n"
    );
    type_in(&mut editor, "\n}");
    let mut editor = self::editor("");
    type_in(&mut editor, "def f():\nreturn 1\nx");
    assert_eq!(editor.text(), "def f():\n    return 1\nx\n");
}

#[test]
fn undo_takes_back_words_and_whole_actions() {
    let mut editor = editor("");
    type_in(&mut editor, "one two");
    apply(&mut editor, &[Edit::Undo]);
    assert_eq!(editor.text(), "one\n");
    apply(&mut editor, &[Edit::Undo]);
    assert_eq!(editor.text(), "");
    apply(&mut editor, &[Edit::Redo, Edit::Redo]);
    assert_eq!(editor.text(), "one two\n");
}

#[test]
fn tab_on_a_selection_indents_it_and_is_one_action() {
    let mut editor = editor("a\nb\nc");
    apply(
        &mut editor,
        &[Edit::Select(Move::Down), Edit::Select(Move::End), Edit::Indent],
    );
    assert_eq!(editor.text(), "    a\n    b\nc\n");
    assert!(editor.has_selection());
    apply(&mut editor, &[Edit::Dedent]);
    assert_eq!(editor.text(), "a\nb\nc\n");
    apply(&mut editor, &[Edit::Undo, Edit::Undo]);
    assert_eq!(editor.text(), "a\nb\nc\n");
}

#[test]
fn a_selection_that_ends_at_a_margin_leaves_that_line_alone() {
    let mut editor = editor("a\nb");
    apply(&mut editor, &[Edit::Select(Move::Down), Edit::Indent]);
    assert_eq!(editor.text(), "    a\nb\n");
}

#[test]
fn typing_replaces_the_selection_in_one_action() {
    let mut editor = editor("abc");
    apply(&mut editor, &[Edit::SelectAll, Edit::Insert('x')]);
    assert_eq!(editor.text(), "x\n");
    apply(&mut editor, &[Edit::Undo]);
    assert_eq!(editor.text(), "abc\n");
}

#[test]
fn cut_copy_and_paste() {
    let mut editor = editor("one\ntwo");
    apply(&mut editor, &[Edit::Cut]);
    assert_eq!(editor.text(), "two\n");
    apply(
        &mut editor,
        &[Edit::Move(Move::End), Edit::Move(Move::Bottom), Edit::Paste],
    );
    assert_eq!(editor.text(), "twoone\n");
    apply(&mut editor, &[Edit::SelectAll, Edit::Copy]);
    assert!(editor.has_selection());
    apply(&mut editor, &[Edit::Move(Move::Right), Edit::Paste]);
    assert!(editor.text().matches("twoone").count() == 2, "{}", editor.text());
}

#[test]
fn home_goes_to_the_text_first() {
    let mut editor = editor("    x = 1");
    apply(&mut editor, &[Edit::Move(Move::End), Edit::Move(Move::Home)]);
    assert_eq!(editor.cursor(), (0, 4));
    apply(&mut editor, &[Edit::Move(Move::Home)]);
    assert_eq!(editor.cursor(), (0, 0));
}

#[test]
fn up_and_down_keep_their_column() {
    let mut editor = editor("long line\nx\nlong line");
    apply(&mut editor, &[Edit::Move(Move::End), Edit::Move(Move::Down)]);
    assert_eq!(editor.cursor(), (1, 1));
    apply(&mut editor, &[Edit::Move(Move::Down)]);
    assert_eq!(editor.cursor(), (2, 9));
}

#[test]
fn left_and_right_leave_a_selection_at_its_ends() {
    let mut editor = editor("abcdef");
    apply(
        &mut editor,
        &[
            Edit::Select(Move::Right),
            Edit::Select(Move::Right),
            Edit::Move(Move::Left),
        ],
    );
    assert_eq!(editor.cursor(), (0, 0));
}

#[test]
fn backspace_in_the_indent_goes_back_a_stop() {
    let mut editor = editor("        x");
    apply(&mut editor, &[Edit::Move(Move::Home), Edit::Backspace]);
    assert_eq!(editor.text(), "    x\n");
}

#[test]
fn comments_come_and_go() {
    let mut editor = editor("  a\n\n    b");
    apply(&mut editor, &[Edit::SelectAll, Edit::Comment]);
    assert_eq!(editor.text(), "  # a\n\n  #   b\n");
    apply(&mut editor, &[Edit::Comment]);
    assert_eq!(editor.text(), "  a\n\n    b\n");
}

#[test]
fn search_goes_around() {
    let mut editor = editor("one\nTwo one\none");
    editor.set_needle("ONE");
    assert!(editor.find(true));
    assert_eq!(editor.selection(), Some(((1, 4), (1, 7))));
    editor.find(true);
    editor.find(true);
    assert_eq!(editor.selection(), Some(((0, 0), (0, 3))));
    editor.find(false);
    assert_eq!(editor.selection(), Some(((2, 0), (2, 3))));
    editor.set_needle("none");
    assert!(!editor.find(true));
}

#[test]
fn pasted_text_is_cleaned() {
    let mut editor = editor("");
    editor.insert("a\r\n\tb\u{1b}[0m");
    assert_eq!(editor.text(), "a\n    b[0m\n");
}

#[test]
fn an_edit_takes_the_mark_away() {
    let mut editor = editor("a");
    editor.set_mark(Some(1));
    apply(&mut editor, &[Edit::Move(Move::Right)]);
    assert_eq!(editor.mark, Some(1));
    apply(&mut editor, &[Edit::Insert('b')]);
    assert_eq!(editor.mark, None);
}

mod any_edits {
    use proptest::prelude::*;

    use super::*;

    fn edit() -> impl Strategy<Value = Edit> {
        let motion = prop::sample::select(vec![
            Move::Left,
            Move::Right,
            Move::Up,
            Move::Down,
            Move::WordLeft,
            Move::WordRight,
            Move::Home,
            Move::End,
            Move::PageUp,
            Move::PageDown,
            Move::Top,
            Move::Bottom,
        ]);
        let plain = prop::sample::select(vec![
            Edit::NewLine,
            Edit::Backspace,
            Edit::Delete,
            Edit::DeleteWord,
            Edit::Indent,
            Edit::Dedent,
            Edit::Comment,
            Edit::Undo,
            Edit::Redo,
            Edit::Cut,
            Edit::Copy,
            Edit::Paste,
            Edit::SelectAll,
        ]);
        prop_oneof![
            motion.clone().prop_map(Edit::Move),
            motion.prop_map(Edit::Select),
            plain,
            prop::sample::select(vec!['a', ' ', ':', '#', 'é', '漢']).prop_map(Edit::Insert),
        ]
    }

    proptest! {
        #[test]
        fn can_be_undone_to_the_beginning(text in "[a-c é漢#:\n]{0,60}", edits in prop::collection::vec(edit(), 0..60)) {
            let mut editor = editor(&text);
            let begin = editor.text();
            for edit in &edits {
                editor.edit(*edit, 5);
                editor.follow(ratatui::layout::Rect::new(0, 0, 20, 5));
            }
            while editor.can(Edit::Undo) {
                editor.edit(Edit::Undo, 5);
            }
            prop_assert_eq!(editor.text(), begin);
        }
    }
}
