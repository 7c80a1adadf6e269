use std::sync::Arc;

use super::driver::{App, styled};
use crate::tui::theme::{Appearance, Theme};

const SCENES: &[(&str, &str)] = &[
    ("welcome", ""),
    ("home", "m"),
    ("lesson", "<enter>n"),
    ("lesson_run", "<enter>n<enter>"),
    ("lesson_end", "<enter>n<end>"),
    ("lesson_search", "<enter>n/memory<enter>"),
    ("outline", "<enter>no"),
    ("brief", "<enter>e"),
    ("editor", "<enter>e<enter>"),
    ("failed", "<enter>e<enter><ctrl-s>"),
    ("passed", "<enter>e<enter>Hello<ctrl-s>"),
    ("not_loaded", "<enter>e<enter>boom<ctrl-s>"),
    ("running", "<enter>e<enter>slow<ctrl-s>"),
    ("log", "<enter>e<enter><ctrl-s>4"),
    ("hints", "<enter>ehh"),
    ("ask_solution", "<enter>es"),
    ("solution", "<enter>esy"),
    ("events", "<enter>er"),
    ("question", "<enter>nz"),
    ("answered", "<enter>nz<down><enter>"),
    ("typed_question", "<enter>nz<enter><enter>1<enter><enter>aws"),
    (
        "quiz_done",
        "<enter>nz<down><enter><enter>1<enter><enter>aws<enter><enter>",
    ),
    ("help", "m?"),
];

fn snapshots(width: u16, height: u16) {
    for (name, keys) in SCENES {
        let mut app = App::start(Arc::default(), width, height);
        app.keys(keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), app.screen());
    }
}

#[test]
fn at_80_by_24() {
    snapshots(80, 24);
}

#[test]
fn at_60_by_15() {
    snapshots(60, 15);
}

#[test]
fn at_120_by_40() {
    snapshots(120, 40);
}

#[test]
fn styles() {
    let themes = [
        (
            "dark",
            Theme {
                color: true,
                ..Theme::default()
            },
        ),
        (
            "light",
            Theme {
                color: true,
                appearance: Appearance::Light,
                ascii: false,
            },
        ),
        ("no_color", Theme::default()),
        (
            "ascii",
            Theme {
                ascii: true,
                ..Theme::default()
            },
        ),
    ];
    for (name, theme) in themes {
        for (scene, keys) in [
            ("lesson", "<enter>n"),
            ("failed", "<enter>e<enter><ctrl-s>"),
            ("home", "m"),
        ] {
            let mut app = App::with_theme(Arc::default(), 80, 24, theme);
            app.keys(keys);
            insta::assert_snapshot!(format!("style_{scene}_{name}"), styled(&app.buffer()));
        }
    }
}

#[test]
fn ascii_is_ascii() {
    for (name, keys) in SCENES {
        let theme = Theme {
            ascii: true,
            color: true,
            ..Theme::default()
        };
        let mut app = App::with_theme(Arc::default(), 80, 24, theme);
        app.keys(keys);
        assert!(app.screen().is_ascii(), "{name}\n{}", app.screen());
    }
}

#[test]
fn no_color_has_no_color() {
    for (name, keys) in SCENES {
        let mut app = App::with_theme(Arc::default(), 80, 24, Theme::default());
        app.keys(keys);
        let colors = app
            .buffer()
            .content
            .iter()
            .any(|cell| cell.fg != ratatui::style::Color::Reset);
        assert!(!colors, "{name}");
    }
}
