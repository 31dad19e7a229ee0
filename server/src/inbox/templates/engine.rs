//! Templates: what may be written in one, and what becomes of it with the data of a send.
//!
//! `minijinja` does the work, with nothing of it that is not needed: no filters, functions, macros, includes, no loading of
//! anything. What its grammar has beyond that is refused when a template is saved, so that all a template can do is
//! to show values, to choose, and to go once through a list. With that no text grows but by what is written out, which is
//! bounded, as the number of steps is.

use std::io;

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value,
    machinery::{
        Span,
        ast::{BinOpKind, CompareOpKind, Expr, Stmt, UnaryOpKind},
        parse,
    },
    value::{Serde, ValueKind},
};

/// Steps of one text. One without loops takes a few for each value it shows.
const FUEL: u64 = 5_000;
/// Of a path, and of a condition.
const MAX_DEPTH: usize = 32;
/// `{% … %}` in one text. The parser follows a chain of `elif` by recursion, and counts other nesting only.
const MAX_BLOCKS: usize = 100;
/// Of what a fault says of a template: a name in it may be as long as all of it.
const MAX_SHOWN: usize = 80;

/// What is wrong with a template, or with the data for it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::inbox) struct Flaw(pub(in crate::inbox) String);

/// Whether a text is a template that could be rendered.
///
/// # Errors
/// The first fault, and where it is.
pub(in crate::inbox) fn check(source: &str) -> Result<(), Flaw> {
    check_grammar(source)?;
    // What only shows when it is compiled.
    environment().template_from_str(source).map(drop).map_err(|error| syntax(source, &error))
}

/// Whether a text has only what templates may have.
fn check_grammar(source: &str) -> Result<(), Flaw> {
    if source.matches("{%").count() > MAX_BLOCKS {
        return Err(Flaw(format!("must have at most {MAX_BLOCKS} blocks")));
    }
    let parsed = parse(source, "text", minijinja::syntax::SyntaxConfig::default())
        .map_err(|error| syntax(source, &error))?;
    statement(&parsed, false)
}

/// What a template can show: the members of an object.
pub(in crate::inbox) fn values(data: Option<&serde_json::Value>) -> Value {
    data.map_or_else(|| Value::from_pairs([("", ""); 0]), |data| Value::from(Serde(data)))
}

/// The text for some data.
///
/// # Errors
/// What the data lacks, or what is too much of it.
pub(in crate::inbox) fn render(source: &str, data: &Value, max_bytes: usize) -> Result<String, Flaw> {
    check_grammar(source)?;
    let environment = environment();
    let template = environment.template_from_str(source).map_err(|error| syntax(source, &error))?;
    let mut output = Bounded { bytes: Vec::new(), max_bytes };
    let rendered = template.render_captured_to(data.clone(), &mut output).map(drop);
    rendered.map_err(|error| of_data(source, &error))?;
    Ok(String::from_utf8_lossy(&output.bytes).into_owned())
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.add_test("defined", |value: &Value| !value.is_undefined());
    environment.set_formatter(|output, _, value| match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => {
            // Plain text stays plain text: who shows it takes care that it is no markup there.
            output.write_str(&value.to_string()).map_err(Error::from)
        }
        ValueKind::Undefined => Err(Error::new(ErrorKind::UndefinedError, "")),
        _ => Err(Error::new(ErrorKind::NonPrimitive, "")),
    });
    environment
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn at(span: Span, what: &str) -> Flaw {
    Flaw(format!("{what} (line {}, column {})", span.start_line, span.start_col + 1))
}

fn syntax(source: &str, error: &Error) -> Flaw {
    let what = error.detail().unwrap_or("is no template");
    let line = error.line().unwrap_or(1);
    let column = error.range().map_or(1, |range| {
        let before = source.get(..range.start).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count() + 1
    });
    Flaw(format!("cannot be read as a template: {what} (line {line}, column {column})"))
}

fn of_data(source: &str, error: &Error) -> Flaw {
    let path = error.range().and_then(|range| path_to(source, range)).unwrap_or_default();
    let place: String = path.chars().take(MAX_SHOWN).collect();
    Flaw(match error.kind() {
        ErrorKind::UndefinedError => format!("lacks `{place}`"),
        ErrorKind::NonPrimitive => format!("has `{place}`, which is no text, number or boolean"),
        ErrorKind::OutOfFuel => "makes it too much work".to_owned(),
        ErrorKind::WriteFailure => "makes it too long".to_owned(),
        _ => format!("does not fit `{place}`"),
    })
}

/// What stands at a place, with the path that it is the end of.
fn path_to(source: &str, range: std::ops::Range<usize>) -> Option<&str> {
    let before = source.get(..range.start)?;
    let of_path = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '[' | ']');
    source.get(before.trim_end_matches(of_path).len()..range.end)
}

fn statements(list: &[Stmt<'_>], in_loop: bool) -> Result<(), Flaw> {
    list.iter().try_for_each(|one| statement(one, in_loop))
}

fn statement(one: &Stmt<'_>, in_loop: bool) -> Result<(), Flaw> {
    let only = "only {{ values }}, {% if %} and {% for %} can be used";
    match one {
        Stmt::Template(template) => statements(&template.children, in_loop),
        Stmt::EmitRaw(_) => Ok(()),
        Stmt::EmitExpr(emitted) if is_path(&emitted.expr) => Ok(()),
        Stmt::EmitExpr(emitted) => {
            Err(at(emitted.expr.span(), "only a value can be shown, without any computing"))
        }
        Stmt::IfCond(choice) => {
            condition(&choice.expr, 0)?;
            statements(&choice.true_body, in_loop)?;
            statements(&choice.false_body, in_loop)
        }
        Stmt::ForLoop(repeated) => {
            if in_loop {
                return Err(at(repeated.span(), "there can be no loop in a loop"));
            }
            let plain = matches!(repeated.target, Expr::Var(_))
                && is_path(&repeated.iter)
                && repeated.filter_expr.is_none()
                && !repeated.recursive;
            if !plain {
                return Err(at(repeated.span(), "a loop is {% for one in list %}, and nothing more"));
            }
            statements(&repeated.body, true)?;
            statements(&repeated.else_body, true)
        }
        Stmt::WithBlock(other) => Err(at(other.span(), only)),
        Stmt::Set(other) => Err(at(other.span(), only)),
        Stmt::SetBlock(other) => Err(at(other.span(), only)),
        Stmt::AutoEscape(other) => Err(at(other.span(), only)),
        Stmt::FilterBlock(other) => Err(at(other.span(), only)),
        Stmt::Do(other) => Err(at(other.span(), only)),
    }
}

/// A value of the data: `order.lines[0].name`. No deeper than bodies of JSON are.
fn is_path(expression: &Expr<'_>) -> bool {
    let mut whole = expression;
    for _ in 0..MAX_DEPTH {
        whole = match whole {
            Expr::Var(_) => return true,
            Expr::GetAttr(member) => &member.expr,
            Expr::GetItem(entry) if matches!(entry.subscript_expr, Expr::Const(_)) => &entry.expr,
            _ => return false,
        };
    }
    false
}

fn condition(expression: &Expr<'_>, depth: usize) -> Result<(), Flaw> {
    match expression {
        other if depth > MAX_DEPTH => Err(at(other.span(), "a condition is no deeper than this")),
        Expr::UnaryOp(operation) if matches!(operation.op, UnaryOpKind::Not) => {
            condition(&operation.expr, depth + 1)
        }
        Expr::BinOp(operation) if matches!(operation.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
            condition(&operation.left, depth + 1)?;
            condition(&operation.right, depth + 1)
        }
        Expr::BinOp(operation)
            if is_comparison(operation.op) && compares(&operation.left, &operation.right) =>
        {
            Ok(())
        }
        Expr::Compare(comparison)
            if comparison.ops.len() == 1
                && !matches!(comparison.ops[0].op, CompareOpKind::In | CompareOpKind::NotIn)
                && compares(&comparison.expr, &comparison.ops[0].expr) =>
        {
            Ok(())
        }
        Expr::Test(test) if test.name == "defined" && test.args.is_empty() && is_path(&test.expr) => Ok(()),
        Expr::Const(_) => Ok(()),
        path if is_path(path) => Ok(()),
        other => Err(at(
            other.span(),
            "a condition is a value, `value is defined`, or a value compared with a constant; with and, or, not",
        )),
    }
}

const fn is_comparison(operation: BinOpKind) -> bool {
    matches!(
        operation,
        BinOpKind::Eq | BinOpKind::Ne | BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte
    )
}

/// With a constant, so that large values are not compared with each other again and again.
fn compares(one: &Expr<'_>, other: &Expr<'_>) -> bool {
    let constant = |expression: &Expr<'_>| match expression {
        Expr::Const(_) => true,
        Expr::UnaryOp(operation) => {
            matches!(operation.op, UnaryOpKind::Neg) && matches!(operation.expr, Expr::Const(_))
        }
        _ => false,
    };
    (is_path(one) && constant(other)) || (constant(one) && is_path(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Flaw, check, render, values};

    #[expect(clippy::needless_pass_by_value, reason = "reads better at the calls")]
    fn rendered(source: &str, data: serde_json::Value) -> Result<String, String> {
        render(source, &values(Some(&data)), 100).map_err(|Flaw(text)| text)
    }

    #[test]
    fn values_choices_and_lists_are_what_a_template_needs() {
        let order =
            json!({"order": {"number": 7, "lines": [{"name": "Tea"}, {"name": "Mug"}]}, "paid": true});
        assert_eq!(rendered("Order {{ order.number }}", order.clone()).unwrap(), "Order 7");
        assert_eq!(rendered("{{ order.lines[1].name }}", order.clone()).unwrap(), "Mug");
        let list =
            "{% for line in order.lines %}{{ line.name }}{% if not loop.last %}, {% endif %}{% endfor %}";
        assert_eq!(rendered(list, order.clone()).unwrap(), "Tea, Mug");
        let choice =
            "{% if order.number == 1 %}one{% elif paid and order.number >= 2 %}more{% else %}-{% endif %}";
        assert_eq!(rendered(choice, order.clone()).unwrap(), "more");
        assert_eq!(
            rendered("{% if name is defined %}{{ name }}{% else %}you{% endif %}", order).unwrap(),
            "you"
        );
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

    proptest! {
        #[test]
        fn any_text_is_refused_or_rendered(source in "([a-z {}%.]|\\{\\{ ?|\\{% ?| ?%\\}| ?\\}\\}|if a|for b in a|endif|endfor){0,12}") {
            let _ = rendered(&source, json!({"a": [1, 2], "b": "x"}));
        }

        #[test]
        fn plain_text_is_itself(source in "[^{}]{0,80}") {
            let trimmed = source.strip_suffix('\n').unwrap_or(&source);
            prop_assert_eq!(render(&source, &values(None), 1_000).unwrap(), trimmed.strip_suffix('\r').unwrap_or(trimmed));
        }
    }
}
