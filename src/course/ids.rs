//! Finding a lesson or exercise by what a learner types: an id, its number, its name or the beginning of one.

use super::nearest::suggestion;

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// No id is like this.
    #[error("there is no {what} `{query}`{}", .help.as_ref().map(|help| format!("; {help}")).unwrap_or_default())]
    Unknown {
        /// `lesson`, `exercise` or `quiz`.
        what: &'static str,
        /// What was typed.
        query: String,
        /// What may be meant.
        help: Option<String>,
    },
    /// Several ids are like this.
    #[error("`{query}` may be any of: {}", .ids.join(", "))]
    Ambiguous {
        /// What was typed.
        query: String,
        /// The ids that it may be.
        ids: Vec<String>,
    },
}

/// The id that is meant: `05-lifecycle` by itself, as `5`, `05`, `lifecycle` or the beginning of one of them.
///
/// # Errors
/// If no id fits, or several fit equally well.
pub fn resolve<'a>(
    what: &'static str,
    query: &str,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<&'a str, IdError> {
    let ids: Vec<&str> = ids.into_iter().collect();
    let query = query.trim().to_lowercase();
    let number: Option<u32> = query.parse().ok();
    let same_number = |id: &str| number.is_some() && id.split('-').next().and_then(|part| part.parse().ok()) == number;
    let fits: [&dyn Fn(&str) -> bool; 4] = [
        &|id| id == query || slug(id) == query,
        &same_number,
        &|id| id.starts_with(&query) || slug(id).starts_with(&query),
        &|id| id.contains(&query),
    ];
    for fit in fits.iter().filter(|_| !query.is_empty()) {
        let found: Vec<&str> = ids.iter().copied().filter(|id| fit(id)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one),
            several => {
                let ids = several.iter().map(|id| (*id).to_owned()).collect();
                return Err(IdError::Ambiguous { query, ids });
            }
        }
    }
    let near = suggestion(&query, ids.iter().copied().chain(ids.iter().copied().map(slug)));
    let help = match near {
        Some(near) if near.starts_with("did you mean") => Some(near),
        _ => suggestion("", ids),
    };
    Err(IdError::Unknown { what, query, help })
}

/// An id without its number.
fn slug(id: &str) -> &str {
    id.split_once('-').map_or(id, |(_, slug)| slug)
}

#[cfg(test)]
mod tests {
    use super::{IdError, resolve};

    const IDS: [&str; 4] = ["01-basic-lambda", "02-api-handler", "03-api-errors", "11-basics"];

    #[test]
    fn ids_numbers_names_and_beginnings_are_found() {
        for (query, id) in [
            ("01-basic-lambda", IDS[0]),
            ("1", IDS[0]),
            ("01", IDS[0]),
            ("basic-lambda", IDS[0]),
            ("Basic-L", IDS[0]),
            ("02", IDS[1]),
            ("errors", IDS[2]),
            ("basics", IDS[3]),
            ("11-b", IDS[3]),
        ] {
            assert_eq!(resolve("exercise", query, IDS), Ok(id), "{query}");
        }
    }

    #[test]
    fn others_are_told_apart_or_suggested() {
        let ids = vec![IDS[1].to_owned(), IDS[2].to_owned()];
        assert_eq!(
            resolve("exercise", "api", IDS),
            Err(IdError::Ambiguous {
                query: "api".to_owned(),
                ids
            })
        );
        let say = |query: &str| resolve("exercise", query, IDS).unwrap_err().to_string();
        assert_eq!(
            say("02-api-handlr"),
            "there is no exercise `02-api-handlr`; did you mean `02-api-handler`?"
        );
        assert_eq!(
            say("api-handlre"),
            "there is no exercise `api-handlre`; did you mean `api-handler`?"
        );
        assert_eq!(
            say("7"),
            "there is no exercise `7`; known: 01-basic-lambda, 02-api-handler, 03-api-errors, 11-basics"
        );
        assert!(matches!(resolve("exercise", " ", IDS), Err(IdError::Unknown { .. })));
    }
}
