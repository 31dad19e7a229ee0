//! What may be written in a template.
//!
//! What the engine's grammar has beyond values, choices and one loop is refused when a template is saved, so that all a
//! template can do is to show values, to choose, and to go once through a list. With that no text grows but by what is
//! written out.

use minijinja::machinery::{
    Span,
    ast::{BinOpKind, CompareOpKind, Expr, Stmt, UnaryOpKind},
    parse,
};

use super::engine::{Flaw, syntax};

/// Of a path, and of a condition.
const MAX_DEPTH: usize = 32;
/// `{% … %}` in one text. The parser follows a chain of `elif` by recursion, and counts other nesting only.
const MAX_BLOCKS: usize = 100;

/// Whether a text has only what templates may have.
pub(super) fn check(source: &str) -> Result<(), Flaw> {
    if source.matches("{%").count() > MAX_BLOCKS {
        return Err(Flaw(format!("must have at most {MAX_BLOCKS} blocks")));
    }
    let parsed = parse(source, "text", minijinja::syntax::SyntaxConfig::default())
        .map_err(|error| syntax(source, &error))?;
    statement(&parsed, false)
}

fn at(span: Span, what: &str) -> Flaw {
    Flaw(format!("{what} (line {}, column {})", span.start_line, span.start_col + 1))
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
