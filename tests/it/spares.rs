//! Forks made ahead of their orders: which are used, that one may die, and that a handler cannot tell.
//!
//! Who has which children, only Linux tells.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::lab::{Lab, block_on, json, own_engine};

/// What a handler can see of where it runs, but for what belongs to the one process.
const HANDLER: &str = "\
import logging, os, random, sys, tempfile, threading
def first(event, context): return where()
def second(event, context): return where()
def third(event, context): return where()
def where():
    return {
        'parent': os.getppid(), 'process': os.getpid(), 'random': random.random(),
        'same': {
            'environment': sorted(os.environ), 'folder': os.getcwd(), 'temporary': tempfile.gettempdir(),
            'argv': sys.argv, 'path': sys.path, 'finders': [str(finder) for finder in sys.meta_path],
            'modules': sorted(name for name in sys.modules if name != 'handler'),
            'open': sorted(os.listdir('/proc/self/fd'), key=int), 'threads': threading.active_count(),
            'handlers': [str(handler) for handler in logging.root.handlers], 'level': logging.root.level,
            'streams': [str(type(stream)) for stream in (sys.stdin, sys.stdout, sys.stderr)],
            'importers': sorted(sys.path_importer_cache),
        },
    }
";

/// The children of a process that are no leaders of a group of their own, as workers are once they have got an order.
fn waiting(parent: u64) -> Vec<u64> {
    let stats = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let fields: Vec<u64> = stat
            .rsplit_once(") ")?
            .1
            .split(' ')
            .skip(1)
            .map_while(|field| field.parse().ok())
            .collect();
        let process = entry.file_name().to_str()?.parse().ok()?;
        (fields.first() == Some(&parent) && fields.get(1) != Some(&process)).then_some(process)
    });
    stats.collect()
}

async fn until_they_wait(parent: u64) -> Vec<u64> {
    loop {
        let spares = waiting(parent);
        if spares.len() == 2 {
            return spares;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn an_environment_is_the_same_whether_its_process_was_forked_for_it_or_before() {
    block_on(async {
        let lab = Lab::on(&own_engine(), &[("handler.py", HANDLER)]).await;
        let forked = json(&lab.call("first").await);
        let parent = forked["parent"].as_u64().unwrap();
        let spares = until_they_wait(parent).await;
        let spare = json(&lab.call("second").await);
        let is_spare = |seen: &Value| spares.contains(&seen["process"].as_u64().unwrap());
        assert!(is_spare(&spare), "{spares:?} {spare:#}");
        let other = json(&lab.call("third").await);
        assert!(is_spare(&other), "{spares:?} {other:#}");
        for seen in [&spare, &other] {
            let mut expected = forked["same"].clone();
            // The first was forked before all was imported that can be.
            for name in ["modules", "importers"] {
                expected[name] = seen["same"][name].clone();
            }
            assert_eq!(seen["same"], expected);
        }
        assert_eq!(spare["same"], other["same"]);
        assert_ne!(spare["random"], other["random"], "each draws numbers of its own");
        let modules = spare["same"]["modules"].as_array().unwrap();
        assert!(!modules.contains(&"rehearsed".into()));
    });
}

#[test]
fn one_that_died_is_passed_over() {
    block_on(async {
        let lab = Lab::on(&own_engine(), &[("handler.py", HANDLER)]).await;
        let parent = json(&lab.call("first").await)["parent"].as_u64().unwrap();
        let spares = until_they_wait(parent).await;
        for spare in &spares {
            let process = rustix::process::Pid::from_raw(i32::try_from(*spare).unwrap()).unwrap();
            rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
        }
        while spares.iter().any(|spare| Path::new(&format!("/proc/{spare}")).exists()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let seen = json(&lab.call("second").await);
        assert!(!spares.contains(&seen["process"].as_u64().unwrap()));
        let new = until_they_wait(parent).await;
        assert!(spares.iter().all(|spare| !new.contains(spare)));
    });
}
