//! The mock account: resources that exist once, have sound settings and refer to what is there.

use std::collections::BTreeSet;

use super::document::Document;
use super::unknown;
use crate::course::exercise::Files;
use crate::course::problem::Problem;
use crate::course::resources::{Bucket, EventSource, Function, Queue, Resources, Rule, SeedObject, Table};

/// The names of all that is in an account.
#[derive(Default)]
pub(super) struct Account {
    pub(super) functions: BTreeSet<String>,
    pub(super) buckets: BTreeSet<String>,
    pub(super) tables: BTreeSet<String>,
    pub(super) queues: BTreeSet<String>,
    pub(super) topics: BTreeSet<String>,
    pub(super) buses: BTreeSet<String>,
    pub(super) apis: BTreeSet<String>,
}

/// The files that an account and the steps in it may name.
#[derive(Default)]
pub(super) struct Supplies {
    pub(super) data: BTreeSet<String>,
    pub(super) events: BTreeSet<String>,
    pub(super) layers: BTreeSet<String>,
}

/// The names of the files of a folder.
pub(super) fn names(files: &Files) -> BTreeSet<String> {
    files.keys().cloned().collect()
}

impl Account {
    /// The names in these resources.
    pub(super) fn new(resources: &Resources) -> Self {
        fn set<T>(items: &[T], name: impl Fn(&T) -> &String) -> BTreeSet<String> {
            items.iter().map(|item| name(item).clone()).collect()
        }
        let mut buses = set(&resources.buses, |bus| &bus.name);
        buses.insert("default".to_owned());
        Self {
            functions: set(&resources.functions, |function| &function.name),
            buckets: set(&resources.buckets, |bucket| &bucket.name),
            tables: set(&resources.tables, |table| &table.name),
            queues: set(&resources.queues, |queue| &queue.name),
            topics: set(&resources.topics, |topic| &topic.name),
            buses,
            apis: set(&resources.apis, |api| &api.name),
        }
    }

    /// Checks the resources that stand in the document at `pointer`.
    pub(super) fn check(
        document: &Document,
        pointer: &str,
        resources: &Resources,
        supplies: &Supplies,
        problems: &mut Vec<Problem>,
    ) {
        let account = Self::new(resources);
        let mut check = Check {
            document,
            account: &account,
            supplies,
            problems,
        };
        check.once(
            &format!("{pointer}/functions"),
            resources.functions.iter().map(|item| &item.name),
        );
        check.once(
            &format!("{pointer}/buckets"),
            resources.buckets.iter().map(|item| &item.name),
        );
        check.once(
            &format!("{pointer}/tables"),
            resources.tables.iter().map(|item| &item.name),
        );
        check.once(
            &format!("{pointer}/queues"),
            resources.queues.iter().map(|item| &item.name),
        );
        check.once(
            &format!("{pointer}/topics"),
            resources.topics.iter().map(|item| &item.name),
        );
        check.once(
            &format!("{pointer}/buses"),
            resources.buses.iter().map(|item| &item.name),
        );
        check.once(&format!("{pointer}/apis"), resources.apis.iter().map(|item| &item.name));
        each(&resources.functions, pointer, "functions", |at, item| {
            check.function(at, item);
        });
        each(&resources.buckets, pointer, "buckets", |at, item| {
            check.bucket(at, item);
        });
        each(&resources.tables, pointer, "tables", |at, item| check.table(at, item));
        each(&resources.queues, pointer, "queues", |at, item| check.queue(at, item));
        each(&resources.event_sources, pointer, "event_sources", |at, item| {
            check.event_source(at, item, resources);
        });
        each(&resources.topics, pointer, "topics", |at, item| {
            check.targets(&format!("{at}/subscriptions"), &item.subscriptions, &["lambda", "sqs"]);
        });
        each(&resources.rules, pointer, "rules", |at, item| check.rule(at, item));
        each(&resources.apis, pointer, "apis", |at, item| {
            each(&item.routes, at, "routes", |at, route| {
                check.function_name(&format!("{at}/function"), &route.function);
                if !route.path.starts_with('/') && route.path != "$default" {
                    check.fault(&format!("{at}/path"), "a path begins with `/`", None);
                }
            });
        });
    }

    /// Whether a target, written `kind:name`, is there; else what is wrong with it.
    pub(super) fn names_of(&self, kind: &str) -> Option<(&'static str, &BTreeSet<String>)> {
        Some(match kind {
            "lambda" => ("function", &self.functions),
            "sqs" => ("queue", &self.queues),
            "sns" => ("topic", &self.topics),
            "s3" => ("bucket", &self.buckets),
            "events" => ("bus", &self.buses),
            "dynamodb" => ("table", &self.tables),
            _ => return None,
        })
    }
}

fn each<T>(items: &[T], pointer: &str, table: &str, mut check: impl FnMut(&str, &T)) {
    for (index, item) in items.iter().enumerate() {
        check(&format!("{pointer}/{table}/{index}"), item);
    }
}

struct Check<'a> {
    document: &'a Document,
    account: &'a Account,
    supplies: &'a Supplies,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn fault(&mut self, pointer: &str, message: impl Into<String>, help: Option<&str>) {
        let mut problem = self.document.problem(pointer, message);
        problem.help = help.map(str::to_owned);
        self.problems.push(problem);
    }

    fn once<'n>(&mut self, pointer: &str, names: impl Iterator<Item = &'n String>) {
        let mut seen = BTreeSet::new();
        for (index, name) in names.enumerate() {
            if !seen.insert(name) {
                self.fault(
                    &format!("{pointer}/{index}/name"),
                    format!("there are two of the name `{name}`"),
                    None,
                );
            }
        }
    }

    fn known(&mut self, pointer: &str, what: &str, name: &str, known: &BTreeSet<String>) {
        if !known.contains(name) {
            self.problems.push(unknown(self.document, pointer, what, name, known));
        }
    }

    fn function_name(&mut self, pointer: &str, name: &str) {
        let account = self.account;
        self.known(pointer, "function", name, &account.functions);
    }

    fn target(&mut self, pointer: &str, target: &str, kinds: &[&str]) {
        let account = self.account;
        let known = target
            .split_once(':')
            .filter(|(kind, _)| kinds.contains(kind))
            .and_then(|(kind, name)| account.names_of(kind).map(|(what, known)| (what, name, known)));
        if let Some((what, name, known)) = known {
            self.known(pointer, what, name, known);
        } else {
            let forms: Vec<String> = kinds.iter().map(|kind| format!("{kind}:NAME")).collect();
            self.fault(
                pointer,
                format!("`{target}` is not a target"),
                Some(&format!("write {}", forms.join(" or "))),
            );
        }
    }

    fn targets(&mut self, pointer: &str, targets: &[String], kinds: &[&str]) {
        for (index, target) in targets.iter().enumerate() {
            self.target(&format!("{pointer}/{index}"), target, kinds);
        }
    }

    fn within(&mut self, pointer: &str, number: u32, least: u32, most: u32) {
        if !(least..=most).contains(&number) {
            self.fault(pointer, format!("{number} is not between {least} and {most}"), None);
        }
    }

    fn function(&mut self, at: &str, function: &Function) {
        self.within(&format!("{at}/memory"), function.memory, 128, 10_240);
        self.within(&format!("{at}/timeout"), function.timeout, 1, 900);
        if let Some(retries) = function.retries {
            self.within(&format!("{at}/retries"), u32::from(retries), 0, 2);
        }
        self.within(&format!("{at}/storage"), function.storage, 512, 10_240);
        self.start(at, function);
        if !function.handler.contains('.') {
            self.fault(&format!("{at}/handler"), "a handler is written `module.function`", None);
        }
        let supplies = self.supplies;
        for (index, layer) in function.layers.iter().enumerate() {
            self.known(
                &format!("{at}/layers/{index}"),
                "layer under layers/",
                layer,
                &supplies.layers,
            );
        }
        let destinations = ["sqs", "sns", "lambda", "events", "s3"];
        for (key, target) in [
            ("on_failure", &function.on_failure),
            ("on_success", &function.on_success),
        ] {
            if let Some(target) = target {
                self.target(&format!("{at}/{key}"), target, &destinations);
            }
        }
        if let Some(target) = &function.dead_letter {
            self.target(&format!("{at}/dead_letter"), target, &["sqs", "sns"]);
        }
    }

    /// What keeps an environment ready: of the account's thousand, a hundred stay unreserved, and what starts from a
    /// snapshot can neither be provisioned nor have a larger `/tmp`.
    fn start(&mut self, at: &str, function: &Function) {
        if let Some(provisioned) = function.provisioned_concurrency {
            let most = function.reserved_concurrency.unwrap_or(900);
            self.within(&format!("{at}/provisioned_concurrency"), provisioned, 1, most);
        }
        if !function.snap_start {
            return;
        }
        let at = format!("{at}/snap_start");
        if function.provisioned_concurrency.is_some() {
            let help = Some("leave out `snap_start` or `provisioned_concurrency`");
            self.fault(&at, "SnapStart does not support provisioned concurrency", help);
        }
        if function.storage > 512 {
            let help = Some("leave out `snap_start` or `storage`");
            self.fault(&at, "SnapStart does not support more than 512 MB of `storage`", help);
        }
    }

    fn bucket(&mut self, at: &str, bucket: &Bucket) {
        for (index, notification) in bucket.notifications.iter().enumerate() {
            let at = format!("{at}/notifications/{index}");
            self.function_name(&format!("{at}/function"), &notification.function);
            for (index, event) in notification.events.iter().enumerate() {
                if !event.starts_with("s3:Object") {
                    let help = Some("as `s3:ObjectCreated:*` or `s3:ObjectRemoved:Delete`");
                    self.fault(
                        &format!("{at}/events/{index}"),
                        format!("S3 has no event `{event}`"),
                        help,
                    );
                }
            }
        }
        for (index, object) in bucket.objects.iter().enumerate() {
            let at = format!("{at}/objects/{index}");
            let SeedObject { text, json, file, .. } = object;
            let given = [text.is_some(), json.is_some(), file.is_some()];
            if given.iter().filter(|given| **given).count() != 1 {
                self.fault(&at, "an object has exactly one of `text`, `json`, `file`", None);
            }
            if let Some(file) = file {
                let supplies = self.supplies;
                self.known(&format!("{at}/file"), "file under files/", file, &supplies.data);
            }
        }
    }

    fn table(&mut self, at: &str, table: &Table) {
        let name = |key: &str| key.strip_prefix("N:").unwrap_or(key).to_owned();
        let keys: Vec<String> = std::iter::once(name(&table.key))
            .chain(table.sort_key.as_deref().map(name))
            .collect();
        for (index, item) in table.items.iter().enumerate() {
            for key in keys.iter().filter(|key| item.get(key.as_str()).is_none()) {
                self.fault(
                    &format!("{at}/items/{index}"),
                    format!("the item has no `{key}`, which is a key of the table"),
                    None,
                );
            }
        }
        let views = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"];
        if let Some(stream) = &table.stream
            && !views.contains(&stream.as_str())
        {
            self.fault(
                &format!("{at}/stream"),
                format!("there is no stream view `{stream}`"),
                Some(&views.join(", ")),
            );
        }
    }

    fn queue(&mut self, at: &str, queue: &Queue) {
        if queue.fifo != queue.name.strip_suffix(".fifo").is_some() {
            self.fault(
                &format!("{at}/name"),
                "the name of a FIFO queue, and of no other, ends in `.fifo`",
                None,
            );
        }
        if queue.max_receive_count.is_some() != queue.dead_letter_queue.is_some() {
            self.fault(at, "`max_receive_count` and `dead_letter_queue` belong together", None);
        }
        if let Some(name) = &queue.dead_letter_queue {
            let account = self.account;
            self.known(&format!("{at}/dead_letter_queue"), "queue", name, &account.queues);
        }
    }

    fn event_source(&mut self, at: &str, source: &EventSource, resources: &Resources) {
        self.target(&format!("{at}/source"), &source.source, &["sqs", "dynamodb"]);
        self.function_name(&format!("{at}/function"), &source.function);
        if let Some(target) = &source.on_failure {
            self.target(&format!("{at}/on_failure"), target, &["sqs", "sns", "s3"]);
        }
        let table = source.source.strip_prefix("dynamodb:");
        if resources
            .tables
            .iter()
            .any(|item| Some(item.name.as_str()) == table && item.stream.is_none())
        {
            self.fault(
                &format!("{at}/source"),
                "this table has no stream",
                Some("give the table `stream = \"NEW_AND_OLD_IMAGES\"`"),
            );
        }
    }

    fn rule(&mut self, at: &str, rule: &Rule) {
        if rule.pattern.is_some() == rule.schedule.is_some() {
            self.fault(at, "a rule has exactly one of `pattern` and `schedule`", None);
        }
        if let Some(schedule) = &rule.schedule
            && !((schedule.starts_with("rate(") || schedule.starts_with("cron(")) && schedule.ends_with(')'))
        {
            self.fault(
                &format!("{at}/schedule"),
                format!("`{schedule}` is not a schedule"),
                Some("rate(5 minutes) or cron(0 8 * * ? *)"),
            );
        }
        let account = self.account;
        self.known(&format!("{at}/bus"), "bus", &rule.bus, &account.buses);
        self.targets(&format!("{at}/targets"), &rule.targets, &["lambda", "sqs"]);
    }
}
