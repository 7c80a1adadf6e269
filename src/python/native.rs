//! The native module `_lambda_course`: what the bootstrap asks of Rust.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::orders::Enter;
use super::pipes::Pipes;
use super::runtime_client::RuntimeClient;
use super::{run_queue, virtual_clock};
use crate::sandbox;

pub(super) use module::module_def;

/// The worker's connection for questions to the program.
struct Control {
    stream: BufReader<UnixStream>,
}

static PIPES: Mutex<Option<Pipes>> = Mutex::new(None);
static CONTROL: Mutex<Option<Control>> = Mutex::new(None);
static CLIENT: Mutex<Option<RuntimeClient>> = Mutex::new(None);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Moves orders and replies away from descriptors 0 and 1, so that no Python code ever meets them.
pub(super) fn take_over_standard_streams() -> io::Result<()> {
    use rustix::io::fcntl_dupfd_cloexec;
    let orders = fcntl_dupfd_cloexec(io::stdin(), 10)?;
    let replies = fcntl_dupfd_cloexec(io::stdout(), 10)?;
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    *lock(&PIPES) = Some(Pipes::new(File::from(orders), File::from(replies))?);
    Ok(())
}

/// Makes a worker one that forks: orders now come over its connection for questions, and replies go there.
fn take_orders() -> io::Result<()> {
    let mut control = lock(&CONTROL).take().ok_or(io::ErrorKind::NotConnected)?;
    let stream = control.stream.get_mut();
    // Whoever started it learns that the snapshot is taken.
    stream.write_all(format!("snapshot {}\n", virtual_clock::now()).as_bytes())?;
    let orders = File::from(OwnedFd::from(stream.try_clone()?));
    let replies = File::from(OwnedFd::from(stream.try_clone()?));
    *lock(&PIPES) = Some(Pipes::new(orders, replies)?);
    Ok(())
}

/// Takes back Rust's handlers of a crash: with them a signal that another process sent would be passed over, and a
/// stack that overflows would end in `aborted` where CPython's ends in `segmentation fault`.
fn crash_as_others_do() {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: SIG_DFL is no function of ours.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
}

/// Takes a freshly forked process off the pipes and signals of the one that forked it.
fn leave() -> io::Result<()> {
    if let Some(pipes) = lock(&PIPES).take() {
        pipes.leave();
    }
    crash_as_others_do();
    run_queue::open();
    sandbox::end_with_parent()
}

/// Turns a process that left into a worker: its streams, its account, its fences.
fn enter(enter: &Enter) -> io::Result<()> {
    let log = UnixStream::connect(&enter.log)?;
    rustix::stdio::dup2_stdout(&log)?;
    rustix::stdio::dup2_stderr(&log)?;
    sandbox::memory::count_into(&enter.memory_account, enter.memory_limit)?;
    // The program removes what it made for the worker as soon as the worker has joined.
    let control = UnixStream::connect(&enter.control)?;
    *lock(&CONTROL) = Some(Control {
        stream: BufReader::new(control),
    });
    std::env::set_current_dir(&enter.directory)?;
    sandbox::confine(&enter.confinement)
}

impl Control {
    /// Asks one question of one line, and waits for the answer of one line.
    fn ask(&mut self, question: &str) -> io::Result<String> {
        self.stream.get_mut().write_all(question.as_bytes())?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer)
    }
}

#[rustpython_vm::pymodule(name = "_lambda_course")]
#[allow(clippy::needless_pass_by_value)] // Python's calling convention hands arguments over.
mod module {
    use std::time::Duration;

    use rustpython_vm::builtins::{PyDictRef, PyStrRef, PyTypeRef};
    use rustpython_vm::function::ArgBytesLike;
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

    use super::{CLIENT, CONTROL, Enter, PIPES, RuntimeClient, lock};
    use crate::python::runtime_client::Answer;
    use crate::python::{embedded, huge_pages, json, processes, virtual_clock};

    fn failure(
        vm: &VirtualMachine,
        what: &str,
        error: impl std::fmt::Display,
    ) -> rustpython_vm::builtins::PyBaseExceptionRef {
        vm.new_runtime_error(format!("{what}: {error}"))
    }

    /// The next order of the program's; see [`crate::python::pipes::Pipes::next_order`].
    /// `patience` is in seconds.
    #[pyfunction]
    fn next_order(patience: Option<f64>, vm: &VirtualMachine) -> PyResult<Option<String>> {
        let patience = patience.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let order = vm.allow_threads(|| match lock(&PIPES).as_mut() {
            Some(pipes) => pipes.next_order(patience),
            None => Ok(Some(String::new())),
        });
        order.map_err(|error| failure(vm, "no orders", error))
    }

    /// Gives a class an attribute, a built-in class too, which Python code cannot do.
    #[pyfunction]
    fn set_attribute(class: PyTypeRef, name: PyStrRef, value: PyObjectRef, vm: &VirtualMachine) {
        class.set_attr(vm.ctx.intern_str(name.expect_str()), value);
    }

    /// Tells the program something, in one line.
    #[pyfunction]
    fn reply(line: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        match lock(&PIPES).as_mut() {
            Some(pipes) => pipes
                .reply(line.expect_str())
                .map_err(|error| failure(vm, "no replies", error)),
            None => Ok(()),
        }
    }

    /// Makes the next part of this process's memory one large page; see [`huge_pages::gather_next`].
    #[pyfunction]
    fn gather_pages(from: usize) -> Option<usize> {
        huge_pages::gather_next(from)
    }

    /// Is no part of the process any more that this one was forked from.
    #[pyfunction]
    fn leave(vm: &VirtualMachine) -> PyResult<()> {
        super::leave().map_err(|error| failure(vm, "the worker cannot stand alone", error))
    }

    /// Becomes a worker.
    #[pyfunction]
    fn enter(order: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let text = json::plain(&order, vm).unwrap_or_default();
        let order: Enter = serde_json::from_str(&text).map_err(|error| failure(vm, "the order is malformed", error))?;
        super::enter(&order).map_err(|error| failure(vm, "the worker cannot set itself up", error))
    }

    /// Makes this process one that forks workers, as the zygote does.
    #[pyfunction]
    fn take_orders(vm: &VirtualMachine) -> PyResult<()> {
        super::take_orders().map_err(|error| failure(vm, "no orders can be taken", error))
    }

    /// Whether there are child processes that nobody has waited for.
    #[pyfunction]
    fn has_children() -> bool {
        processes::has_children()
    }

    /// Whether another thread runs, or would if it had a CPU.
    #[pyfunction]
    fn others_run() -> bool {
        processes::others_run()
    }

    /// How many processes the environment has.
    #[pyfunction]
    fn processes() -> usize {
        processes::processes()
    }

    /// Where a built-in module lies: its path and whether it is a package, or `None`.
    #[pyfunction]
    fn locate(name: PyStrRef, vm: &VirtualMachine) -> PyObjectRef {
        match embedded::locate(name.expect_str()) {
            Some((path, package)) => vm.new_tuple((path, package)).into(),
            None => vm.ctx.none(),
        }
    }

    /// The content of a built-in file, or `None`.
    #[pyfunction]
    fn source(path: PyStrRef, vm: &VirtualMachine) -> PyObjectRef {
        match embedded::contents(path.expect_str()) {
            Some(contents) => vm.ctx.new_bytes(contents.to_vec()).into(),
            None => vm.ctx.none(),
        }
    }

    /// Whether a text is JSON by the letter of the standard.
    #[pyfunction]
    fn is_json(text: PyStrRef) -> bool {
        text.to_str()
            .is_some_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
    }

    /// `os.environ.get`, without its way through Python's encodings; assignments to `os.environ` reach the process.
    #[pyfunction]
    fn variable(name: PyStrRef) -> Option<String> {
        std::env::var(name.expect_str()).ok()
    }

    /// The JSON text of a value of plain types, or `None`; see [`crate::python::json::plain`].
    #[pyfunction]
    fn plain_json(value: PyObjectRef, vm: &VirtualMachine) -> Option<String> {
        json::plain(&value, vm)
    }

    /// The virtual time in microseconds since the epoch.
    #[pyfunction]
    fn now() -> u64 {
        virtual_clock::now()
    }

    /// `time.time`.
    #[pyfunction]
    #[allow(clippy::cast_precision_loss)]
    fn time() -> f64 {
        virtual_clock::now() as f64 / 1e6
    }

    /// `time.time_ns`.
    #[pyfunction]
    fn time_ns() -> u64 {
        virtual_clock::now() * 1_000
    }

    /// `time.monotonic` and `time.perf_counter`.
    #[pyfunction]
    #[allow(clippy::cast_precision_loss)]
    fn monotonic() -> f64 {
        virtual_clock::monotonic() as f64 / 1e6
    }

    /// `time.monotonic_ns` and `time.perf_counter_ns`.
    #[pyfunction]
    fn monotonic_ns() -> u64 {
        virtual_clock::monotonic() * 1_000
    }

    /// The CPU time that this process used, in microseconds.
    #[pyfunction]
    fn cpu() -> u64 {
        virtual_clock::cpu_micros()
    }

    /// Sets the virtual time and how much longer CPU time counts, until the first invocation and from then on.
    #[pyfunction]
    fn set_clock(micros: u64, cpu_scale: f64, cpu_scale_invoked: f64) {
        virtual_clock::set(micros, |_| virtual_clock::CpuScale {
            now: cpu_scale,
            invoked: cpu_scale_invoked,
        });
    }

    /// Asks the Region to let time pass until then, and waits until it has.
    #[pyfunction]
    fn sleep_until(micros: u64, vm: &VirtualMachine) -> PyResult<()> {
        let question = format!("sleep {micros}\n");
        let answer = vm.allow_threads(|| match lock(&CONTROL).as_mut() {
            Some(control) => control.ask(&question),
            None => Ok(micros.to_string()),
        });
        let now = answer
            .ok()
            .and_then(|answer| answer.trim().parse().ok())
            .unwrap_or(micros);
        virtual_clock::set(now, |scale| scale);
        vm.check_signals()
    }

    /// Connects to the Runtime API at `host:port`.
    #[pyfunction]
    fn connect(address: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        let client = RuntimeClient::connect(address.expect_str())
            .map_err(|error| failure(vm, "the Runtime API cannot be reached", error))?;
        *lock(&CLIENT) = Some(client);
        Ok(())
    }

    fn with_client(
        vm: &VirtualMachine,
        talk: impl FnOnce(&mut RuntimeClient) -> std::io::Result<Answer>,
    ) -> PyResult<Answer> {
        let answer = vm.allow_threads(|| match lock(&CLIENT).as_mut() {
            Some(client) => talk(client),
            None => Err(std::io::ErrorKind::NotConnected.into()),
        });
        answer.map_err(|error| failure(vm, "the Runtime API does not answer", error))
    }

    /// Posts, and where an answer is posted also asks for what comes next: both in one go.
    fn post(path: &str, headers: &[(&str, &str)], body: &[u8], then_next: bool, vm: &VirtualMachine) -> PyResult<()> {
        let now = virtual_clock::now().to_string();
        let mut all = vec![("Lambda-Course-Time", now.as_str())];
        all.extend_from_slice(headers);
        let answer = with_client(vm, |client| {
            if then_next {
                client.post_and_ask(path, &all, body, &all[..1])
            } else {
                client.post(path, &all, body)
            }
        })?;
        if answer.status >= 500 {
            return Err(failure(vm, "the Runtime API answers", answer.status));
        }
        Ok(())
    }

    /// The next invocation: its headers by name in lower case, and `body`.
    #[pyfunction]
    fn next_invocation(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let now = virtual_clock::now().to_string();
        let answer = with_client(vm, |client| client.next(&[("Lambda-Course-Time", &now)]))?;
        if answer.status != 200 {
            return Err(failure(vm, "the Runtime API answers", answer.status));
        }
        let invocation = vm.ctx.new_dict();
        for (name, value) in &answer.headers {
            if name == "lambda-course-time" {
                if let Ok(micros) = value.parse() {
                    virtual_clock::set(micros, |scale| virtual_clock::CpuScale {
                        now: scale.invoked,
                        ..scale
                    });
                }
                continue;
            }
            invocation.set_item(name.as_str(), vm.ctx.new_str(value.as_str()).into(), vm)?;
        }
        invocation.set_item("body", vm.ctx.new_bytes(answer.body).into(), vm)?;
        Ok(invocation)
    }

    /// Posts the response of an invocation.
    #[pyfunction]
    fn respond(id: PyStrRef, payload: ArgBytesLike, content_type: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        let path = format!("invocation/{}/response", id.expect_str());
        let headers = [("Content-Type", content_type.expect_str())];
        payload.with_ref(|payload| post(&path, &headers, payload, true, vm))
    }

    /// Posts the error of an invocation.
    #[pyfunction]
    fn invocation_error(
        id: PyStrRef,
        error: PyStrRef,
        kind: PyStrRef,
        cause: PyStrRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let path = format!("invocation/{}/error", id.expect_str());
        let headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Function-Error-Type", kind.expect_str()),
            ("Lambda-Runtime-Function-XRay-Error-Cause", cause.expect_str()),
        ];
        post(&path, &headers, error.expect_str().as_bytes(), true, vm)
    }

    /// Posts an error of the hooks that run after a restoration.
    #[pyfunction]
    fn restore_error(error: PyStrRef, kind: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        let headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Function-Error-Type", kind.expect_str()),
        ];
        post("restore/error", &headers, error.expect_str().as_bytes(), false, vm)
    }

    /// Posts an error of initialisation.
    #[pyfunction]
    fn init_error(error: PyStrRef, kind: PyStrRef, vm: &VirtualMachine) -> PyResult<()> {
        let headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Function-Error-Type", kind.expect_str()),
        ];
        post("init/error", &headers, error.expect_str().as_bytes(), false, vm)
    }
}
