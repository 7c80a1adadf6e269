//! The pictures in the documentation: real screens of the real course, drawn by one command.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use ratatui::layout::Size;

use super::Options;
use super::headless::Headless;
use super::msg::Msg;
use super::picture::render_svg;

/// Code that runs for a picture is waited for so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is done before a picture is taken.
enum Do {
    /// Keys are pressed.
    Keys(&'static str),
    /// The solution of the open exercise is pasted into the editor.
    PasteSolution,
}

const NARROW: Size = Size::new(80, 24);
const WIDE: Size = Size::new(120, 36);
/// From the course map into the editor of the first exercise.
const EDITOR: &str = "<home>/exercise<enter><enter><enter>";

/// Every picture: its name, the size, and what is done before.
const SHOTS: &[(&str, Size, &[Do])] = &[
    ("welcome", NARROW, &[]),
    ("home", NARROW, &[Do::Keys("m")]),
    ("lesson", NARROW, &[Do::Keys("<enter>nnnnr")]),
    ("failed", WIDE, &[Do::Keys("m"), Do::Keys(EDITOR), Do::Keys("<ctrl-s>")]),
    (
        "failed-narrow",
        NARROW,
        &[Do::Keys("m"), Do::Keys(EDITOR), Do::Keys("<ctrl-s>")],
    ),
    (
        "passed",
        WIDE,
        &[
            Do::Keys("m"),
            Do::Keys(EDITOR),
            Do::Keys("<ctrl-a>"),
            Do::PasteSolution,
            Do::Keys("<ctrl-s>"),
        ],
    ),
    ("quiz", NARROW, &[Do::Keys("<enter>z1<enter>")]),
];

/// Draws every picture into a folder and says which files there are now. Each begins with what `options` makes anew.
///
/// # Errors
/// When progress cannot be read or a picture cannot be written.
pub fn write(options: &dyn Fn() -> anyhow::Result<Options>, folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut written = Vec::new();
    for (name, size, steps) in SHOTS {
        let mut program = Headless::start(&options()?, *size, PATIENCE)?;
        for step in *steps {
            match step {
                Do::Keys(keys) => program.keys(keys),
                Do::PasteSolution => {
                    if let Some(text) = solution(&program) {
                        program.send(Msg::Paste(text));
                    }
                }
            }
        }
        program.wait();
        let path = folder.join(format!("{name}.svg"));
        std::fs::write(&path, render_svg(&program.buffer()))
            .with_context(|| format!("{} cannot be written", path.display()))?;
        program.finish();
        written.push(path);
    }
    Ok(written)
}

fn solution(program: &Headless) -> Option<String> {
    let super::model::Screen::Workspace(workspace) = &program.model.screen else {
        return None;
    };
    let open = workspace.files.get(workspace.file)?;
    let bytes = workspace.exercise.solution.get(&open.name)?;
    String::from_utf8(bytes.clone()).ok()
}
