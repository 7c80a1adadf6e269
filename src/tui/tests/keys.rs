use super::driver::App;
use crate::tui::key::Key;
use crate::tui::keymap::{self, Context};
use crate::tui::msg::Msg;
use crate::tui::update::{lookup, update};
use crate::tui::view::foot_entries;

/// Every screen, and the keys that lead there.
const SCREENS: &[&str] = &[
    "",
    "m",
    "m/life",
    "m/life<enter>",
    "<enter>",
    "<enter>n",
    "<enter>n<end>",
    "<enter>n/paragraph<enter>",
    "<enter>no",
    "<enter>e",
    "<enter>e2",
    "<enter>e3",
    "<enter>e<enter>",
    "<enter>e<enter><ctrl-s>",
    "<enter>e<enter>Hello<ctrl-s>",
    "<enter>e<enter>slow<ctrl-s>",
    "<enter>eh",
    "<enter>es",
    "<enter>esy",
    "<enter>ex",
    "<enter>er",
    "<enter>ere",
    "<enter>nz",
    "<enter>nz<enter>",
    "<enter>nz<enter><enter>",
    "<enter>nz<enter><enter><space><enter><enter>",
    "<enter>nz<enter><enter><space><enter><enter>x<enter>",
    "<enter>nz<enter><enter><space><enter><enter>x<enter><enter>",
    "m?",
    "m?<end>",
];

/// Every key of the key map and every plain letter.
fn all_keys() -> Vec<Key> {
    let mapped = keymap::bindings()
        .iter()
        .flat_map(|binding| binding.keys.iter().copied());
    let typed = (' '..='~').filter_map(|char| Key::parse(&char.to_string()));
    let mut keys: Vec<Key> = mapped.chain(typed).collect();
    keys.extend(Key::parse_all("<f2><alt-x><ctrl-l>é"));
    keys
}

#[test]
fn no_key_breaks_any_screen() {
    for screen in SCREENS {
        let mut app = App::new();
        app.keys(screen);
        for key in all_keys() {
            let mut model = app.model.clone();
            update(&mut model, Msg::Key(key));
            for (width, height) in [(80, 24), (60, 15), (120, 40), (10, 3)] {
                update(&mut model, Msg::Resize(width, height));
            }
            std::mem::swap(&mut app.model, &mut model);
            let _ = app.buffer();
            std::mem::swap(&mut app.model, &mut model);
        }
    }
}

#[test]
fn every_key_that_a_screen_shows_does_something() {
    for screen in SCREENS {
        let mut app = App::new();
        app.keys(screen);
        let before = app.screen();
        let contexts = app.model.contexts();
        for (keys, label) in foot_entries(&app.model) {
            if label == "help" && keys == "F1" {
                continue;
            }
            let bindings = contexts.iter().flat_map(|context| keymap::of(*context));
            let named: Vec<Key> = bindings
                .filter(|binding| binding.label == label)
                .map(|binding| binding.keys[0])
                .collect();
            let acts = named.iter().any(|key| {
                let mut model = app.model.clone();
                let effects = update(&mut model, Msg::Key(*key));
                std::mem::swap(&mut app.model, &mut model);
                let after = app.screen();
                std::mem::swap(&mut app.model, &mut model);
                !effects.is_empty() || after != before
            });
            assert!(acts, "{keys} ({label}) does nothing after {screen:?}\n{before}");
        }
    }
}

#[test]
fn every_screen_can_be_left_by_its_own_keys() {
    for screen in SCREENS {
        let mut app = App::new();
        app.keys(screen);
        for _ in 0..6 {
            app.keys("<esc>");
        }
        app.keys("q");
        for _ in 0..2 {
            if !app.left {
                app.keys("q");
            }
        }
        assert!(app.left, "{screen:?} is a trap\n{}", app.screen());
    }
}

#[test]
fn help_lists_every_binding() {
    let mut app = App::new();
    app.send(Msg::Resize(80, 250));
    app.keys("m?");
    let screen = app.screen();
    for context in keymap::contexts() {
        assert!(screen.contains(keymap::name(context)), "{context:?}");
    }
    for binding in keymap::bindings() {
        assert!(screen.contains(binding.label), "{}", binding.label);
    }
}

#[test]
fn typed_letters_are_letters_in_an_editor() {
    let mut app = App::new();
    app.keys("<enter>e<enter>");
    assert_eq!(
        app.model.contexts(),
        [Context::CodeEditor, Context::Editor, Context::Anywhere]
    );
    for key in (' '..='~').filter_map(|char| Key::parse(&char.to_string())) {
        assert_eq!(lookup(&app.model, key), None, "{key}");
    }
}

/// A cat on the keyboard, while the window is resized and files change: nothing panics.
#[test]
fn any_keys_in_any_order() {
    let keys = all_keys();
    let mut seed: usize = 7;
    let mut random = move |limit: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    };
    let mut app = App::new();
    for step in 0..6_000 {
        let msg = match random(60) {
            0 => Msg::Resize(u16::try_from(random(130)).unwrap(), u16::try_from(random(45)).unwrap()),
            1 => Msg::Resize(80, 24),
            2 => Msg::Paste("pasted\n\ttext é 漢字".to_owned()),
            3 => Msg::Seen {
                exercise: "01-hello".to_owned(),
                file: "handler.py".to_owned(),
                text: format!("outside = {step}\n"),
            },
            _ => Msg::Key(keys[random(keys.len())]),
        };
        let effects = update(&mut app.model, msg);
        // Files come at once, so that the editor is part of it; the rest is only asked for.
        for effect in effects {
            if let crate::tui::msg::Effect::Load(exercise) = effect {
                let files = exercise.starter.clone();
                update(&mut app.model, Msg::Files(exercise.id.clone(), Ok(files)));
            }
        }
        if step % 7 == 0 {
            let _ = app.buffer();
        }
        if random(40) == 0
            && let Some(run) = app.model.run
        {
            update(&mut app.model, Msg::Ran(run.id, Box::default()));
        }
    }
}
