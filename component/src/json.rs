//! JSON, parsed and written by the browser: its own parser is in every page already, that of `serde_json` would be
//! downloaded with the element. Elsewhere, which is in tests, `serde_json` does it.

use serde_json::Value;

/// A value that is nested deeper is none: what reads it would need more stack than there is. The server takes 32, and
/// what it answers has a few around it.
#[cfg(target_arch = "wasm32")]
const DEPTH_MAX: u32 = 64;

/// The value of a text; `None` if it is not JSON, or too deep.
#[must_use]
pub fn parse(text: &str) -> Option<Value> {
    #[cfg(target_arch = "wasm32")]
    let value = browser::value_of(&js_sys::JSON::parse(text).ok()?, DEPTH_MAX);
    #[cfg(not(target_arch = "wasm32"))]
    let value = serde_json::from_str(text).ok();
    value
}

#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{js_of, text_of};

#[cfg(target_arch = "wasm32")]
mod browser {
    use js_sys::{Array, JSON, Object, Reflect};
    use serde_json::{Map, Number, Value};
    use wasm_bindgen::{JsCast, JsValue};

    /// Up to here, a number of JavaScript is exact as a whole number.
    const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

    /// What `JSON.parse` made, which is a tree of plain values.
    pub(super) fn value_of(js: &JsValue, depth: u32) -> Option<Value> {
        if js.is_null() {
            Some(Value::Null)
        } else if let Some(flag) = js.as_bool() {
            Some(Value::Bool(flag))
        } else if let Some(text) = js.as_string() {
            Some(Value::String(text))
        } else if let Some(number) = js.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and far below 2^63")]
            let whole = number as i64;
            #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "it is this that is found out")]
            let is_whole = number.abs() <= WHOLE_MAX && whole as f64 == number;
            if is_whole { Some(whole.into()) } else { Number::from_f64(number).map(Value::Number) }
        } else if let Some(list) = js.dyn_ref::<Array>() {
            let depth = depth.checked_sub(1)?;
            Some(Value::Array(list.iter().map(|member| value_of(&member, depth)).collect::<Option<_>>()?))
        } else {
            let depth = depth.checked_sub(1)?;
            let mut object = Map::new();
            let source: &Object = js.unchecked_ref();
            for name in Object::keys(source).iter() {
                object.insert(name.as_string()?, value_of(&Reflect::get(js, &name).ok()?, depth)?);
            }
            Some(Value::Object(object))
        }
    }

    /// The same as a value of JavaScript.
    pub(crate) fn js_of(value: &Value) -> JsValue {
        match value {
            Value::Null => JsValue::NULL,
            Value::Bool(flag) => JsValue::from_bool(*flag),
            Value::Number(number) => number.as_f64().map_or(JsValue::NULL, JsValue::from_f64),
            Value::String(text) => JsValue::from_str(text),
            Value::Array(list) => list.iter().map(js_of).collect::<Array>().into(),
            Value::Object(members) => {
                let pair =
                    |(name, member): (&String, &Value)| Array::of2(&name.as_str().into(), &js_of(member));
                // Not set one by one: `__proto__` is a name like any other in JSON.
                let object = Object::from_entries(&members.iter().map(pair).collect::<Array>());
                object.map_or(JsValue::NULL, JsValue::from)
            }
        }
    }

    /// The text of a value.
    pub(crate) fn text_of(value: &Value) -> Option<String> {
        JSON::stringify(&js_of(value)).ok().map(String::from)
    }
}
