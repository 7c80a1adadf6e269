//! Where the program keeps its data, and where the learner's files are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Looks a variable of the environment up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The folder of the store: `flag`, else `$LAMBDA_COURSE_DATA`, else the platform's place for an application's data.
///
/// None where the environment names no home.
#[must_use]
pub fn data_folder(flag: Option<&Path>, lookup: Lookup<'_>) -> Option<PathBuf> {
    if let Some(folder) = flag {
        return Some(folder.to_owned());
    }
    if let Some(folder) = path(lookup, "LAMBDA_COURSE_DATA") {
        return Some(folder);
    }
    let parent = if cfg!(windows) {
        path(lookup, "APPDATA")?
    } else if cfg!(target_os = "macos") {
        path(lookup, "HOME")?.join("Library/Application Support")
    } else {
        // A relative path there is to be ignored, says the XDG specification.
        path(lookup, "XDG_DATA_HOME")
            .filter(|folder| folder.is_absolute())
            .or_else(|| path(lookup, "HOME").map(|home| home.join(".local/share")))?
    };
    Some(parent.join("lambda-course"))
}

/// The folder of the learner's files: `flag`, else `$LAMBDA_COURSE_DIR`, else `~/lambda-course`.
///
/// None where the environment names no home.
#[must_use]
pub fn learner_folder(flag: Option<&Path>, lookup: Lookup<'_>) -> Option<PathBuf> {
    if let Some(folder) = flag {
        return Some(folder.to_owned());
    }
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    path(lookup, "LAMBDA_COURSE_DIR").or_else(|| path(lookup, home).map(|home| home.join("lambda-course")))
}

fn path(lookup: Lookup<'_>, name: &str) -> Option<PathBuf> {
    lookup(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::{data_folder, learner_folder};

    fn with<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        }
    }

    #[test]
    fn the_flag_wins_then_the_variable_then_the_platform() {
        let all = [
            ("LAMBDA_COURSE_DATA", "/data"),
            ("XDG_DATA_HOME", "/xdg"),
            ("HOME", "/home/ada"),
        ];
        let data = |flag: Option<&str>, skip: usize| data_folder(flag.map(Path::new), &with(&all[skip..])).unwrap();
        assert_eq!(data(Some("/flag"), 0), Path::new("/flag"));
        assert_eq!(data(None, 0), Path::new("/data"));
        assert_eq!(data(None, 1), Path::new("/xdg/lambda-course"));
        assert_eq!(data(None, 2), Path::new("/home/ada/.local/share/lambda-course"));
        assert_eq!(data_folder(None, &with(&[])), None);
        let relative = [("XDG_DATA_HOME", "xdg"), ("HOME", "/home/ada")];
        assert_eq!(
            data_folder(None, &with(&relative)).unwrap(),
            Path::new("/home/ada/.local/share/lambda-course")
        );
    }

    #[test]
    fn the_learners_files_are_in_the_home_unless_told_otherwise() {
        let all = [("LAMBDA_COURSE_DIR", "/srv/here"), ("HOME", "/home/ada")];
        assert_eq!(learner_folder(None, &with(&all)).unwrap(), Path::new("/srv/here"));
        assert_eq!(
            learner_folder(None, &with(&all[1..])).unwrap(),
            Path::new("/home/ada/lambda-course")
        );
        assert_eq!(
            learner_folder(Some(Path::new("x")), &with(&all)).unwrap(),
            Path::new("x")
        );
    }
}
