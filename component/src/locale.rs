//! The language of the element: its texts, and the browser's knowledge of numbers and dates.

use js_sys::JSON;
use notification_bell_protocol::Timestamp;
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;
use web_sys::{Element, ShadowRoot};

use crate::{
    api::{Call, Credential},
    calendar::{local_offset_ms, number_of, year},
    days::{DayName, day_name},
    relative_time::{Ago, ago},
    texts::{Text, Texts, language_of},
};

// Of our own and not from `js-sys`, whose constructors cannot report that a tag is no language tag.
#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type PluralRules;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str) -> Result<PluralRules, JsValue>;
    #[wasm_bindgen(method)]
    fn select(this: &PluralRules, number: f64) -> String;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str) -> Result<NumberFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, number: f64) -> String;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type RelativeTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str, options: &JsValue) -> Result<RelativeTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &RelativeTimeFormat, number: i32, unit: &str) -> String;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str, options: &JsValue) -> Result<DateTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, unix_ms: f64) -> String;
}

/// Within it, no two days have the same name.
const WEEK_MS: i64 = 6 * 86_400_000;

#[derive(Clone)]
pub(crate) struct Locale {
    texts: Texts,
    plural: PluralRules,
    number: NumberFormat,
    relative: RelativeTimeFormat,
    day: DateTimeFormat,
    day_of_year: DateTimeFormat,
    weekday: DateTimeFormat,
    date: DateTimeFormat,
    date_of_year: DateTimeFormat,
    exact: DateTimeFormat,
    this_week: DateTimeFormat,
    later: DateTimeFormat,
}

impl Locale {
    /// `None` if the tag is no language tag.
    fn of(tag: &str, texts: Texts) -> Option<Self> {
        let date = |options: &str| DateTimeFormat::new(tag, &JSON::parse(options).ok()?).ok();
        let relative = JSON::parse(r#"{"style":"short","numeric":"auto"}"#).ok()?;
        Some(Self {
            texts,
            plural: PluralRules::new(tag).ok()?,
            number: NumberFormat::new(tag).ok()?,
            relative: RelativeTimeFormat::new(tag, &relative).ok()?,
            day: date(r#"{"day":"numeric","month":"short"}"#)?,
            day_of_year: date(r#"{"day":"numeric","month":"short","year":"numeric"}"#)?,
            weekday: date(r#"{"weekday":"long"}"#)?,
            date: date(r#"{"day":"numeric","month":"long"}"#)?,
            date_of_year: date(r#"{"day":"numeric","month":"long","year":"numeric"}"#)?,
            exact: date(r#"{"dateStyle":"full","timeStyle":"short"}"#)?,
            this_week: date(r#"{"weekday":"short","hour":"numeric","minute":"2-digit"}"#)?,
            later: date(r#"{"dateStyle":"medium","timeStyle":"short"}"#)?,
        })
    }

    /// English, of the region that a tag names if it is a kind of English.
    pub(crate) fn english(tag: &str) -> Option<Self> {
        let region =
            Some(tag).filter(|tag| tag.get(..2).is_some_and(|language| language.eq_ignore_ascii_case("en")));
        region.and_then(|tag| Self::of(tag, Texts::english())).or_else(|| Self::of("en", Texts::english()))
    }

    /// The language of a tag, with its file from `assets`. English if there is none, or if it does not come.
    pub(crate) async fn load(tag: &str, assets: &str) -> Option<Self> {
        let Some(language) = language_of(tag) else { return Self::english(tag) };
        let url = [assets, "locales/", language, ".json"].concat();
        let call = Call { method: "GET", url, ..Call::default() };
        let texts = match call.send(Credential::Nothing).await {
            Ok(answered) => answered.text().await.ok().and_then(|json| Texts::from_json(&json)),
            Err(_) => None,
        };
        match texts {
            Some(texts) => Self::of(tag, texts.clone()).or_else(|| Self::of(language, texts)),
            None => Self::english("en"),
        }
    }

    /// The same with these texts of the page's own.
    pub(crate) fn with_own(&self, own: Map<String, Value>) -> Self {
        let locale = self.clone();
        Self { texts: locale.texts.with_own(own), ..locale }
    }

    pub(crate) fn text(&self, text: Text) -> String {
        self.texts.get(text).to_owned()
    }

    pub(crate) fn count(&self, text: Text, count: u64) -> String {
        self.texts.plural(text, &self.plural.select(whole(count)), &self.number(count))
    }

    pub(crate) fn number(&self, number: u64) -> String {
        self.number.format(whole(number))
    }

    /// How long ago, in words, and in how many milliseconds to look again.
    pub(crate) fn ago(&self, now: Timestamp, then: Timestamp) -> (String, i64) {
        let (distance, next_ms) = ago(now.unix_ms(), then.unix_ms(), local_offset_ms(now));
        let words = match distance {
            Ago::Now => self.relative.format(0, "second"),
            Ago::Minutes(number) => self.relative.format(-number, "minute"),
            Ago::Hours(number) => self.relative.format(-number, "hour"),
            Ago::Days(number) => self.relative.format(-number, "day"),
            Ago::Date if year(now) == year(then) => self.day.format(number_of(then)),
            Ago::Date => self.day_of_year.format(number_of(then)),
        };
        (words, next_ms)
    }

    /// A moment that lies ahead: a day of the week as long as that says which.
    pub(crate) fn ahead(&self, now: Timestamp, then: Timestamp) -> String {
        let is_near = then < now.plus_ms(WEEK_MS);
        let format = if is_near { &self.this_week } else { &self.later };
        format.format(number_of(then))
    }

    /// The name of the day that begins at one moment, on the one that begins at another.
    pub(crate) fn day(&self, day: Timestamp, today: Timestamp) -> String {
        let format = match day_name(day.unix_ms(), today.unix_ms()) {
            DayName::Near(days) => return self.relative.format(days, "day"),
            DayName::Weekday => &self.weekday,
            DayName::Date if year(day) == year(today) => &self.date,
            DayName::Date => &self.date_of_year,
        };
        format.format(number_of(day))
    }

    /// The exact moment, in words.
    pub(crate) fn moment(&self, moment: Timestamp) -> String {
        self.exact.format(number_of(moment))
    }
}

/// The tag that counts for an element: its own attribute, else the nearest `lang` around it, across shadow trees.
pub(crate) fn tag_for(host: &Element, own: Option<&str>) -> String {
    if let Some(tag) = own {
        return tag.trim().replace('_', "-");
    }
    let mut place = Some(host.clone());
    while let Some(element) = place {
        if let Ok(Some(with_lang)) = element.closest("[lang]") {
            return with_lang.get_attribute("lang").unwrap_or_default().trim().replace('_', "-");
        }
        place = element.get_root_node().dyn_into::<ShadowRoot>().ok().map(|root| root.host());
    }
    String::new()
}

fn whole(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 notifications")]
    let number = count as f64;
    number
}
