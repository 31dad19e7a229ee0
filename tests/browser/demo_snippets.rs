//! What one copies from the demo page runs as it is.

use std::process::Stdio;

use notification_bell_tests::{
    ANSWER_LIMIT,
    browser::{Page, browse},
    within,
};
use tokio::process::Command;

use crate::demo::{demo, state};

/// Presses the copy button of a snippet and gives what is on the clipboard then.
async fn copied(page: &Page, name: &str) -> String {
    page.allow_clipboard().await;
    page.click(&format!("document.querySelector('[data-copy={name}]')")).await;
    page.until(&format!("document.querySelector('[data-copy={name}]').textContent.includes('Copied')")).await;
    let text = page.promised("await navigator.clipboard.readText()").await;
    let text = text.as_str().expect("there is text on the clipboard").to_owned();
    assert_eq!(page.value(&format!("document.getElementById('{name}').textContent")).await, text);
    text
}

/// What a program prints; none if it is not installed.
async fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = within(ANSWER_LIMIT, program, command.output()).await;
    let Ok(output) = output else {
        println!("skipped: there is no {program} here");
        return None;
    };
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("it prints text").trim().to_owned())
}

#[tokio::test]
async fn the_copied_tag_works_on_another_site() {
    browse(async |page| {
        let scene = demo(page).await;
        let tag = copied(page, "tag").await;
        let badge = page.until("badge()").await;
        page.open(&scene.site.page("/pasted", &tag)).await;
        page.until(&format!("badge() === {badge}")).await;
    })
    .await;
}

#[tokio::test]
async fn the_copied_curl_call_sends() {
    browse(async |page| {
        let _scene = demo(page).await;
        let curl = copied(page, "curl").await;
        let Some(answer) = printed("sh", &["-c", &curl]).await else { return };
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("the answer is JSON");
        page.until(&format!(
            "events('received').some(({{ detail }}) => detail.item.id === {})",
            answer["id"]
        ))
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_copied_programs_compute_the_users_proof() {
    browse(async |page| {
        let scene = demo(page).await;
        let proof = state(&scene, "design@example.com").await["userHmac"].as_str().unwrap().to_owned();
        let secret = state(&scene, "design@example.com").await["apiSecretKey"].as_str().unwrap().to_owned();
        let folder = tempfile::TempDir::new().unwrap();
        for (language, program, ending) in [
            ("Node", "node", "mjs"),
            ("Python", "python3", "py"),
            ("PHP", "php", "php"),
            ("Ruby", "ruby", "rb"),
            ("Shell", "sh", "sh"),
        ] {
            let choice = format!("document.querySelector('#hmac-form [name=language][value={language}]')");
            page.click(&format!("{choice}.labels[0]")).await;
            page.until(&format!(
                "document.getElementById('hmac-run').textContent.includes(' {program} ') \
                 && document.getElementById('hmac').textContent.includes(' {program} ')"
            ))
            .await;
            let file = folder.path().join(format!("proof.{ending}"));
            std::fs::write(&file, copied(page, "hmac").await).unwrap();
            let arguments = [&format!("BELL_API_SECRET_KEY={secret}"), program, file.to_str().unwrap()];
            let found = format!("command -v {program} || echo 'left out: there is no {program} here'");
            if !printed("sh", &["-c", &found]).await.is_some_and(|path| path.starts_with('/')) {
                continue;
            }
            let arguments = [&arguments[..], &["design@example.com"]].concat();
            assert_eq!(printed("env", &arguments).await.as_deref(), Some(proof.as_str()), "{language}");
        }
        page.assert(&format!("document.querySelector('[data-user-hmac]').textContent === '{proof}'")).await;
    })
    .await;
}
