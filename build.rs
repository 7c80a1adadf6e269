//! Builds again when the course that is embedded in the binary has changed, new and deleted files included.

fn main() {
    for folder in ["lessons", "exercises", "solutions", "quiz"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
