//! What the attributes of the element say: every spelling of each, and the values they stand for.
//!
//! Reads nothing from the browser itself: whoever asks brings a function that looks an attribute up.

use notification_bell_protocol::View;

/// What belongs to one user at one server. When it changes, everything that was shown before is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The base address of the server, without a slash at its end; `/v1/…` is appended to it.
    pub api_url: String,
    /// The project's public key.
    pub api_key: String,
    /// Who the user is.
    pub user_id: Option<String>,
    /// The HMAC of the user id.
    pub user_hmac: Option<String>,
    /// A JWT of a provider that the project trusts.
    pub user_token: Option<String>,
    /// Whether the session's token is kept by the browser, in a cookie that no script can read.
    pub session_in_cookie: bool,
}

impl Identity {
    /// Whether there is enough to ask for a session: a key, and a proof with whatever it proves.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let proof = self.user_token.is_some() || (self.user_id.is_some() && self.user_hmac.is_some());
        !self.api_key.is_empty() && proof
    }

    /// Whether this is the user that the other is, whatever either is proved by. Without a user id nobody knows.
    fn is_user_of(&self, other: &Self) -> bool {
        let named = self.user_id.is_some() && self.user_id == other.user_id;
        let complete = self.is_complete() && other.is_complete();
        named && complete && self.api_key == other.api_key && self.api_url == other.api_url
    }
}

/// Where the panel's edge meets the bell's: the block side, then the inline end that both share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Whether the panel opens above the bell.
    pub above: bool,
    /// Whether the panel's start lines up with the bell's start, instead of end with end.
    pub align_start: bool,
}

/// Where on the screen what has just come in is shown while the panel is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToastPlace {
    /// At the bottom, at the end of the line.
    #[default]
    BottomEnd,
    /// At the bottom, at the start of the line.
    BottomStart,
    /// At the top, at the end of the line.
    TopEnd,
    /// At the top, at the start of the line.
    TopStart,
}

/// Everything the attributes say, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
pub struct Options {
    /// The server and the user.
    pub identity: Identity,
    /// Whether a made-up inbox is shown that needs no server.
    pub mock: bool,
    /// The language asked for; else that of the nearest `lang` counts.
    pub locale: Option<String>,
    /// The page's own texts, as JSON.
    pub messages: Option<String>,
    /// Where the panel opens.
    pub placement: Placement,
    /// The view that the panel opens with.
    pub view: View,
    /// Whether the panel is open.
    pub open: bool,
    /// Whether `theme` says light or dark itself.
    pub has_own_theme: bool,
    /// Whether there is no bell and the panel stands in the page, always open.
    pub inline: bool,
    /// Whether nothing is drawn: the page draws what it gets by events and properties.
    pub headless: bool,
    /// Whether what comes in while the panel is closed is shown for a while, and where.
    pub toasts: Option<ToastPlace>,
    /// Whether the user is offered a sound.
    pub sound: bool,
    /// Whether the user is offered notifications by the browser itself.
    pub desktop: bool,
    /// Whether the title of the page has the number in front.
    pub title_badge: bool,
    /// Whether the icon of the page has a dot.
    pub icon_badge: bool,
    /// Whether the last state is kept in the browser, and painted before the server has answered.
    pub cache: bool,
    /// How wide the panel is, as CSS has lengths.
    pub panel_width: Option<String>,
    /// How high it is at most.
    pub panel_height: Option<String>,
}

impl Options {
    /// Reads the options with `attribute`, which is given lowercase names.
    ///
    /// `default_api_url` serves where no address is given.
    #[must_use]
    pub fn read(attribute: impl Fn(&str) -> Option<String>, default_api_url: &str) -> Self {
        let text = |names: [&str; 2]| {
            names.into_iter().find_map(&attribute).filter(|value| !value.trim().is_empty())
        };
        let badges = text(["pagebadge", "page-badge"]).unwrap_or_default();
        let shows_badge = |name: &str| badges.split_ascii_whitespace().any(|own| own == name);
        Self {
            identity: Identity {
                api_url: base_address(text(["apiurl", "api-url"]).as_deref().unwrap_or(default_api_url)),
                api_key: text(["apikey", "api-key"]).unwrap_or_default(),
                user_id: text(["userid", "user-id"]),
                user_hmac: text(["userhmac", "user-hmac"]),
                user_token: text(["usertoken", "user-token"]),
                session_in_cookie: attribute("session").as_deref() == Some("cookie"),
            },
            mock: attribute("mock").is_some(),
            locale: attribute("locale").filter(|value| !value.trim().is_empty()),
            messages: attribute("messages").filter(|value| !value.trim().is_empty()),
            placement: placement(attribute("placement").as_deref().unwrap_or_default()),
            view: view(attribute("view").as_deref().unwrap_or_default()),
            open: attribute("open").is_some(),
            has_own_theme: matches!(attribute("theme").as_deref(), Some("light" | "dark")),
            inline: attribute("inline").is_some(),
            headless: attribute("headless").is_some(),
            toasts: attribute("toasts").and_then(|value| toast_place(&value)),
            sound: attribute("sound").is_some(),
            desktop: attribute("desktop").is_some(),
            title_badge: shows_badge("title"),
            icon_badge: shows_badge("icon"),
            cache: attribute("cache").is_some(),
            panel_width: text(["panelwidth", "panel-width"]),
            panel_height: text(["panelheight", "panel-height"]),
        }
    }

    /// Whether what is shown of a user may stay when these options take the place of others.
    #[must_use]
    pub fn keep_user_of(&self, before: &Self) -> bool {
        let is_same = self.identity == before.identity;
        self.mock == before.mock && (is_same || (!self.mock && self.identity.is_user_of(&before.identity)))
    }
}

/// Cuts off what older pages carry at the end of the address: slashes, and the path of a GraphQL endpoint.
fn base_address(text: &str) -> String {
    let trimmed = text.trim().trim_end_matches('/');
    trimmed.strip_suffix("/graphql").unwrap_or(trimmed).trim_end_matches('/').to_owned()
}

fn placement(text: &str) -> Placement {
    let text = text.trim();
    Placement { above: text.starts_with("top"), align_start: text.ends_with("-start") }
}

/// `None` where it says that there are to be none, as `toasts="off"` does.
fn toast_place(text: &str) -> Option<ToastPlace> {
    match text.trim() {
        "off" | "false" => None,
        "bottom-start" => Some(ToastPlace::BottomStart),
        "top-end" => Some(ToastPlace::TopEnd),
        "top-start" => Some(ToastPlace::TopStart),
        _ => Some(ToastPlace::BottomEnd),
    }
}

fn view(text: &str) -> View {
    match text.trim() {
        "unread" => View::Unread,
        "archived" => View::Archived,
        "snoozed" => View::Snoozed,
        _ => View::All,
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::View;

    use super::{Options, Placement, ToastPlace};

    fn read(attributes: &[(&str, &str)]) -> Options {
        let find = |name: &str| {
            attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        };
        Options::read(find, "https://bell.example/api")
    }

    #[test]
    fn both_spellings_say_the_same() {
        let joined = read(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h"), ("apiurl", "/a")]);
        let kebab = read(&[("api-key", "pk_1"), ("user-id", "u"), ("user-hmac", "h"), ("api-url", "/a")]);
        assert_eq!(joined, kebab);
        assert!(joined.identity.is_complete());
    }

    #[test]
    fn the_address_of_a_graphql_endpoint_is_that_of_the_server() {
        for text in [
            "http://localhost:3001/api/graphql",
            "http://localhost:3001/api/graphql/",
            "http://localhost:3001/api/",
            " http://localhost:3001/api ",
        ] {
            assert_eq!(read(&[("apiurl", text)]).identity.api_url, "http://localhost:3001/api", "{text:?}");
        }
    }

    #[test]
    fn without_an_address_it_is_that_of_the_script() {
        assert_eq!(read(&[]).identity.api_url, "https://bell.example/api");
        assert_eq!(read(&[("apiurl", " ")]).identity.api_url, "https://bell.example/api");
    }

    #[test]
    fn a_user_id_without_a_proof_is_not_enough() {
        assert!(!read(&[("apikey", "pk_1"), ("userid", "u")]).identity.is_complete());
        assert!(!read(&[("apikey", "pk_1"), ("userhmac", "h")]).identity.is_complete());
        assert!(read(&[("apikey", "pk_1"), ("usertoken", "t")]).identity.is_complete());
    }

    #[test]
    fn another_proof_of_the_same_user_keeps_the_user() {
        let first = read(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h")]);
        let kept = |attributes: &[(&str, &str)]| read(attributes).keep_user_of(&first);
        assert!(kept(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h")]));
        assert!(kept(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "other")]));
        assert!(kept(&[("apikey", "pk_1"), ("userid", "u"), ("usertoken", "t")]));
        assert!(kept(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h"), ("session", "cookie")]));
        assert!(!kept(&[("apikey", "pk_1"), ("userid", "other"), ("userhmac", "h")]));
        assert!(!kept(&[("apikey", "pk_2"), ("userid", "u"), ("userhmac", "h")]));
        assert!(!kept(&[("apikey", "pk_1"), ("userid", "u")]), "nobody is signed in");
        assert!(!kept(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h"), ("apiurl", "/other")]));
        assert!(!kept(&[("apikey", "pk_1"), ("userid", "u"), ("userhmac", "h"), ("mock", "")]));
    }

    #[test]
    fn another_token_without_a_user_id_may_be_of_anybody() {
        let first = read(&[("apikey", "pk_1"), ("usertoken", "t")]);
        assert!(read(&[("apikey", "pk_1"), ("usertoken", "t")]).keep_user_of(&first));
        assert!(!read(&[("apikey", "pk_1"), ("usertoken", "other")]).keep_user_of(&first));
        assert!(!read(&[("apikey", "pk_1"), ("usertoken", "t"), ("userid", "u")]).keep_user_of(&first));
    }

    #[test]
    fn the_token_is_kept_in_a_cookie_where_that_is_asked_for() {
        assert!(read(&[("session", "cookie")]).identity.session_in_cookie);
        assert!(!read(&[("session", "memory")]).identity.session_in_cookie);
        assert!(!read(&[]).identity.session_in_cookie);
    }

    #[test]
    fn an_unknown_word_is_as_good_as_none() {
        let options = read(&[("placement", "nowhere"), ("view", "sideways"), ("theme", "pink")]);
        assert_eq!(options.placement, Placement::default());
        assert_eq!(options.view, View::All);
        assert!(!options.has_own_theme);
    }

    #[test]
    fn a_placement_names_a_side_and_an_end() {
        let placement = |text| read(&[("placement", text)]).placement;
        assert_eq!(placement("top-start"), Placement { above: true, align_start: true });
        assert_eq!(placement("bottom-start"), Placement { above: false, align_start: true });
        assert_eq!(placement("top-end"), Placement { above: true, align_start: false });
    }

    #[test]
    fn toasts_are_shown_where_the_attribute_says_and_not_without_it() {
        assert_eq!(read(&[]).toasts, None);
        assert_eq!(read(&[("toasts", "")]).toasts, Some(ToastPlace::BottomEnd));
        assert_eq!(read(&[("toasts", "top-start")]).toasts, Some(ToastPlace::TopStart));
        assert_eq!(read(&[("toasts", "off")]).toasts, None);
    }

    #[test]
    fn title_and_icon_of_the_page_are_left_alone_unless_they_are_named() {
        let badges = |text| {
            let options = read(&[("pagebadge", text)]);
            (options.title_badge, options.icon_badge)
        };
        assert_eq!(badges(""), (false, false));
        assert_eq!(badges("title"), (true, false));
        assert_eq!(badges("icon title"), (true, true));
    }
}
