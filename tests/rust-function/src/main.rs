//! A function in Rust, on AWS's own `lambda_runtime`: what `--engine provided` runs, for the tests of that engine.

mod late_error;

use lambda_runtime::streaming::{Body, Response, channel};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("_HANDLER").as_deref() {
        Ok("stream") => run(service_fn(stream)).await,
        Ok("late_error") => late_error::run(),
        _ => run(service_fn(handler)).await,
    }
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    match event["do"].as_str().unwrap_or_default() {
        "fail" => Err("it failed on purpose".into()),
        "panic" => panic!("it panicked on purpose"),
        "exit" => std::process::exit(3),
        "log" => {
            println!("to the output");
            eprintln!("to the error output");
            Ok(Value::Null)
        }
        "big" => Ok(Value::String("x".repeat(7 * 1024 * 1024))),
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_secs(60));
            Ok(Value::Null)
        }
        _ => Ok(json!({
            "event": event,
            "id": context.request_id,
            "arn": context.invoked_function_arn,
            "memory": context.env_config.memory,
            "version": context.env_config.version,
            "handler": std::env::var("_HANDLER").unwrap_or_default(),
            "execution": std::env::var("AWS_EXECUTION_ENV").ok(),
            "task": std::fs::exists(std::path::Path::new(&std::env::var("LAMBDA_TASK_ROOT")?).join("bootstrap"))?,
        })),
    }
}

async fn stream(event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let (mut sender, body) = channel();
    let fails = event.payload["fail"].as_bool().unwrap_or_default();
    tokio::spawn(async move {
        for part in ["one ", "two ", "three"] {
            if sender.send_data(part.into()).await.is_err() {
                return;
            }
        }
        if fails {
            sender.abort();
        }
    });
    Ok(Response::from(body))
}
