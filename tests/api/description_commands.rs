//! `/docs`: the page is what it should be, and with the demo every command on it runs as it is.

use std::process::Stdio;

use notification_bell_tests::{ANSWER_LIMIT, Description, Reply, Server, assert_problem, within};
use reqwest::Method;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

/// A command of the page, and the call that it makes.
struct Shown {
    call: String,
    command: String,
}

async fn page(server: &Server) -> String {
    let reply = Reply::to(server.api().request(Method::GET, "/docs")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    reply.text().to_owned()
}

/// The commands of the page, as one copies them.
fn commands(page: &str) -> Vec<Shown> {
    let shown = page.split("data-call=\"").skip(1).map(|rest| {
        let (call, rest) = rest.split_once('"').unwrap();
        let html = rest.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
        let text = html.replace("<span class=\"value\">", "").replace("</span>", "");
        let text =
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        Shown { call: call.to_owned(), command: text }
    });
    shown.collect()
}

fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    // What is copied stays as it is: only that the head of the answer is printed too is asked for from outside.
    shell.args(["-c", &format!("curl() {{ command curl -sS -i --max-time 20 \"$@\"; }}\n{command}")]);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    shell
}

/// Runs a command, and gives status, content type and body.
async fn answer(command: &str) -> (u16, String, Vec<u8>) {
    let output = within(ANSWER_LIMIT, command, shell(command).output()).await.unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    let end = output.stdout.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("there is a head");
    let head = String::from_utf8_lossy(&output.stdout[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let content_type = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
    (status, content_type.to_owned(), output.stdout[end + 4..].to_vec())
}

/// The data of the first event that a command prints.
async fn first_event(command: &str) -> String {
    let mut process = shell(command).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    within(ANSWER_LIMIT, command, async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(data) = line.strip_prefix("data:") {
                return data.trim().to_owned();
            }
        }
        panic!("{command}: the stream ended without an event")
    })
    .await
}

#[tokio::test]
async fn every_command_of_the_demos_page_runs_as_it_is_and_is_answered_as_described() {
    if Command::new("curl").arg("--version").output().await.is_err() {
        println!("left out: there is no curl here");
        return;
    }
    let (server, description) =
        (Server::builder().argument("--demo").start().await, Description::checked_in());
    let count = commands(&page(&server).await).len();
    assert!(count >= description.calls().len());
    for number in 0..count {
        // Loaded again each time, as a reader would: it has the ids of what the commands before have made.
        let Shown { call: id, command } = commands(&page(&server).await).remove(number);
        let call = description.call(&id);
        assert!(!command.contains("YOUR_"), "{id}: the demo has nothing to name there: {command}");
        if Description::streams(call) {
            let data = first_event(&command).await;
            description.assert_done(call, 200, "text/event-stream", data.as_bytes());
            continue;
        }
        let (status, content_type, body) = answer(&command).await;
        description.assert_done(call, status, &content_type, &body);
    }
}

#[tokio::test]
async fn the_page_names_no_key_of_anybody_without_the_demo() {
    let server = Server::start().await;
    let page = page(&server).await;
    let project = server.project();
    for secret in [&project.api_key, &project.api_secret_key, &project.backend_key] {
        assert!(!page.contains(secret.as_str()));
    }
    assert!(page.contains("YOUR_BACKEND_KEY"));
}

#[tokio::test]
async fn the_page_is_under_a_policy_that_lets_nothing_in_from_outside() {
    for server in [Server::start().await, Server::builder().argument("--demo").start().await] {
        let reply = Reply::to(server.api().request(Method::GET, "/docs")).await;
        let policy = reply.header("content-security-policy").unwrap_or_default();
        for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        for (path, content_type) in [
            ("/docs/docs.css", "text/css"),
            ("/docs/docs.js", "text/javascript"),
            ("/docs/copy.js", "text/javascript"),
        ] {
            let reply = Reply::to(server.api().request(Method::GET, path)).await;
            assert_eq!(reply.status, 200, "{path}");
            assert!(reply.header("content-type").is_some_and(|is| is.starts_with(content_type)), "{path}");
        }
    }
}

#[tokio::test]
async fn dns_rebinding_does_not_reach_the_keys_on_the_demos_page() {
    let server = Server::builder().argument("--demo").start().await;
    let request = server.api().request(Method::GET, "/docs").header("Host", "bell.attacker.example");
    assert_problem(&Reply::to(request).await, 404, "not_found");
}
