//! Function URLs.

use serde_json::{Value, json};

use super::Call;
use super::answer::Answer;
use super::describe::date;
use super::input::{Input, missing};
use crate::clock::Timestamp;
use crate::lambda::ApiError;
use crate::lambda::function_url::{AuthType, Cors, FunctionUrl, InvokeMode};
use crate::lambda::registry::UrlChange;

pub(super) fn create(call: &Call) -> Result<Answer, ApiError> {
    let reference = call.function()?;
    let change = change(call.input())?;
    change.auth.ok_or_else(|| missing("AuthType"))?;
    let url = call.lambda.create_url(&reference, change)?;
    let mut shown = call.url(&url);
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("LastModifiedTime");
    }
    Ok(Answer::json(201, &shown))
}

pub(super) fn update(call: &Call) -> Result<Answer, ApiError> {
    let url = call.lambda.update_url(&call.function()?, change(call.input())?)?;
    Ok(Answer::json(200, &call.url(&url)))
}

pub(super) fn get(call: &Call) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &call.url(&call.lambda.url(&call.function()?)?)))
}

pub(super) fn list(call: &Call) -> Result<Answer, ApiError> {
    let urls = call.lambda.urls(&call.function()?)?;
    let shown = urls.iter().map(|url| (url.id.clone(), call.url(url)));
    call.page("FunctionUrlConfigs", shown.collect())
}

pub(super) fn delete(call: &Call) -> Result<Answer, ApiError> {
    call.lambda.delete_url(&call.function()?)?;
    Ok(Answer::empty(204))
}

fn change(input: Input<'_>) -> Result<UrlChange, ApiError> {
    let auth_types = [("NONE", AuthType::None), ("AWS_IAM", AuthType::AwsIam)];
    let invoke_modes = [
        ("BUFFERED", InvokeMode::Buffered),
        ("RESPONSE_STREAM", InvokeMode::ResponseStream),
    ];
    let cors = input.structure("Cors")?.and_then(|_| input.get("Cors"));
    let cors: Option<Cors> = cors
        .map(|cors| serde_json::from_value(cors.clone()))
        .transpose()
        .map_err(|error| ApiError::Serialization(format!("Cors: {error}")))?;
    Ok(UrlChange {
        auth: input.one_of("AuthType", "authType", &auth_types)?,
        invoke_mode: input.one_of("InvokeMode", "invokeMode", &invoke_modes)?,
        cors,
    })
}

impl Call {
    /// A URL, with an address that reaches this mock.
    fn url(&self, url: &FunctionUrl) -> Value {
        let account = self.lambda.platform().account();
        let port = self.host.rsplit_once(':').map_or("80", |(_, port)| port);
        let mut shown = json!({
            "FunctionUrl": format!("http://{}.lambda-url.{}.localhost:{port}/", url.id, account.region),
            "FunctionArn": match &url.qualifier {
                Some(alias) => account.arn("lambda", &format!("function:{}:{alias}", url.function)),
                None => account.arn("lambda", &format!("function:{}", url.function)),
            },
            "AuthType": url.auth,
            "CreationTime": date(Timestamp::from_micros(url.created)),
            "LastModifiedTime": date(Timestamp::from_micros(url.modified)),
            "InvokeMode": url.invoke_mode,
        });
        if let Some(cors) = &url.cors {
            shown["Cors"] = json!(cors);
        }
        shown
    }
}
