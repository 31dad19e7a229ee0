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
async fn the_copied_hmac_lines_compute_the_users_proof() {
    browse(async |page| {
        let scene = demo(page).await;
        let proof = state(&scene, "design@example.com").await["userHmac"].as_str().unwrap().to_owned();
        for (language, program, flags, ending) in [
            ("Node", "node", &["--input-type=module", "-e"][..], "\nconsole.log(userHmac)"),
            ("Python", "python3", &["-c"], "\nprint(user_hmac)"),
            ("PHP", "php", &["-r"], "\necho $userHmac;"),
            ("Ruby", "ruby", &["-e"], "\nputs user_hmac"),
            ("Shell", "sh", &["-c"], ""),
        ] {
            page.click(&format!("document.querySelector('[name=language][value={language}]').labels[0]"))
                .await;
            let code = format!("{}{ending}", copied(page, "hmac").await);
            let arguments = [flags, &[code.as_str()]].concat();
            if let Some(printed) = printed(program, &arguments).await {
                assert_eq!(printed, proof, "{language}");
            }
        }
        page.assert(&format!("document.querySelector('[data-user-hmac]').textContent === '{proof}'")).await;
    })
    .await;
}
