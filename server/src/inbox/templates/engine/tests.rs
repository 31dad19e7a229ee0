//! What a template may do, and what it may not.

use proptest::prelude::*;
use serde_json::json;

use super::{Compiled, Flaw, check, values};

#[expect(clippy::needless_pass_by_value, reason = "reads better at the calls")]
fn rendered(source: &str, data: serde_json::Value) -> Result<String, String> {
    Compiled::default().render("text", source, &values(Some(&data)), 100).map_err(|Flaw(text)| text)
}

#[test]
fn values_choices_and_lists_are_what_a_template_needs() {
    let order = json!({"order": {"number": 7, "lines": [{"name": "Tea"}, {"name": "Mug"}]}, "paid": true});
    assert_eq!(rendered("Order {{ order.number }}", order.clone()).unwrap(), "Order 7");
    assert_eq!(rendered("{{ order.lines[1].name }}", order.clone()).unwrap(), "Mug");
    let list = "{% for line in order.lines %}{{ line.name }}{% if not loop.last %}, {% endif %}{% endfor %}";
    assert_eq!(rendered(list, order.clone()).unwrap(), "Tea, Mug");
    let choice =
        "{% if order.number == 1 %}one{% elif paid and order.number >= 2 %}more{% else %}-{% endif %}";
    assert_eq!(rendered(choice, order.clone()).unwrap(), "more");
    assert_eq!(rendered("{% if name is defined %}{{ name }}{% else %}you{% endif %}", order).unwrap(), "you");
}

#[test]
fn text_is_not_escaped() {
    assert_eq!(rendered("<{{ a }}>", json!({"a": "<b>&\"'"})).unwrap(), "<<b>&\"'>");
}

#[test]
fn what_is_missing_is_named() {
    let data = json!({"order": {"lines": [], "note": null}});
    for (source, name) in [
        ("{{ name }}", "name"),
        ("a\n{{ order.number }}", "order.number"),
        ("{{ order.customer.name }}", "order.customer"),
        ("{% if order.number > 1 %}{% endif %}", "order.number"),
        ("{% for one in lines %}{% endfor %}", "lines"),
    ] {
        let fault = rendered(source, data.clone()).unwrap_err();
        assert!(fault.contains("lacks") && fault.contains(name), "{source}: {fault}");
    }
    for source in ["{{ order }}", "{{ order.lines }}", "{{ order.note }}"] {
        assert!(rendered(source, data.clone()).unwrap_err().contains("no text"), "{source}");
    }
}

#[test]
fn a_name_as_long_as_the_template_is_not_said_whole() {
    let fault = rendered(&format!("{{{{ {} }}}}", "a".repeat(8_000)), json!({})).unwrap_err();
    assert!(fault.starts_with("lacks `aaa") && fault.len() < 100, "{fault}");
}

#[test]
fn a_fault_is_placed() {
    for (source, place) in [
        ("Hello {{ name", "(line 1"),
        ("a\nb {% if x %}", "(line 2"),
        ("a\n{% include 'x' %}", "(line 2"),
        ("ab{{ a ~ b }}", "(line 1, column 6)"),
    ] {
        let Flaw(text) = check(source).unwrap_err();
        assert!(text.contains(place), "{source}: {text}");
    }
}

#[test]
fn a_hostile_template_is_refused_when_it_is_saved() {
    for source in [
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% set x = 'a' %}",
        "{% macro x() %}{% endmacro %}",
        "{% do range(1) %}",
        "{% filter upper %}a{% endfilter %}",
        "{% autoescape true %}{% endautoescape %}",
        "{% with a = 1 %}{% endwith %}",
        "{% for a in range(1000000000) %}{% endfor %}",
        "{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}",
        "{% for a in x recursive %}{{ loop(a) }}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ x ~ x }}",
        "{{ x | upper }}",
        "{{ x() }}",
        "{{ x.__class__() }}",
        "{{ [1] }}",
        "{{ x[y] }}",
        "{{ x[:2] }}",
        "{% if x == y %}{% endif %}",
        "{% if 'a' in x %}{% endif %}",
        "{% if 10 ** 1000000 %}{% endif %}",
    ] {
        assert!(check(source).is_err(), "{source}");
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    for source in [
        "{% if a %}".repeat(5_000),
        format!("{{{{ {}a{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("{{% if {}a %}}{{% endif %}}", "not ".repeat(5_000)),
        format!("{{{{ a{} }}}}", "[0]".repeat(3_000)),
        format!("{{% if a %}}{}{{% endif %}}", "{%elif a%}".repeat(800)),
    ] {
        assert!(check(&source).is_err() || rendered(&source, json!({"a": 1})).is_err());
    }
}

#[test]
fn an_endless_loop_runs_out_and_an_endless_text_is_cut_off() {
    let data = json!({"x": vec![1; 10_000]});
    let turns = "{% for one in x %}{% if one == 2 %}{% endif %}{% endfor %}";
    assert!(rendered(turns, data.clone()).unwrap_err().contains("too much work"));
    assert!(rendered("{% for one in x %}aaaaaaaaaa{% endfor %}", data).unwrap_err().contains("too long"));
}

#[test]
fn a_text_is_compiled_once() {
    let mut compiled = Compiled::default();
    for number in 1..=3 {
        let data = json!({ "number": number });
        // What it was compiled from is not looked at again.
        let source = if number == 1 { "{{ number }}" } else { "{{ other }}" };
        let text = compiled.render("text", source, &values(Some(&data)), 10);
        assert_eq!(text, Ok(number.to_string()));
    }
}

#[test]
fn all_texts_of_a_notification_together_run_out() {
    let data = json!({"x": vec![1; 500]});
    let turns = "{% for one in x %}{% if one == 2 %}{% endif %}{% endfor %}";
    let mut compiled = Compiled::default();
    let mut languages = 0;
    while compiled.render("text", turns, &values(Some(&data)), 100).is_ok() {
        languages += 1;
        assert!(languages < 1_000, "there is no end");
    }
    assert!(languages > 5, "{languages}");
    compiled.begin();
    assert!(compiled.render("text", turns, &values(Some(&data)), 100).is_ok(), "another one begins anew");
}

proptest! {
    #[test]
    fn any_text_is_refused_or_rendered(source in "([a-z {}%.]|\\{\\{ ?|\\{% ?| ?%\\}| ?\\}\\}|if a|for b in a|endif|endfor){0,12}") {
        let _ = rendered(&source, json!({"a": [1, 2], "b": "x"}));
    }

    #[test]
    fn plain_text_is_itself(source in "[^{}]{0,80}") {
        let trimmed = source.strip_suffix('\n').unwrap_or(&source);
        prop_assert_eq!(Compiled::default().render("text", &source, &values(None), 1_000).unwrap(), trimmed.strip_suffix('\r').unwrap_or(trimmed));
    }
}
