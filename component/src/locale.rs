//! The language of the element: its texts, and the browser's knowledge of numbers and dates.

use std::{cell::OnceCell, rc::Rc};

use futures_util::FutureExt;
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

// Of our own and not from `js-sys`, whose constructors take lists of tags, and whose `format` gives a function that is still
// to be called: both would be more code and more calls.
#[wasm_bindgen]
extern "C" {
    /// Throws if the tag is none.
    #[wasm_bindgen(js_namespace = Intl, js_name = getCanonicalLocales, catch)]
    fn canonical(tag: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = Intl)]
    type PluralRules;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(tag: &str) -> PluralRules;
    #[wasm_bindgen(method)]
    fn select(this: &PluralRules, number: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(tag: &str) -> NumberFormat;
    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, number: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type RelativeTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(tag: &str, options: &JsValue) -> RelativeTimeFormat;
    #[wasm_bindgen(method)]
    fn format(this: &RelativeTimeFormat, number: i32, unit: &str) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    fn new(tag: &str, options: &JsValue) -> DateTimeFormat;
    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, unix_ms: f64) -> String;
}

/// Within it, no two days have the same name.
const WEEK_MS: i64 = 6 * 86_400_000;

const RELATIVE: &str = r#"{"style":"short","numeric":"auto"}"#;
/// For each [`Date`].
const DATES: [&str; 8] = [
    r#"{"day":"numeric","month":"short"}"#,
    r#"{"day":"numeric","month":"short","year":"numeric"}"#,
    r#"{"weekday":"long"}"#,
    r#"{"day":"numeric","month":"long"}"#,
    r#"{"day":"numeric","month":"long","year":"numeric"}"#,
    r#"{"dateStyle":"full","timeStyle":"short"}"#,
    r#"{"weekday":"short","hour":"numeric","minute":"2-digit"}"#,
    r#"{"dateStyle":"medium","timeStyle":"short"}"#,
];

/// How a moment is written.
#[derive(Clone, Copy)]
enum Date {
    ShortDay,
    ShortDayOfYear,
    Weekday,
    Day,
    DayOfYear,
    Exact,
    ThisWeek,
    Later,
}

#[derive(Clone)]
pub(crate) struct Locale {
    texts: Texts,
    formats: Rc<Formats>,
}

/// The browser's knowledge of a language. Each is made when it is needed: that takes a slow phone some milliseconds.
#[derive(Default)]
struct Formats {
    tag: String,
    plural: OnceCell<PluralRules>,
    number: OnceCell<NumberFormat>,
    relative: OnceCell<RelativeTimeFormat>,
    dates: [OnceCell<DateTimeFormat>; DATES.len()],
}

impl Locale {
    /// `None` if the tag is no language tag.
    fn of(tag: &str, texts: Texts) -> Option<Self> {
        canonical(tag).ok()?;
        Some(Self { texts, formats: Rc::new(Formats { tag: tag.to_owned(), ..Formats::default() }) })
    }

    /// English, of the region that a tag names if it is a kind of English.
    pub(crate) fn english(tag: &str) -> Option<Self> {
        let region =
            Some(tag).filter(|tag| tag.get(..2).is_some_and(|language| language.eq_ignore_ascii_case("en")));
        region.and_then(|tag| Self::of(tag, Texts::english())).or_else(|| Self::of("en", Texts::english()))
    }

    /// The language of a tag, with its file from `assets`. English if there is none, or if it does not come.
    pub(crate) async fn load(tag: &str, assets: &str) -> Option<Self> {
        match language_of(tag) {
            // In a box, as most pages are in English.
            Some(language) => Self::fetched(language, tag, assets).boxed_local().await,
            None => Self::english(tag),
        }
    }

    async fn fetched(language: &str, tag: &str, assets: &str) -> Option<Self> {
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
        let Formats { tag, plural, .. } = &*self.formats;
        let category = plural.get_or_init(|| PluralRules::new(tag)).select(whole(count));
        self.texts.plural(text, &category, &self.number(count))
    }

    pub(crate) fn number(&self, number: u64) -> String {
        let Formats { tag, number: format, .. } = &*self.formats;
        format.get_or_init(|| NumberFormat::new(tag)).format(whole(number))
    }

    fn relative(&self, number: i32, unit: &str) -> String {
        let Formats { tag, relative, .. } = &*self.formats;
        relative.get_or_init(|| RelativeTimeFormat::new(tag, &options(RELATIVE))).format(number, unit)
    }

    fn date(&self, date: Date, moment: Timestamp) -> String {
        let Formats { tag, dates, .. } = &*self.formats;
        let index = date as usize;
        let format = dates[index].get_or_init(|| DateTimeFormat::new(tag, &options(DATES[index])));
        format.format(number_of(moment))
    }

    /// How long ago, in words, and in how many milliseconds to look again.
    pub(crate) fn ago(&self, now: Timestamp, then: Timestamp) -> (String, i64) {
        let (distance, next_ms) = ago(now.unix_ms(), then.unix_ms(), local_offset_ms(now));
        let words = match distance {
            Ago::Now => self.relative(0, "second"),
            Ago::Minutes(number) => self.relative(-number, "minute"),
            Ago::Hours(number) => self.relative(-number, "hour"),
            Ago::Days(number) => self.relative(-number, "day"),
            Ago::Date if year(now) == year(then) => self.date(Date::ShortDay, then),
            Ago::Date => self.date(Date::ShortDayOfYear, then),
        };
        (words, next_ms)
    }

    /// A moment that lies ahead: a day of the week as long as that says which.
    pub(crate) fn ahead(&self, now: Timestamp, then: Timestamp) -> String {
        let is_near = then < now.plus_ms(WEEK_MS);
        self.date(if is_near { Date::ThisWeek } else { Date::Later }, then)
    }

    /// The name of the day that begins at one moment, on the one that begins at another.
    pub(crate) fn day(&self, day: Timestamp, today: Timestamp) -> String {
        let date = match day_name(day.unix_ms(), today.unix_ms()) {
            DayName::Near(days) => return self.relative(days, "day"),
            DayName::Weekday => Date::Weekday,
            DayName::Date if year(day) == year(today) => Date::Day,
            DayName::Date => Date::DayOfYear,
        };
        self.date(date, day)
    }

    /// The exact moment, in words.
    pub(crate) fn moment(&self, moment: Timestamp) -> String {
        self.date(Date::Exact, moment)
    }
}

fn options(json: &str) -> JsValue {
    JSON::parse(json).unwrap_or_default()
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
