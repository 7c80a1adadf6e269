use std::sync::Mutex;

use super::*;

const START: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

#[tokio::test]
async fn a_long_sleep_takes_no_real_time() {
    let clock = Clock::new(START);
    let began = Instant::now();
    let busy = clock.sleep(clock.busy(), Duration::from_secs(86_400)).await;
    assert!(clock.now() - START >= Duration::from_secs(86_400));
    drop(busy);
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn sleepers_wake_in_order_of_time() {
    let clock = Clock::new(START);
    let order = Arc::new(Mutex::new(Vec::new()));
    let hold = clock.busy();
    for seconds in [30, 10, 20] {
        let (clock, order, busy) = (clock.clone(), order.clone(), clock.busy());
        tokio::spawn(async move {
            let _busy = clock.sleep(busy, Duration::from_secs(seconds)).await;
            order.lock().unwrap().push(seconds);
        });
    }
    drop(hold);
    clock.settled().await;
    assert_eq!(*order.lock().unwrap(), [10, 20, 30]);
}

#[tokio::test]
async fn time_stands_while_nobody_is_busy() {
    let clock = Clock::new(START);
    assert_eq!(clock.now(), START);
    assert_eq!(clock.now(), START);
}

#[tokio::test]
async fn background_timers_wait_for_advance() {
    let clock = Clock::new(START);
    let fired = Arc::new(Mutex::new(None));
    let timer = clock.background(START + Duration::from_secs(60));
    let (seen, inner) = (fired.clone(), clock.clone());
    tokio::spawn(async move {
        let _busy = timer.await;
        *seen.lock().unwrap() = Some(inner.now());
    });
    clock.settled().await;
    assert_eq!(*fired.lock().unwrap(), None);
    clock.advance(Duration::from_secs(90)).await;
    let at = fired.lock().unwrap().unwrap();
    assert!(at - START >= Duration::from_secs(60) && at - START < Duration::from_secs(90));
    assert!(clock.now() - START >= Duration::from_secs(90));
}

#[tokio::test]
async fn a_cancelled_sleep_holds_nothing_up() {
    let clock = Clock::new(START);
    let (inner, busy, hold) = (clock.clone(), clock.busy(), clock.busy());
    let sleeper = tokio::spawn(async move { drop(inner.sleep(busy, Duration::from_secs(1000)).await) });
    tokio::task::yield_now().await;
    sleeper.abort();
    let _ = sleeper.await;
    drop(hold);
    clock.settled().await;
    assert!(clock.now() - START < Duration::from_secs(1000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sleeper_wakes_on_time_although_another_computes() {
    let clock = Clock::new(START);
    let computing = clock.busy();
    let busy = clock.sleep(clock.busy(), Duration::from_millis(5)).await;
    assert!(clock.now() - START >= Duration::from_millis(5));
    drop((computing, busy));
}

#[tokio::test]
async fn a_timer_set_before_a_jump_still_fires_on_time() {
    let clock = Clock::new(START);
    let hold = clock.busy();
    let later = clock.background(START + Duration::from_secs(3600) + Duration::from_millis(20));
    let sleeper = clock.sleep(clock.busy(), Duration::from_secs(3600));
    drop(hold);
    // Awake again, and busy: time flows on from the hour to the timer.
    let _busy = sleeper.await;
    drop(later.await);
    assert!(clock.now() - START >= Duration::from_secs(3600) + Duration::from_millis(20));
}

#[tokio::test]
async fn live_time_flows_although_nobody_is_busy() {
    let clock = Clock::paced(Pace::Live, START);
    while clock.now() == START {
        tokio::task::yield_now().await;
    }
    clock.settled().await;
}

#[tokio::test]
async fn live_timers_wait_for_real_time() {
    let clock = Clock::paced(Pace::Live, START);
    let far = clock.timer(START + Duration::from_secs(3600), true);
    drop(clock.sleep(clock.busy(), Duration::from_millis(5)).await);
    drop(clock.background(clock.now() + Duration::from_millis(5)).await);
    let passed = clock.now() - START;
    assert!(
        passed >= Duration::from_millis(10) && passed < Duration::from_secs(3600),
        "{passed:?}"
    );
    drop(far);
}

#[tokio::test]
async fn live_time_can_be_moved_and_timers_fire_in_order_on_the_way() {
    let clock = Clock::paced(Pace::Live, START);
    let order = Arc::new(Mutex::new(Vec::new()));
    for (minutes, foreground) in [(50, false), (10, true), (30, false), (70, true)] {
        let timer = clock.timer(START + Duration::from_secs(60 * minutes), foreground);
        let (clock, order) = (clock.clone(), order.clone());
        tokio::spawn(async move {
            let _busy = timer.await;
            order
                .lock()
                .unwrap()
                .push((minutes, (clock.now() - START).as_secs() / 60));
        });
    }
    let began = Instant::now();
    clock.advance(Duration::from_secs(3600)).await;
    assert_eq!(*order.lock().unwrap(), [(10, 10), (30, 30), (50, 50)]);
    assert!(began.elapsed() < Duration::from_secs(600));
    // What is left comes by itself, the sooner for the time that was skipped.
    let next = clock.background(START + Duration::from_secs(3600) + began.elapsed() + Duration::from_millis(20));
    drop(next.await);
    assert_eq!(order.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn fast_time_flows_and_jumps() {
    let clock = Clock::paced(Pace::Fast, START);
    drop(clock.sleep(clock.busy(), Duration::from_secs(3600)).await);
    let after = clock.now();
    assert!(after - START >= Duration::from_secs(3600));
    while clock.now() == after {
        tokio::task::yield_now().await;
    }
}

#[test]
fn timestamps_print_as_aws_prints_them() {
    let at = START + Duration::from_millis(1_234);
    assert_eq!(at.iso_millis(), "2026-01-01T00:00:01.234Z");
    assert_eq!(at.iso_seconds(), "2026-01-01T00:00:01Z");
}

#[tokio::test]
async fn modelled_time_stands_while_somebody_computes() {
    let clock = Clock::paced(Pace::Modelled, START);
    let busy = clock.busy();
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(clock.now(), START);
    let busy = clock.sleep(busy, Duration::from_secs(60)).await;
    assert_eq!(clock.now(), START + Duration::from_secs(60));
    drop(busy);
    clock.settled().await;
    assert_eq!(clock.now(), START + Duration::from_secs(60));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn whoever_sleeps_wakes_in_order_and_never_early(spans in proptest::collection::vec(1_u64..5_000_000, 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let woken = runtime.block_on(async {
            let clock = Clock::new(START);
            let woken = Arc::new(Mutex::new(Vec::new()));
            let hold = clock.busy();
            for span in &spans {
                let (clock, woken, busy, span) = (clock.clone(), woken.clone(), clock.busy(), *span);
                tokio::spawn(async move {
                    let busy = clock.sleep_until(busy, START + Duration::from_millis(span)).await;
                    woken.lock().unwrap().push((span, clock.now()));
                    drop(busy);
                });
            }
            drop(hold);
            clock.settled().await;
            Arc::try_unwrap(woken).map(|woken| woken.into_inner().unwrap()).unwrap_or_default()
        });
        proptest::prop_assert_eq!(woken.len(), spans.len());
        for pair in woken.windows(2) {
            proptest::prop_assert!(pair[0].0 <= pair[1].0, "in order of time: {:?}", woken);
            proptest::prop_assert!(pair[0].1 <= pair[1].1, "time never goes back: {:?}", woken);
        }
        for (span, at) in &woken {
            proptest::prop_assert!(*at >= START + Duration::from_millis(*span), "never early: {:?}", woken);
        }
    }

    #[test]
    fn what_passes_adds_up(spans in proptest::collection::vec(0_u64..10_000_000, 1..10)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let clock = Clock::new(START);
            for span in &spans {
                clock.advance(Duration::from_millis(*span)).await;
            }
            let passed = clock.now() - START;
            let asked = Duration::from_millis(spans.iter().sum());
            proptest::prop_assert!(passed >= asked && passed < asked + Duration::from_secs(60), "{:?}", passed);
            Ok(())
        })?;
    }
}
