//! The environments of a function's versions, and how many of them may run (developer guide, "Understanding Lambda
//! function scaling").

use std::sync::Arc;
use std::time::Duration;

use super::environment::Environment;
use super::error::{ApiError, ThrottleReason};
use super::function::{FunctionConfig, Version};
use super::reference::FunctionRef;
use super::registry::{Function, State};
use super::service::Lambda;
use super::tenant::TenantId;
use crate::clock::{Busy, Timestamp};
use crate::history::{EntryId, Event};

/// How long an environment is kept idle. AWS doesn't say; this is of the order that people observe.
const KEPT_IDLE: Duration = Duration::from_secs(30 * 60);
/// How long an environment is kept in all: Lambda ends them "every few hours to allow for runtime updates and maintenance,
/// even for functions that are invoked continuously" (developer guide, "Understanding the Lambda execution environment
/// lifecycle"). It doesn't say how many; two are what has been measured (Xebia, "TIL that AWS Lambda terminates instances
/// preemptively").
const KEPT: Duration = Duration::from_secs(2 * 3_600);
/// New environments that a function may get in each ten seconds.
const NEW_ENVIRONMENTS: f64 = 1_000.0;
/// Environments that the tenants of a function may have for each 1,000 that may run.
const TENANT_ENVIRONMENTS: usize = 2_500;
/// Requests a second that a function may get for each environment that it may have.
const REQUESTS_FOR_EACH: f64 = 10.0;

/// The environments of one version.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The one used last is at the end, and is used first.
    idle: Vec<Environment>,
    /// Environments of provisioned concurrency that are idle.
    ready: Vec<Environment>,
    /// Environments of provisioned concurrency in all: being made, idle or running.
    provisioned: usize,
    /// Environments of provisioned concurrency that are being made.
    in_making: usize,
    /// Others that run.
    running: usize,
}

/// Where the environment of an invocation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Provisioned concurrency.
    Ready,
    /// An earlier invocation.
    Idle,
    /// It has to be made.
    New,
}

/// What a function has asked for lately.
#[derive(Debug, Default)]
pub(super) struct Requests {
    invocations: Allowance,
    environments: Allowance,
}

/// An allowance that grows with time up to a limit, and is spent one by one.
#[derive(Debug, Default)]
struct Allowance {
    spent: f64,
    since: Option<Timestamp>,
}

impl Allowance {
    /// Spends one, if any is left of `limit`, of which `each_second` grows back.
    fn spend(&mut self, now: Timestamp, limit: f64, each_second: f64) -> bool {
        let passed = self.since.map_or(Duration::ZERO, |since| now - since);
        self.since = Some(now);
        self.spent = (self.spent - passed.as_secs_f64() * each_second).max(0.0);
        if self.spent + 1.0 > limit {
            return false;
        }
        self.spent += 1.0;
        true
    }
}

impl Pool {
    /// Takes out all environments that are idle; they end when the answer is dropped.
    pub(super) fn end(&mut self) -> Vec<Environment> {
        self.provisioned -= self.ready.len();
        let mut ended = std::mem::take(&mut self.ready);
        ended.append(&mut self.idle);
        ended
    }

    /// Environments of provisioned concurrency: those that are made, and those of them that are idle.
    pub(super) fn provisioned(&self) -> (u32, u32) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        (
            number(self.provisioned.saturating_sub(self.in_making)),
            number(self.ready.len()),
        )
    }

    /// Takes out the environments that are of no use any more.
    fn sweep(&mut self, now: Timestamp) -> Vec<Environment> {
        let mut ended: Vec<Environment> = self.ready.extract_if(.., Environment::is_lost).collect();
        self.provisioned -= ended.len();
        let too_old =
            |idle: &mut Environment| now - idle.last_used() >= KEPT_IDLE || now - idle.made() >= KEPT || idle.is_lost();
        ended.extend(self.idle.extract_if(.., too_old));
        ended
    }

    /// Where the next environment would come from; for a tenant, only from what is this tenant's.
    fn source(&self, tenant: Option<&TenantId>) -> Source {
        match (self.ready.is_empty(), self.idle_of(tenant)) {
            (false, _) => Source::Ready,
            (true, Some(_)) => Source::Idle,
            (true, None) => Source::New,
        }
    }

    /// The place of the idle environment that was used last.
    fn idle_of(&self, tenant: Option<&TenantId>) -> Option<usize> {
        self.idle.iter().rposition(|idle| idle.tenant() == tenant)
    }

    /// Takes an environment, if there is one.
    fn take(&mut self, source: Source, tenant: Option<&TenantId>) -> Option<Environment> {
        if source == Source::Ready {
            return self.ready.pop();
        }
        self.running += 1;
        self.idle_of(tenant).map(|place| self.idle.remove(place))
    }
}

impl State {
    /// Whether a function may have one more invocation run now.
    fn admit(&mut self, name: &str, source: Source, now: Timestamp) -> Result<(), ThrottleReason> {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        let (unreserved, account) = (self.unreserved(), self.account_concurrency);
        let others = self.functions.values().filter(|function| function.reserved.is_none());
        let running_unreserved: usize = others.map(Function::running).sum();
        let Some(function) = self.functions.get_mut(name) else {
            return Ok(());
        };
        let reserved = function.reserved;
        let may_run = match reserved {
            _ if source == Source::Ready => true,
            Some(reserved) => function.running() < count(reserved.saturating_sub(function.provisioned_sum())),
            None => running_unreserved < count(unreserved),
        };
        if !may_run {
            return Err(match reserved {
                Some(_) => ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded,
                None => ThrottleReason::ConcurrentInvocationLimitExceeded,
            });
        }
        let each_second = f64::from(reserved.unwrap_or(account)) * REQUESTS_FOR_EACH;
        if !function.requests.invocations.spend(now, each_second, each_second) {
            return Err(match reserved {
                Some(_) => ThrottleReason::ReservedFunctionInvocationRateLimitExceeded,
                None => ThrottleReason::FunctionInvocationRateLimitExceeded,
            });
        }
        // "2,500 for every 1,000 concurrent executions" (developer guide, "Troubleshooting tenant isolation").
        if source == Source::New && function.latest.tenant_isolation {
            let most = count(reserved.unwrap_or(account)) * TENANT_ENVIRONMENTS / 1_000;
            if function.environments() >= most {
                return Err(ThrottleReason::FunctionInvocationRateLimitExceeded);
            }
        }
        let environments = &mut function.requests.environments;
        if source == Source::New && !environments.spend(now, NEW_ENVIRONMENTS, NEW_ENVIRONMENTS / 10.0) {
            return Err(ThrottleReason::FunctionInvocationRateLimitExceeded);
        }
        Ok(())
    }
}

impl Function {
    /// Environments that run, without those of provisioned concurrency.
    fn running(&self) -> usize {
        self.pools.values().map(|pool| pool.running).sum()
    }

    /// Environments that run or are idle.
    fn environments(&self) -> usize {
        self.pools.values().map(|pool| pool.running + pool.idle.len()).sum()
    }

    /// Brings the pools to what is provisioned: gives the versions of environments that have to be made, one for
    /// each, and those that have to end.
    fn balance(&mut self) -> (Vec<Arc<FunctionConfig>>, Vec<Environment>) {
        let (mut missing, mut ended) = (Vec::new(), Vec::new());
        let versions: Vec<Arc<FunctionConfig>> = self.all_versions().cloned().collect();
        for config in versions {
            let wanted = usize::try_from(self.provisioned_of(config.version)).unwrap_or(usize::MAX);
            let pool = self.pools.entry(config.version).or_default();
            let surplus = pool.provisioned.saturating_sub(wanted).min(pool.ready.len());
            pool.provisioned -= surplus;
            ended.extend(pool.ready.drain(..surplus));
            let lacking = wanted.saturating_sub(pool.provisioned);
            pool.provisioned += lacking;
            pool.in_making += lacking;
            missing.extend(std::iter::repeat_n(config, lacking));
        }
        (missing, ended)
    }
}

impl Lambda {
    /// An environment for one invocation: an idle one, or a new one if concurrency allows. `cause` is what led to the
    /// invocation, and `tenant` is who it is for.
    pub(super) fn lease(
        &self,
        reference: &FunctionRef,
        tenant: Option<&TenantId>,
        cause: Option<EntryId>,
    ) -> Result<(Lease, Environment), ApiError> {
        let now = self.platform().clock().now();
        let (config, source, taken, ended) = {
            let mut state = self.state();
            let function = state.functions.get_mut(&reference.name);
            let function = function.ok_or_else(|| self.not_invocable(reference))?;
            let lot = || self.platform().chance().fraction();
            let config = function.draw(&reference.qualifier(), lot).cloned();
            let config = config.ok_or_else(|| self.not_invocable(reference))?;
            let pool = function.pools.entry(config.version).or_default();
            let (ended, source) = (pool.sweep(now), pool.source(tenant));
            let admitted = state.admit(&reference.name, source, now);
            let taken = admitted.map(|()| {
                state
                    .pool(&reference.name, config.version)
                    .and_then(|pool| pool.take(source, tenant))
            });
            (config, source, taken, ended)
        };
        if !ended.is_empty() {
            drop(ended);
            self.provision(&reference.name);
        }
        let taken = taken.map_err(|reason| {
            let throttled = Event::Throttled {
                function: reference.name.clone(),
                reason: reason.as_str().to_owned(),
            };
            self.platform().record_because(cause, throttled);
            ApiError::TooManyRequests { reason }
        })?;
        let lease = Lease {
            lambda: self.clone(),
            function: reference.name.clone(),
            version: config.version,
            provisioned: source == Source::Ready,
            over: false,
        };
        let environment = match taken {
            Some(environment) => environment,
            None => Environment::create(self.platform(), &config, tenant)
                .map_err(|error| ApiError::Service(error.to_string()))?,
        };
        Ok((lease, environment))
    }

    /// Whether there is something to invoke.
    ///
    /// # Errors
    ///
    /// If there is no such function, version or alias.
    pub fn invocable(&self, reference: &FunctionRef) -> Result<(), ApiError> {
        self.config_of(reference)
            .map(drop)
            .map_err(|_| self.not_invocable(reference))
    }

    /// The error for a function, version or alias that cannot be invoked because it isn't there.
    fn not_invocable(&self, reference: &FunctionRef) -> ApiError {
        ApiError::FunctionNotFound(reference.qualified_arn(self.platform().account()))
    }

    /// Makes and ends environments until a function has those that are provisioned.
    pub(super) fn provision(&self, name: &str) {
        let balanced = self.state().functions.get_mut(name).map(Function::balance);
        let Some((missing, ended)) = balanced else { return };
        drop(ended);
        for config in missing {
            let (lambda, busy) = (self.clone(), self.platform().clock().busy());
            self.spawn(async move { lambda.make_ready(config, busy).await });
        }
    }

    /// Makes one environment of provisioned concurrency.
    async fn make_ready(&self, config: Arc<FunctionConfig>, busy: Busy) {
        let (made, _busy) = Environment::provision(self.platform(), &config, busy).await;
        // One whose initialisation failed is none; its log says why.
        let made = made.ok().flatten();
        let unwanted = {
            let mut state = self.state();
            let wanted = state
                .functions
                .get(config.name.as_str())
                .map_or(0, |function| function.provisioned_of(config.version));
            match state.pool(config.name.as_str(), config.version) {
                Some(pool) => pool.add_ready(made, usize::try_from(wanted).unwrap_or(usize::MAX)),
                None => made,
            }
        };
        drop(unwanted);
    }
}

impl Pool {
    /// Adds an environment of provisioned concurrency that was made; gives it back where it isn't wanted any more.
    fn add_ready(&mut self, made: Option<Environment>, wanted: usize) -> Option<Environment> {
        self.in_making -= 1;
        match made {
            Some(made) if self.provisioned <= wanted => {
                self.ready.push(made);
                None
            }
            unwanted => {
                self.provisioned -= 1;
                unwanted
            }
        }
    }
}

impl State {
    fn pool(&mut self, function: &str, version: Version) -> Option<&mut Pool> {
        self.functions.get_mut(function)?.pools.get_mut(&version)
    }
}

/// An environment while it is in use. Whatever happens, the counts of the pool are right after.
pub(super) struct Lease {
    lambda: Lambda,
    function: String,
    version: Version,
    provisioned: bool,
    over: bool,
}

impl Lease {
    /// Keeps the environment for the next invocation, unless the function changed meanwhile.
    pub(super) fn give_back(mut self, environment: Environment) {
        let now = self.lambda.platform().clock().now();
        let unwanted = {
            let mut state = self.lambda.state();
            let function = state.functions.get_mut(&self.function);
            let current = function.filter(|function| {
                let mut versions = function.all_versions();
                versions.any(|config| Arc::ptr_eq(config, environment.function()))
            });
            match current {
                Some(function) => {
                    let wanted = usize::try_from(function.provisioned_of(self.version)).unwrap_or(usize::MAX);
                    let pool = function.pools.entry(self.version).or_default();
                    self.over = true;
                    if !self.provisioned {
                        pool.running -= 1;
                        pool.idle.push(environment);
                        None
                    } else if pool.provisioned <= wanted && now - environment.made() < KEPT {
                        pool.ready.push(environment);
                        None
                    } else {
                        pool.provisioned -= 1;
                        Some(environment)
                    }
                }
                None => Some(environment),
            }
        };
        if unwanted.is_some() && self.over {
            drop(unwanted);
            // Another takes the place of one that was too old.
            self.lambda.provision(&self.function);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        if let Some(pool) = self.lambda.state().pool(&self.function, self.version) {
            if self.provisioned {
                pool.provisioned -= 1;
            } else {
                pool.running -= 1;
            }
        }
        if self.provisioned {
            self.lambda.provision(&self.function);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::FunctionName;

    #[test]
    fn a_function_gets_a_thousand_new_environments_in_ten_seconds() {
        let name = FunctionName::new("f").unwrap();
        let config = FunctionConfig::new(name, std::path::PathBuf::new());
        let mut state = State::default();
        state
            .functions
            .insert("f".to_owned(), Function::new(config, String::new()));
        let start = Timestamp::from_micros(0);
        let admitted = |state: &mut State, at| {
            (0..2_000)
                .take_while(|_| state.admit("f", Source::New, at).is_ok())
                .count()
        };
        assert_eq!(admitted(&mut state, start), 1_000);
        let refused = state.admit("f", Source::New, start).unwrap_err();
        assert_eq!(refused, ThrottleReason::FunctionInvocationRateLimitExceeded);
        assert!(
            state.admit("f", Source::Idle, start).is_ok(),
            "environments that are there may be used"
        );
        assert_eq!(admitted(&mut state, start + Duration::from_secs(1)), 100);
    }

    #[test]
    fn an_allowance_grows_back_and_is_not_saved_up() {
        let mut allowance = Allowance::default();
        let start = Timestamp::from_micros(0);
        let spent = |allowance: &mut Allowance, at| (0..50).take_while(|_| allowance.spend(at, 10.0, 10.0)).count();
        assert_eq!(spent(&mut allowance, start), 10);
        assert_eq!(spent(&mut allowance, start + Duration::from_millis(300)), 3);
        assert_eq!(spent(&mut allowance, start + Duration::from_secs(60)), 10);
    }
}
