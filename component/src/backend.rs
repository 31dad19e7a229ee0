//! Where the inbox comes from: a server, or the made-up one.

use std::cell::RefCell;

use notification_bell_protocol::{InboxPage, View};

use crate::{
    api::Fault,
    environment::Environment,
    feed::{Answer, Change},
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
        view: View,
        cursor: Option<&str>,
        environment: Environment,
    ) -> Result<InboxPage, Fault> {
        match self {
            Self::Server(session) => session.page(view, cursor).await,
            Self::Mock(inbox) => Ok(inbox.borrow().page(view, environment.now())),
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
}
