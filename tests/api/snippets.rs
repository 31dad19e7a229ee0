//! `docs/snippets/`: each program proves a user and sends, where its language is on the machine.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use notification_bell_tests::{Server, hmac_sha256, hmac_vectors, within};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

const USER: &str = "user@example.com";
/// What a text has to survive: quotes, a backslash, and more than ASCII.
const TITLE: &str = "Zoë's \"offer\": 100 % \\ 🔔";
/// A compiler that is started for the first time takes its time.
const LIMIT: Duration = Duration::from_mins(3);

/// How programs of a language are run.
struct Language {
    /// Its folder.
    folder: &'static str,
    /// What has to be on the machine, and how it is asked whether it is.
    needs: &'static [&'static str],
    /// Makes the programs, in a folder for what comes of it; `{}` stands for that, `{source}` for theirs.
    build: &'static [&'static [&'static str]],
    /// Run the one that proves, and the one that sends.
    hmac: &'static [&'static str],
    send: &'static [&'static str],
}

const NODE: Language = Language {
    folder: "node",
    needs: &["node", "--version"],
    build: &[],
    hmac: &["node", "{source}/hmac.mjs"],
    send: &["node", "{source}/send.mjs"],
};
const PYTHON: Language = Language {
    folder: "python",
    needs: &["python3", "--version"],
    build: &[],
    hmac: &["python3", "{source}/hmac_proof.py"],
    send: &["python3", "{source}/send.py"],
};
const PHP: Language = Language {
    folder: "php",
    needs: &["php", "--version"],
    build: &[],
    hmac: &["php", "{source}/hmac.php"],
    send: &["php", "{source}/send.php"],
};
const RUBY: Language = Language {
    folder: "ruby",
    needs: &["ruby", "--version"],
    build: &[],
    hmac: &["ruby", "{source}/hmac.rb"],
    send: &["ruby", "{source}/send.rb"],
};
const JAVA: Language = Language {
    folder: "java",
    needs: &["javac", "-version"],
    build: &[&["javac", "-encoding", "UTF-8", "-d", "{}", "{source}/Hmac.java", "{source}/Send.java"]],
    hmac: &["java", "-cp", "{}", "Hmac"],
    send: &["java", "-cp", "{}", "Send"],
};
const GO: Language = Language {
    folder: "go",
    needs: &["go", "version"],
    build: &[
        &["go", "build", "-o", "{}/hmac", "{source}/hmac.go"],
        &["go", "build", "-o", "{}/send", "{source}/send.go"],
    ],
    hmac: &["{}/hmac"],
    send: &["{}/send"],
};
const CSHARP: Language = Language {
    folder: "csharp",
    needs: &["dotnet", "--version"],
    build: &[
        &["dotnet", "new", "console", "--no-restore", "-n", "Proof", "-o", "{}/proof"],
        &["cp", "{source}/Hmac.cs", "{}/proof/Program.cs"],
        &["dotnet", "build", "-o", "{}/proof/out", "{}/proof"],
        &["dotnet", "new", "console", "--no-restore", "-n", "Sending", "-o", "{}/sending"],
        &["cp", "{source}/Send.cs", "{}/sending/Program.cs"],
        &["dotnet", "build", "-o", "{}/sending/out", "{}/sending"],
    ],
    hmac: &["dotnet", "{}/proof/out/Proof.dll"],
    send: &["dotnet", "{}/sending/out/Sending.dll"],
};
const SHELL: Language = Language {
    folder: "shell",
    needs: &["openssl", "version"],
    build: &[],
    hmac: &["sh", "{source}/hmac.sh"],
    send: &["sh", "{source}/send.sh"],
};

/// A language whose programs are ready.
struct Ready {
    language: Language,
    source: PathBuf,
    made: TempDir,
}

impl Language {
    /// Makes its programs; none where it is not on the machine, which is said.
    async fn prepare(self) -> Option<Ready> {
        let asked = Command::new(self.needs[0]).args(&self.needs[1..]).output().await;
        if !asked.is_ok_and(|output| output.status.success()) {
            println!("left out: {} is not on this machine", self.needs[0]);
            return None;
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/snippets").join(self.folder);
        let ready = Ready { language: self, source, made: TempDir::new().unwrap() };
        for step in ready.language.build {
            let output = ready.run(step, &[], &[]).await;
            assert!(output.status.success(), "{step:?}: {output:?}");
        }
        Some(ready)
    }

    /// The programs do what they say: every known answer, a proof that ends, a send, its repeat, a refusal.
    async fn check(self) {
        let Some(ready) = self.prepare().await else { return };
        ready.proves().await;
        ready.sends().await;
    }
}

impl Ready {
    async fn run(&self, program: &[&str], arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let (source, made) = (self.source.to_str().unwrap(), self.made.path().to_str().unwrap());
        let words: Vec<String> =
            program.iter().map(|word| word.replace("{source}", source).replace("{}", made)).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments).envs(environment.iter().copied()).env("LC_ALL", "C.UTF-8");
        command.stdin(Stdio::null()).kill_on_drop(true);
        within(LIMIT, &words.join(" "), command.output())
            .await
            .unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    async fn prove(&self, secret: &str, arguments: &[&str]) -> String {
        let output = self.run(self.language.hmac, arguments, &[("BELL_API_SECRET_KEY", secret)]).await;
        assert!(output.status.success(), "{}: {output:?}", self.language.folder);
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    async fn proves(&self) {
        for vector in hmac_vectors() {
            let (secret, user_id) = (&vector.secret, vector.user_id.as_str());
            assert_eq!(self.prove(secret, &[user_id]).await, vector.base64, "{}", self.language.folder);
        }
        for vector in hmac_vectors().iter().take(6) {
            let (secret, user_id) = (&vector.secret, vector.user_id.as_str());
            let mac = hmac_sha256(&format!("v2:{secret}"), &format!("1800000000.{user_id}"));
            let expected = format!("v2.1800000000.{}", BASE64_URL_SAFE_NO_PAD.encode(mac));
            assert_eq!(
                self.prove(secret, &[user_id, "1800000000"]).await,
                expected,
                "{}",
                self.language.folder
            );
        }
    }

    async fn send(&self, server: &Server, key: &str, title: &str) -> (bool, String) {
        let url = format!("http://{}", server.api().address());
        let environment = [("BELL_URL", url.as_str()), ("BELL_BACKEND_KEY", &server.project().backend_key)];
        let output = self.run(self.language.send, &[USER, title, key], &environment).await;
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    async fn sends(&self) {
        let (server, folder) = (Server::start().await, self.language.folder);
        let (sent, said) = self.send(&server, "offer-7", TITLE).await;
        assert!(sent, "{folder}: {said}");
        let (repeated, again) = self.send(&server, "offer-7", TITLE).await;
        assert!(repeated && again == said, "{folder}: {said} and then {again}");
        let page = server.session(USER).await.inbox("").await;
        assert_eq!(page["counts"]["total"], 1, "{folder}: {page}");
        assert_eq!(page["items"][0]["title"], json!(TITLE), "{folder}");
        assert!(said.contains(page["items"][0]["id"].as_str().unwrap()), "{folder}: {said}");
        let (sent, said) = self.send(&server, "offer-8", "").await;
        assert!(!sent && said.contains("validation_failed") && said.contains("/title"), "{folder}: {said}");
    }
}

#[tokio::test]
async fn the_programs_for_node_prove_and_send() {
    NODE.check().await;
}

#[tokio::test]
async fn the_programs_for_python_prove_and_send() {
    PYTHON.check().await;
}

#[tokio::test]
async fn the_programs_for_php_prove_and_send() {
    PHP.check().await;
}

#[tokio::test]
async fn the_programs_for_ruby_prove_and_send() {
    RUBY.check().await;
}

#[tokio::test]
async fn the_programs_for_java_prove_and_send() {
    JAVA.check().await;
}

#[tokio::test]
async fn the_programs_for_go_prove_and_send() {
    GO.check().await;
}

#[tokio::test]
async fn the_programs_for_csharp_prove_and_send() {
    CSHARP.check().await;
}

#[tokio::test]
async fn the_programs_for_the_shell_prove_and_send() {
    SHELL.check().await;
}

/// The programs for Rust need crates that these tests have: they are compiled as a part of them.
mod rust {
    pub(super) mod proof {
        #![expect(
            dead_code,
            clippy::print_stdout,
            reason = "the program prints; here its functions are called"
        )]
        include!("../../docs/snippets/rust/hmac.rs");

        pub(in super::super) fn both(secret: &str, user_id: &str, ends_at: u64) -> (String, String) {
            (user_hmac(secret, user_id).unwrap(), expiring_user_hmac(secret, user_id, ends_at).unwrap())
        }
    }

    pub(super) mod sending {
        #![expect(
            dead_code,
            clippy::print_stdout,
            reason = "the program prints; here its functions are called"
        )]
        include!("../../docs/snippets/rust/send.rs");

        pub(in super::super) async fn one(
            url: &str,
            backend_key: &str,
            notification: &Value,
            key: &str,
        ) -> Result<Value, String> {
            send(url, backend_key, notification, key).await.map_err(|error| error.to_string())
        }
    }
}

#[tokio::test]
async fn the_programs_for_rust_prove_and_send() {
    for vector in hmac_vectors() {
        let (plain, expiring) = rust::proof::both(&vector.secret, &vector.user_id, 1_800_000_000);
        assert_eq!(plain, vector.base64);
        let mac = hmac_sha256(&format!("v2:{}", vector.secret), &format!("1800000000.{}", vector.user_id));
        assert_eq!(expiring, format!("v2.1800000000.{}", BASE64_URL_SAFE_NO_PAD.encode(mac)));
    }
    let server = Server::start().await;
    let (url, backend_key) = (format!("http://{}", server.api().address()), &server.project().backend_key);
    let notification = json!({"to": {"users": [USER]}, "title": TITLE});
    let sent = rust::sending::one(&url, backend_key, &notification, "offer-7").await.unwrap();
    assert_eq!(rust::sending::one(&url, backend_key, &notification, "offer-7").await.unwrap(), sent);
    let notification = json!({"to": {"users": [USER]}, "title": ""});
    let refused = rust::sending::one(&url, backend_key, &notification, "offer-8").await.unwrap_err();
    assert!(refused.contains("validation_failed") && refused.contains("/title"), "{refused}");
}
