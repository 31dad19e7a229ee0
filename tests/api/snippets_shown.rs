//! `docs/SNIPPETS.md` shows the programs of `docs/snippets/` as they are, and the README their lines.

use std::{env, fmt::Write, fs, path::PathBuf};

/// The languages, in the order of the README: name, folder, the word for colouring, the program that proves, the one that sends.
const LANGUAGES: [(&str, &str, &str, &str, &str); 9] = [
    ("Node", "node", "js", "hmac.mjs", "send.mjs"),
    ("Python", "python", "python", "hmac_proof.py", "send.py"),
    ("PHP", "php", "php", "hmac.php", "send.php"),
    ("Ruby", "ruby", "ruby", "hmac.rb", "send.rb"),
    ("Java", "java", "java", "Hmac.java", "Send.java"),
    ("Go", "go", "go", "hmac.go", "send.go"),
    ("C#", "csharp", "csharp", "Hmac.cs", "Send.cs"),
    ("Rust", "rust", "rust", "hmac.rs", "send.rs"),
    ("Shell, with curl", "shell", "sh", "hmac.sh", "send.sh"),
];

const BEGINNING: &str = "# Programs to begin with

For a site's backend, in nine languages: the proof of a user ([IDENTITY.md](IDENTITY.md)), plain and with an end, and sending ([API.md](API.md)). Each is a whole program
of [snippets/](snippets) that the tests run, with nothing but what the language brings along (Rust brings neither HMAC nor HTTP, Java no JSON).
Copy the functions, and give them your `apiSecretKey` and your backend's key from wherever you keep secrets.
";

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn program(folder: &str, file: &str) -> String {
    let path = docs().join("snippets").join(folder).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_document_shows_the_programs_as_they_are() {
    let mut expected = BEGINNING.to_owned();
    for (name, folder, colours, hmac, send) in LANGUAGES {
        write!(expected, "\n## {name}\n").unwrap();
        for (title, file) in [("The proof", hmac), ("Sending", send)] {
            let program = program(folder, file);
            write!(expected, "\n{title}: [{file}](snippets/{folder}/{file})\n\n```{colours}\n{program}```\n")
                .unwrap();
        }
    }
    let path = docs().join("SNIPPETS.md");
    if env::var("BELL_SNIPPETS").as_deref() == Ok("update") {
        fs::write(&path, &expected).unwrap();
    }
    let shown = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shown == expected,
        "docs/SNIPPETS.md shows something else than docs/snippets/. Renew it: BELL_SNIPPETS=update cargo test -p \
         notification-bell-tests --test api -- snippets_shown"
    );
}

#[test]
fn the_lines_of_the_readme_are_those_of_the_programs() {
    let readme = fs::read_to_string(docs().join("../README.md")).unwrap();
    for (name, folder, _, hmac, _) in &LANGUAGES[..4] {
        let line = readme.lines().find_map(|line| line.strip_prefix(&format!("| {name} | `"))).unwrap();
        let line = line.strip_suffix("` |").unwrap();
        assert!(program(folder, hmac).contains(line), "{name}: {line}");
    }
}
