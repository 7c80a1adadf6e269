//! The hidden side of the program: a process that hosts the interpreter.

use std::process::ExitCode;

use rustpython::InterpreterBuilderExt;
use rustpython_vm::{Interpreter, Settings};

use super::native;

/// The hidden first argument that makes the program a zygote.
pub const ARGUMENT: &str = "__python";

/// Runs the zygote until its orders end. Standard input brings orders, standard output takes replies.
#[must_use]
pub fn main() -> ExitCode {
    if let Err(error) = native::take_over_standard_streams() {
        eprintln!("lambda-course: the Python host cannot set up its pipes: {error}");
        return ExitCode::from(2);
    }
    let mut settings = Settings::default();
    settings.isolated = true;
    settings.ignore_environment = true;
    settings.import_site = false;
    settings.user_site_directory = false;
    settings.install_signal_handlers = false;
    settings.write_bytecode = false;
    settings.utf8_mode = 1;
    settings.stdio_encoding = Some("utf-8".to_owned());
    let builder = Interpreter::builder(settings).init_stdlib();
    let definition = native::module_def(&builder.ctx);
    let interpreter = builder.add_native_module(definition).interpreter();
    let status = interpreter.run(|vm| {
        let scope = vm.new_scope_with_builtins();
        vm.run_string(scope, START, "<start>".to_owned()).map(drop)
    });
    u8::try_from(status).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Loads the importer by hand, and all else with it.
const START: &str = r#"
import sys, _lambda_course
importer = type(sys)("importer")
sys.modules["importer"] = importer
exec(compile(_lambda_course.source("/var/runtime/importer.py").decode(), "/var/runtime/importer.py", "exec"),
     importer.__dict__)
importer.install()
import zygote
zygote.main()
"#;
