//! A session with the server: opened when it is first needed, renewed when the server says so, and once more if
//! a call is turned away because of its token.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
};

use futures_util::{FutureExt, lock::Mutex};
use notification_bell_protocol::{InboxPage, Preferences, SessionGrant, SessionRequest};

use crate::{
    api::{Answered, Call, Credential, Fault, open_session, understood},
    feed::{Answer, Change, List},
    json::text_of,
    options::Identity,
    wire,
};

/// How many items the first page has, and each after it: whoever goes on reading is spared the waits.
const FIRST_ITEMS: &str = "25";
const MORE_ITEMS: &str = "100";

type GrantListener = Box<dyn FnMut(&SessionGrant)>;

/// What came of asking for a session.
enum Held {
    Nothing,
    Grant(Rc<SessionGrant>),
    /// The same proof would be refused again, so it is not sent again.
    Refusal(Fault),
}

pub(crate) struct Session {
    base: String,
    request: SessionRequest,
    /// The language that the texts of items are asked for in.
    language: RefCell<String>,
    /// Held while a session is opened, so that calls that need one at the same time share it.
    held: Mutex<Held>,
    /// Told of each new grant.
    on_grant: RefCell<GrantListener>,
    /// The element has another user, or has gone.
    is_over: Cell<bool>,
}

impl Session {
    pub(crate) fn new(
        identity: &Identity,
        language: String,
        on_grant: impl FnMut(&SessionGrant) + 'static,
    ) -> Self {
        let has_token = identity.user_token.is_some();
        Self {
            base: identity.api_url.clone(),
            request: SessionRequest {
                api_key: identity.api_key.clone(),
                user_id: identity.user_id.clone(),
                user_hmac: identity.user_hmac.clone().filter(|_| !has_token),
                user_token: identity.user_token.clone(),
                cookie: identity.session_in_cookie.then_some(true),
            },
            language: language.into(),
            held: Mutex::new(Held::Nothing),
            on_grant: RefCell::new(Box::new(on_grant)),
            is_over: Cell::new(false),
        }
    }

    /// The element is done with it. What is still to be sent may open it anew, but not in a cookie: that is by now of
    /// whoever signed in next.
    pub(crate) fn end(&self) {
        self.is_over.set(true);
    }

    /// The grant there is, or a new one if there is none, or if it is `refused`: that very one, for those whose
    /// tokens are in cookies cannot be told apart by them.
    pub(crate) async fn grant(&self, refused: Option<&Rc<SessionGrant>>) -> Result<Rc<SessionGrant>, Fault> {
        let mut held = self.held.lock().await;
        match &*held {
            Held::Grant(grant) if refused.is_none_or(|refused| !Rc::ptr_eq(refused, grant)) => {
                return Ok(Rc::clone(grant));
            }
            Held::Refusal(fault) => return Err(fault.clone()),
            Held::Grant(_) | Held::Nothing => *held = Held::Nothing,
        }
        if self.is_over.get() && self.request.cookie.is_some() {
            return Err(Fault::network("The session is over".to_owned()));
        }
        match open_session(&self.base, &self.request, self.credential(None)).await {
            Ok(grant) => {
                (self.on_grant.borrow_mut())(&grant);
                let grant = Rc::new(grant);
                *held = Held::Grant(Rc::clone(&grant));
                Ok(grant)
            }
            Err(fault) => {
                if fault.is_final() {
                    *held = Held::Refusal(fault.clone());
                }
                Err(fault)
            }
        }
    }

    fn credential<'call>(&'call self, grant: Option<&'call SessionGrant>) -> Credential<'call> {
        if self.request.cookie.is_some() {
            return Credential::Cookie(&self.request.api_key);
        }
        grant.and_then(|grant| grant.token.as_deref()).map_or(Credential::Nothing, Credential::Token)
    }

    /// Makes a call with a token, and a second time with a new one if the first was not accepted.
    ///
    /// In a box: every future that waits for this one would have a copy of it inside.
    fn send<'call>(
        &'call self,
        call: Call<'call>,
    ) -> Pin<Box<dyn Future<Output = Result<Answered, Fault>> + 'call>> {
        Box::pin(async move {
            let language = self.language.borrow().clone();
            let call = Call { language: &language, ..call };
            let grant = self.grant(None).await?;
            match call.send(self.credential(Some(&grant))).await {
                // In a box, as it is rare.
                Err(fault) if fault.is_about_the_token() => self.again(&call, &grant).boxed_local().await,
                result => result,
            }
        })
    }

    async fn again(&self, call: &Call<'_>, refused: &Rc<SessionGrant>) -> Result<Answered, Fault> {
        let grant = self.grant(Some(refused)).await?;
        call.send(self.credential(Some(&grant))).await
    }

    /// Has the texts of items be in another language from now on.
    pub(crate) fn speak(&self, language: &str) {
        language.clone_into(&mut self.language.borrow_mut());
    }

    /// What the elements of one user in a browser find each other by: those of one language, which they share items in.
    pub(crate) fn shared_name(&self, user_id: &str) -> String {
        [
            "notification-bell ",
            &self.base,
            " ",
            &self.request.api_key,
            " ",
            user_id,
            " ",
            &*self.language.borrow(),
        ]
        .concat()
    }

    fn url(&self, path: &str) -> String {
        [self.base.as_str(), "/v1/inbox", path].concat()
    }

    /// `GET /inbox`.
    pub(crate) async fn page(&self, list: &List, cursor: Option<&str>) -> Result<InboxPage, Fault> {
        let items = if cursor.is_some() { MORE_ITEMS } else { FIRST_ITEMS };
        let mut path = ["?view=", list.view.as_str(), "&limit=", items].concat();
        for (name, value) in [("&category=", list.category.as_deref()), ("&cursor=", cursor)] {
            if let Some(value) = value {
                path.push_str(name);
                path.push_str(&component(value));
            }
        }
        let call = Call { method: "GET", url: self.url(&path), ..Call::default() };
        understood(wire::page(&self.send(call).await?.json().await?))
    }

    /// `PATCH` or `DELETE /inbox/{id}`, or `POST /inbox/mark`.
    pub(crate) async fn change(&self, change: &Change, outlives_page: bool) -> Result<Answer, Fault> {
        let path_of = |id: &str| ["/", &component(id)].concat();
        let (method, path, body) = match change {
            Change::Patch(id, patch) => ("PATCH", path_of(id), text_of(&wire::patch_value(patch))),
            Change::Remove(id) => ("DELETE", path_of(id), None),
            Change::Mark(request) => ("POST", "/mark".to_owned(), text_of(&wire::mark_value(request))),
        };
        let call = Call { method, url: self.url(&path), body, outlives_page, ..Call::default() };
        understood(wire::answer(&self.send(call).await?.json().await?))
    }

    /// `GET /preferences`; `PUT` with those to change.
    pub(crate) async fn preferences(&self, changes: Option<&Preferences>) -> Result<Preferences, Fault> {
        let body = changes.and_then(|changes| text_of(&wire::preferences_value(changes)));
        let method = if body.is_some() { "PUT" } else { "GET" };
        let url = [self.base.as_str(), "/v1/preferences"].concat();
        let call = Call { method, url, body, ..Call::default() };
        understood(wire::preferences(&self.send(call).await?.json().await?))
    }

    /// `GET /inbox/stream`, from a state on.
    pub(crate) async fn stream(&self, from: Option<&str>) -> Result<Answered, Fault> {
        let url = self.url("/stream");
        self.send(Call { method: "GET", url, last_event_id: from, ..Call::default() }).await
    }
}

fn component(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
