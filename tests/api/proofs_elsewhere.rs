//! The one line of code that a site's backend needs, in each language that is installed here.

use notification_bell_tests::{ANSWER_LIMIT, hmac_vectors, within};
use tokio::process::Command;

/// Computes every known answer with a program that takes the secret and the user as its arguments.
async fn computes_the_known_answers(program: &str, arguments: &[&str]) {
    for vector in hmac_vectors() {
        let mut command = Command::new(program);
        command.args(arguments).args([&vector.secret, &vector.user_id]).kill_on_drop(true);
        let output = match within(ANSWER_LIMIT, program, command.output()).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                println!("skipped: {program} is not installed");
                return;
            }
            output => output.expect("an installed program can be started"),
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} failed for {vector:?}: {said}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim_end(),
            vector.base64,
            "{program}: {vector:?}"
        );
    }
}

#[tokio::test]
async fn node_computes_the_known_answers() {
    let script = "const [secret, user] = process.argv.slice(1);
        console.log(require('node:crypto').createHmac('sha256', secret).update(user).digest('base64'))";
    computes_the_known_answers("node", &["-e", script, "--"]).await;
}

#[tokio::test]
async fn python_computes_the_known_answers() {
    let script = "import base64, hashlib, hmac, sys
secret, user = sys.argv[1:]
print(base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha256).digest()).decode())";
    computes_the_known_answers("python3", &["-c", script]).await;
}

#[tokio::test]
async fn ruby_computes_the_known_answers() {
    let script = "secret, user = ARGV
        puts [OpenSSL::HMAC.digest('sha256', secret, user)].pack('m0')";
    computes_the_known_answers("ruby", &["-ropenssl", "-e", script, "--"]).await;
}

#[tokio::test]
async fn php_computes_the_known_answers() {
    let script = "[, $secret, $user] = $argv; echo base64_encode(hash_hmac('sha256', $user, $secret, true));";
    computes_the_known_answers("php", &["-r", script, "--"]).await;
}
