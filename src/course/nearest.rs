//! "Did you mean": the known word that is nearest to a misspelt one.

/// The candidate that looks most like `word`, if any does.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    similar::get_close_matches(word, &candidates, 1, 0.6).first().copied()
}

/// `"did you mean ...?"` where there is a near candidate, else the list of all.
#[must_use]
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.is_empty() {
        return None;
    }
    let near = nearest(word, candidates.iter().copied());
    Some(near.map_or_else(
        || format!("known: {}", candidates.join(", ")),
        |near| format!("did you mean `{near}`?"),
    ))
}
