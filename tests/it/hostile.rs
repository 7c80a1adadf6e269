//! Handlers that mean harm, or seem to. Whatever they do, the next invocation of another function works, and nothing
//! of them is left when the Region is gone.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lambda_course::history::{InvocationRecord, InvocationStatus};

use crate::lab::{Lab, block_on, limits, own_engine, text};

/// A Region with a hostile function, and one that must go on working.
async fn attack(handler: &str, memory: u32, timeout: u32) -> (Lab, InvocationRecord) {
    let files = [
        ("handler.py", handler),
        ("good.py", "def handler(event, context): return 'well'\n"),
    ];
    // An engine of its own: whatever is broken, is broken for this test only.
    let lab = Lab::on(&own_engine(), &files).await;
    lab.function("attack", limits(memory, timeout));
    lab.function("good", |config| "good.handler".clone_into(&mut config.handler));
    let record = lab.invoke("attack", "{}").await;
    all_is_well(&lab).await;
    (lab, record)
}

async fn all_is_well(lab: &Lab) {
    let record = lab.invoke("good", "{}").await;
    assert_eq!(
        text(&record),
        "\"well\"",
        "another function works: {:#?}",
        lab.log("good")
    );
}

/// Waits for something that must come to be, and fails if it doesn't.
async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_loop_ends_at_the_timeout() {
    block_on(async {
        let (_lab, record) = attack("def attack(event, context):\n    while True: pass\n", 128, 1).await;
        assert_eq!(record.status, InvocationStatus::Timeout);
    });
}

#[test]
fn a_flood_of_output_is_cut() {
    block_on(async {
        let handler = "def attack(event, context):\n    line = 'x' * 1_000_000\n    for _ in range(300): print(line)\n    \
                       return 'dry'\n";
        let (lab, record) = attack(handler, 512, 900).await;
        assert_eq!(text(&record), "\"dry\"", "the flood ends by itself");
        let log = lab.own_log("attack");
        let bytes: usize = log.iter().map(String::len).sum();
        assert!(bytes < 6_000_000, "{bytes} bytes are kept");
        assert!(
            log.iter().any(|line| line.contains("the rest is not shown")),
            "the cut is told"
        );
    });
}

#[test]
fn a_flood_without_line_ends_is_cut() {
    block_on(async {
        let handler = "import os\ndef attack(event, context):\n    block = b'y' * 1_000_000\n    \
                       for _ in range(100):\n        left = block\n        while left: left = left[os.write(2, left):]\n";
        let (lab, record) = attack(handler, 512, 900).await;
        assert_eq!(text(&record), "null");
        assert!(lab.own_log("attack").iter().map(String::len).sum::<usize>() < 6_000_000);
    });
}

#[test]
fn an_exit_and_a_deep_recursion_are_no_crash_of_ours() {
    block_on(async {
        let (_lab, record) = attack("import os\ndef attack(event, context): os._exit(0)\n", 128, 3).await;
        assert!(text(&record).contains("Runtime exited without providing a reason"));
        let handler = "import sys\nsys.setrecursionlimit(10**9)\ndef attack(event, context):\n    \
                       return attack(event, [context])\n";
        let (_lab, record) = attack(handler, 512, 900).await;
        assert!(record.function_error, "{}", text(&record));
        let handler = "def attack(event, context):\n    return attack(event, context)\n";
        let (_lab, record) = attack(handler, 512, 900).await;
        assert!(
            text(&record).contains("\"errorType\": \"RecursionError\""),
            "{}",
            text(&record)
        );
    });
}

#[test]
fn all_that_is_forked_ends_with_the_region() {
    block_on(async {
        let handler = "import os, time\n\
                       def attack(event, context):\n    pids = []\n    for _ in range(8):\n        pid = os.fork()\n        \
                       if pid == 0:\n            if os.fork() == 0:\n                while True: pass\n            \
                       while True: pass\n        pids.append(pid)\n    return [os.getpgid(0)] + pids\n";
        let (lab, record) = attack(handler, 512, 60).await;
        let pids: Vec<u32> = serde_json::from_slice(&record.payload).unwrap();
        let group = pids[0];
        assert!(
            !members(group).is_empty(),
            "they run on, or are stopped, while the environment lives"
        );
        drop(lab);
        wait_until("nothing of the group is left", || members(group).is_empty()).await;
    });
}

#[test]
fn orphans_of_a_process_that_ended_are_ended() {
    block_on(async {
        let handler = "import os\n\
                       def attack(event, context):\n    if os.fork() == 0:\n        while True: pass\n    \
                       print('group', os.getpgid(0))\n    os._exit(1)\n";
        let (lab, record) = attack(handler, 128, 60).await;
        assert_eq!(record.status, InvocationStatus::Error);
        let line = lab
            .own_log("attack")
            .into_iter()
            .find(|line| line.starts_with("group "))
            .unwrap();
        let group: u32 = line["group ".len()..].parse().unwrap();
        wait_until("the orphan is gone with its parent", || members(group).is_empty()).await;
    });
}

/// The processes of a group that have not ended.
fn members(group: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let fields: Vec<&str> = stat[stat.rfind(')')? + 2..].split(' ').collect();
            (fields[0] != "Z" && fields[2].parse() == Ok(group)).then_some(pid)
        })
        .collect()
}

#[test]
fn memory_ends_where_the_function_does() {
    block_on(async {
        let handler = "def attack(event, context):\n    kept = []\n    while True: kept.append(bytearray(1_000_000))\n";
        let (_lab, record) = attack(handler, 128, 60).await;
        assert!(text(&record).contains("Runtime.OutOfMemory"), "{}", text(&record));
        let handler = "def attack(event, context):\n    x = 1\n    while True: x = x * x + 1 << 100\n";
        let (_lab, record) = attack(handler, 128, 2).await;
        assert_ne!(record.status, InvocationStatus::Success);
    });
}

#[test]
fn what_is_written_stays_in_tmp() {
    block_on(async {
        let handler = "import os, pathlib\n\
                       def attack(event, context):\n    seen = {}\n    for path in ('/etc/lambda-course-was-here', \
                       '/var/task/here', 'here', '../here', '/opt/here', '/tmp/../var/task/here', '/var/runtime/here', \
                       OUTSIDE):\n        try:\n            open(path, 'w').write('x')\n            seen[path] = 'written'\n        \
                       except OSError as error:\n            seen[path] = error.errno\n    \
                       for act in (lambda: os.remove('/var/task/good.py'), lambda: os.rename('/var/task/good.py', '/tmp/g'), \
                       lambda: os.truncate('good.py', 0), lambda: os.chmod('good.py', 0), lambda: os.mkdir('new'), \
                       lambda: pathlib.Path(OUTSIDE).touch(), lambda: os.symlink('/etc', 'link')):\n        \
                       try:\n            act()\n            seen['act'] = 'done'\n        except OSError: pass\n    \
                       open('/tmp/mine', 'w').write('x')\n    seen['tmp'] = os.listdir('/tmp')\n    return seen\n";
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("here");
        let handler = format!("OUTSIDE = {:?}\n{handler}", target.display().to_string());
        let (lab, record) = attack(&handler, 128, 10).await;
        let seen: serde_json::Value = serde_json::from_slice(&record.payload).unwrap();
        let mut seen = seen.as_object().unwrap().clone();
        assert_eq!(seen.remove("tmp").unwrap(), serde_json::json!(["mine"]));
        assert!(seen.values().all(serde_json::Value::is_number), "{seen:?}");
        assert!(!target.exists() && !Path::new("/etc/lambda-course-was-here").exists());
        assert_eq!(names(lab.code()), ["good.py", "handler.py"]);
    });
}

/// Below the translation of paths there is the system's own fence.
#[test]
#[cfg(target_os = "linux")]
fn the_system_keeps_writes_in_too() {
    if !landlock() {
        eprintln!("skipped: this system has no Landlock");
        return;
    }
    block_on(async {
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("here");
        let handler = format!(
            "import subprocess\ndef attack(event, context):\n    return subprocess.run(['/bin/sh', '-c', 'echo x > {}'], \
             stderr=subprocess.DEVNULL).returncode\n",
            target.display()
        );
        attack(&handler, 128, 10).await;
        assert!(!target.exists());
    });
}

fn landlock() -> bool {
    fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|modules| modules.contains("landlock"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries.map(|path| name(&path)).collect();
    names.sort();
    names
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn a_full_tmp_is_the_functions_own_trouble() {
    block_on(async {
        let handler = "import os\n\
                       def attack(event, context):\n    block = b'z' * 1_000_000\n    seen = []\n    \
                       for name in ('a', 'b', 'c'):\n        try:\n            \
                       with open('/tmp/' + name, 'wb', buffering=0) as file:\n                \
                       for _ in range(600): file.write(block)\n            seen.append('all')\n        \
                       except OSError as error: seen.append(error.strerror)\n    os.remove('/tmp/a')\n    \
                       open('/tmp/d', 'w').write('room again')\n    return seen\n";
        let (_lab, record) = attack(handler, 128, 900).await;
        let full = "No space left on device";
        let seen: Vec<String> = serde_json::from_slice(&record.payload).unwrap();
        assert_eq!(seen, [full, full, full], "512 MB are the most");
    });
}

#[test]
fn streams_can_be_read_closed_and_misused() {
    block_on(async {
        let handler = "import os, sys\n\
                       def attack(event, context):\n    got = sys.stdin.read()\n    os.close(0)\n    os.close(1)\n    os.close(2)\n    \
                       try: print('lost')\n    except OSError: pass\n    return repr(got)\n";
        let (lab, record) = attack(handler, 128, 5).await;
        assert_eq!(text(&record), "\"''\"");
        lab.invoke("attack", "{}").await;
        all_is_well(&lab).await;
        let handler = "import os\ndef attack(event, context):\n    for fd in range(3, 1024):\n        \
                       try: os.write(fd, b'{\"forked\": 1, \"pid\": 1}\\nsleep 1\\n')\n        except OSError: pass\n    return 1\n";
        let (_lab, _record) = attack(handler, 128, 2).await;
        let handler = "import os\ndef attack(event, context): os.closerange(0, 1024)\n";
        let (_lab, record) = attack(handler, 128, 2).await;
        assert_ne!(record.status, InvocationStatus::Success);
    });
}

#[test]
fn the_interpreter_starts_again_after_its_parent_was_killed() {
    block_on(async {
        for signal in ["SIGKILL"] {
            let handler = format!(
                "import os, signal, time\ndef attack(event, context):\n    os.kill(os.getppid(), signal.{signal})\n    \
                 while True: pass\n"
            );
            let (lab, record) = attack(&handler, 128, 60).await;
            assert!(text(&record).contains("Runtime exited with error"), "{}", text(&record));
            lab.invoke("attack", "{}").await;
            all_is_well(&lab).await;
        }
    });
}

#[test]
fn a_process_that_stops_itself_reaches_its_timeout() {
    block_on(async {
        let handler = "import os, signal\ndef attack(event, context): os.kill(os.getpid(), signal.SIGSTOP)\n";
        let (lab, record) = attack(handler, 128, 1).await;
        assert_eq!(
            (record.status, record.duration),
            (InvocationStatus::Timeout, Duration::from_secs(1))
        );
        lab.invoke("attack", "{}").await;
    });
}

#[test]
fn signals_to_its_own_group_hurt_nobody_else() {
    block_on(async {
        let handler = "import os, signal\ndef attack(event, context):\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    \
                       os.kill(0, signal.SIGTERM)\n    os.kill(0, signal.SIGKILL)\n";
        let (_lab, record) = attack(handler, 128, 3).await;
        assert!(text(&record).contains("signal: killed"), "{}", text(&record));
    });
}
