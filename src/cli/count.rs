//! A number and its noun.

/// `1 lesson`, `2 lessons`.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// What a course holds.
pub(super) fn contents(course: &crate::course::Course) -> String {
    let lessons = count(course.lessons.len(), "lesson", "lessons");
    let exercises = count(course.exercises.len(), "exercise", "exercises");
    format!(
        "{lessons}, {exercises}, {}",
        count(course.quizzes.len(), "quiz", "quizzes")
    )
}
