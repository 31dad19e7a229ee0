//! The page around what is described: its own words.

/// What goes into it, as HTML.
pub(super) struct Parts<'page> {
    pub(super) version: &'page str,
    pub(super) navigation: &'page str,
    pub(super) about: &'page str,
    pub(super) values: &'page str,
    pub(super) keys: &'page str,
    pub(super) sections: &'page str,
    pub(super) codes: &'page str,
    pub(super) types: &'page str,
}

/// The whole page.
pub(super) fn page(parts: &Parts<'_>) -> String {
    let Parts { version, navigation, about, values, keys, sections, codes, types } = parts;
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Notification Bell: the HTTP API</title>
<link rel="stylesheet" href="/docs/docs.css">
<script type="module" src="/docs/docs.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><a class="brand" href="#main">Notification Bell</a><span class="version">API {version}</span><a class="file" href="/openapi.json">openapi.json</a></header>
<div class="page">
<nav aria-label="Calls"><ul><li><a href="#keys">Keys</a></li>{navigation}<li><a href="#codes">Errors</a></li><li><a href="#types">Types</a></li></ul></nav>
<main id="main" tabindex="-1">
<h1>The HTTP API</h1>
<div class="about">{about}</div>
{values}
<section id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl class="keys">{keys}</dl></section>
{sections}
<section id="codes" aria-labelledby="codes-title"><h2 id="codes-title">Errors</h2>
<p>Each is <code>application/problem+json</code> in the form of a <a href="#type-Problem"><code>Problem</code></a>. Programs go by <code>code</code>.</p>
<table class="codes"><thead><tr><th scope="col">code</th><th scope="col">status</th><th scope="col">what</th></tr></thead><tbody>{codes}</tbody></table></section>
<section id="types" aria-labelledby="types-title"><h2 id="types-title">Types</h2>{types}</section>
</main>
</div>
<p class="unseen" id="copy-status" role="status"></p>
</body>
</html>
"##
    )
}
