use std::sync::Arc;

use super::doubles::{Memory, WordRunner};
use crate::tui::theme::Theme;
use crate::tui::{Options, shots};

#[test]
fn every_picture_is_made_from_a_real_screen() {
    let options = || {
        Ok(Options {
            course: Arc::new(super::course::course()),
            runner: Arc::new(WordRunner),
            store: Arc::new(Memory::default()),
            theme: Theme {
                color: true,
                ..Theme::default()
            },
            own_editor: None,
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let written = shots::write(&options, folder.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    for path in &written {
        let svg = std::fs::read_to_string(path).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    }
    assert!(read("passed.svg").contains("Passed: all 3 cases"));
    assert!(read("failed.svg").contains("Not yet"));
    assert!(read("lesson.svg").contains("The end"));
}
