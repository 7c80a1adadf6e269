use super::driver::App;
use crate::tui::msg::Msg;

const SCREENS: &[&str] = &[
    "",
    "m",
    "<enter>",
    "<enter>n<enter>",
    "<enter>n/par<enter>",
    "<enter>no",
    "<enter>e",
    "<enter>e<enter>",
    "<enter>e<enter><ctrl-s>",
    "<enter>e<enter>Hello<ctrl-s>",
    "<enter>eh",
    "<enter>esy",
    "<enter>ex",
    "<enter>er",
    "<enter>ere",
    "<enter>nz",
    "<enter>nz<enter>",
    "m?",
    "m/x",
    "<enter>e4",
];

#[test]
fn no_size_panics() {
    for screen in SCREENS {
        let mut app = App::new();
        app.keys(screen);
        for width in (0..40).step_by(3).chain([59, 60, 61, 80, 109, 110, 200]) {
            for height in (0..40).step_by(3).chain([14, 15, 16]) {
                app.send(Msg::Resize(width, height));
                let _ = app.buffer();
            }
        }
        app.send(Msg::Resize(80, 24));
        let _ = app.buffer();
    }
}

#[test]
fn every_tiny_size_says_what_it_needs() {
    let mut app = App::new();
    for width in 0..40 {
        for height in 0..40 {
            app.send(Msg::Resize(width, height));
            let _ = app.buffer();
        }
    }
    app.send(Msg::Resize(40, 10));
    app.shows("terminal is 40x10, needs 60x15");
    app.send(Msg::Resize(60, 15));
    app.shows("Welcome");
}

#[test]
fn a_size_and_back_changes_nothing() {
    for screen in SCREENS
        .iter()
        .filter(|screen| !screen.contains("/par") && !screen.contains("<ctrl-s>"))
    {
        let mut app = App::new();
        app.keys(screen);
        let before = app.screen();
        for (width, height) in [(120, 40), (60, 15), (3, 3), (80, 24)] {
            app.send(Msg::Resize(width, height));
        }
        assert_eq!(app.screen(), before, "{screen:?}");
    }
}
