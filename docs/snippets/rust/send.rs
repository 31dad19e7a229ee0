// Sends a notification: BELL_URL=http://localhost:3001 BELL_BACKEND_KEY=ak_… cargo run -- <userId> <title> <key>
// The key names what is told, such as invoice-3318-paid: the same one again, within 24 hours, sends nothing twice.
// Cargo.toml: reqwest = { version = "0.13", features = ["json"] }, serde_json = "1", tokio = { version = "1", features = ["full"] }
use std::{env, error::Error, fmt, time::Duration};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// A refusal: its `code` is for programs, its `errors` point to the members that are not right.
#[derive(Debug)]
struct Problem(Value);

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0["code"], self.0["detail"])?;
        for error in self.0["errors"].as_array().into_iter().flatten() {
            write!(formatter, "\n{} {}", error["pointer"], error["detail"])?;
        }
        Ok(())
    }
}

impl Error for Problem {}

async fn send(url: &str, backend_key: &str, notification: &Value, idempotency_key: &str) -> Result<Value, Box<dyn Error>> {
    let request = Client::new()
        .post(format!("{url}/api/v1/notifications"))
        .bearer_auth(backend_key)
        .header("Idempotency-Key", idempotency_key)
        .timeout(Duration::from_secs(10))
        .json(notification);
    let response = request.send().await?;
    let status = response.status();
    let answer: Value = response.json().await?;
    if status == StatusCode::CREATED { Ok(answer) } else { Err(Problem(answer).into()) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (url, backend_key) = (env::var("BELL_URL")?, env::var("BELL_BACKEND_KEY")?);
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [user_id, title, key] = arguments.as_slice() else { return Err("whom, what, and under which key?".into()) };
    let notification = json!({ "to": { "users": [user_id] }, "title": title });
    println!("{}", send(&url, &backend_key, &notification, key).await?["id"]);
    Ok(())
}
