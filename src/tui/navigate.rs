//! From one screen to another.

use super::course_map::Stop;
use super::model::{Model, Screen};
use super::msg::Effect;
use super::ports::Place;
use super::screens::quiz::QuizState;
use super::screens::reader::Reader;
use super::screens::workspace::Workspace;

/// Leaves what is open for the course map.
pub fn home(model: &mut Model) {
    leave(model);
    model.screen = Screen::Home;
}

/// Opens a lesson or an exercise.
pub fn open(model: &mut Model, stop: Stop) {
    leave(model);
    model.home.select(&model.map, stop);
    match stop {
        Stop::Lesson(index) if index < model.course.lessons.len() => {
            model.screen = Screen::Reader(Box::new(Reader::new(model, index)));
            super::screens::reader::mark_read(model);
        }
        Stop::Exercise(index) if index < model.course.exercises.len() => {
            let workspace = Workspace::new(model, index);
            let exercise = workspace.exercise.clone();
            model.screen = Screen::Workspace(Box::new(workspace));
            model.effect(Effect::Load(exercise.clone()));
            model.effect(Effect::Watch(Some(exercise)));
        }
        _ => model.screen = Screen::Home,
    }
}

/// Opens the quiz of a lesson, or the review.
pub fn quiz(model: &mut Model, lesson: Option<&str>) {
    leave(model);
    match QuizState::new(model, lesson) {
        Some(quiz) => model.screen = Screen::Quiz(Box::new(quiz)),
        None => model.screen = Screen::Home,
    }
}

/// Follows an inner link, as `lesson:05-lifecycle`. Says whether it leads anywhere.
pub fn follow(model: &mut Model, target: &str) -> bool {
    let Some((kind, id)) = target.split_once(':') else {
        return false;
    };
    let lesson = || model.course.lessons.iter().position(|lesson| lesson.id == id);
    let exercise = || model.course.exercises.iter().position(|exercise| exercise.id == id);
    match kind {
        "lesson" => lesson().map(|index| open(model, Stop::Lesson(index))).is_some(),
        "exercise" => exercise().map(|index| open(model, Stop::Exercise(index))).is_some(),
        "quiz" if model.course.quiz(id).is_some() => {
            let id = id.to_owned();
            quiz(model, Some(&id));
            true
        }
        _ => false,
    }
}

/// Goes back to where the learner was when the program was left.
pub fn resume(model: &mut Model) {
    let Some(place) = model.progress.place.clone() else {
        return;
    };
    match place {
        Place::Home { selected } => {
            model.home.select_named(&model.course, &model.map, &selected);
            model.screen = Screen::Home;
        }
        Place::Lesson { id, line, letters } => {
            if follow(model, &format!("lesson:{id}")) {
                super::screens::reader::resume(model, (line, letters));
            }
        }
        Place::Exercise { ref id, .. } => {
            if follow(model, &format!("exercise:{id}"))
                && let Screen::Workspace(workspace) = &mut model.screen
            {
                workspace.resume = Some(place);
            }
        }
        Place::Quiz { lesson, question } => {
            quiz(model, lesson.as_deref());
            if let Screen::Quiz(quiz) = &mut model.screen {
                quiz.resume(&question);
            }
        }
    }
}

/// What must happen when a screen is left: what runs there is stopped, nobody watches its files any more.
fn leave(model: &mut Model) {
    model.overlay = None;
    if let Some(run) = model.run.take() {
        model.effect(Effect::Stop(run.id));
    }
    if matches!(model.screen, Screen::Workspace(_)) {
        model.effect(Effect::Watch(None));
    }
}
