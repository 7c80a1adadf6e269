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

#[test]
fn timestamps_print_as_aws_prints_them() {
    let at = START + Duration::from_millis(1_234);
    assert_eq!(at.iso_millis(), "2026-01-01T00:00:01.234Z");
    assert_eq!(at.iso_seconds(), "2026-01-01T00:00:01Z");
}
