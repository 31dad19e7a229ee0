//! Where the inbox comes from: a server, or the made-up one.

use std::cell::RefCell;

use notification_bell_protocol::{InboxPage, Preferences};

use crate::{
    api::Fault,
    environment::Environment,
    feed::{Answer, Change, List},
    mock::MockInbox,
    session::Session,
};

pub(crate) enum Backend {
    Server(Session),
    Mock(RefCell<MockInbox>),
}

impl Backend {
    pub(crate) async fn page(
        &self,
        list: &List,
        cursor: Option<&str>,
        environment: Environment,
    ) -> Result<InboxPage, Fault> {
        match self {
            Self::Server(session) => session.page(list, cursor).await,
            Self::Mock(inbox) => Ok(inbox.borrow().page(list, environment.now())),
        }
    }

    /// Makes a change. `outlives_page`: also when the page goes away meanwhile.
    pub(crate) async fn change(
        &self,
        change: &Change,
        outlives_page: bool,
        environment: Environment,
    ) -> Result<Answer, Fault> {
        match self {
            Self::Server(session) => session.change(change, outlives_page).await,
            Self::Mock(inbox) => Ok(inbox.borrow_mut().change(change, environment.now())),
        }
    }

    /// Which categories reach the inbox, after `changes` if there are any.
    pub(crate) async fn preferences(&self, changes: Option<&Preferences>) -> Result<Preferences, Fault> {
        match self {
            Self::Server(session) => session.preferences(changes).await,
            Self::Mock(inbox) => Ok(inbox.borrow_mut().preferences(changes)),
        }
    }
}
