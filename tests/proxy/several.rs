//! Two servers behind one proxy, restarted one after the other while somebody sends.

use std::{
    env,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notification_bell_tests::{Installation, Postgres, Reply, Server};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tokio::{task::JoinSet, time::interval};

use crate::{configuration::Around, files::leave_out, others::own_address, proxy::Proxy};

const SENDERS: usize = 8;
/// Between two sends of each.
const PACE: Duration = Duration::from_millis(5);

/// Two servers on a database.
pub(crate) struct Pair {
    servers: [Server; 2],
    _postgres: Postgres,
}

impl Pair {
    /// None if there is no PostgreSQL here. Where everything is tested there has to be.
    pub(crate) async fn start() -> Option<Self> {
        if env::var_os("BELL_POSTGRES").is_none() {
            assert!(env::var_os("CI").is_none(), "name the folder of PostgreSQL's programs in BELL_POSTGRES");
            leave_out("there is no PostgreSQL for two servers");
            return None;
        }
        let postgres = Postgres::start();
        let mut installation = Installation::on(postgres.database());
        installation.set("BELL_BUS", "postgres");
        installation.set("BELL_TRUSTED_PROXIES", "127.0.0.1");
        // At an address of their own, so that their ports are free when they come back.
        let place = own_address().into();
        let one = Server::builder().installation(installation, Vec::new()).listening_at(place).start().await;
        let (beside, known) = (one.installation().beside()?, one.projects().to_vec());
        let other = Server::builder().installation(beside, known).listening_at(place).start().await;
        Some(Self { servers: [one, other], _postgres: postgres })
    }

    pub(crate) fn addresses(&self) -> [SocketAddr; 2] {
        [0, 1].map(|number| self.servers[number].api().address())
    }

    /// Sends through the proxy while each restarts, the second as soon as the first is back: every send is accepted.
    pub(crate) async fn restart_under_sends(self, request: impl Fn() -> RequestBuilder) {
        let to = |sender: usize| json!({"to": {"users": [format!("user-{sender}@example.com")]}, "title": "Hello"});
        self.restart_under(|sender| request().json(&to(sender)), 201).await;
    }

    /// The same with other requests, which are to be answered with this.
    pub(crate) async fn restart_under(mut self, request: impl Fn(usize) -> RequestBuilder, wanted: u16) {
        let key = self.servers[0].project().backend_key.clone();
        let is_over = Arc::new(AtomicBool::new(false));
        let mut senders = JoinSet::new();
        for sender in 0..SENDERS {
            let request = request(sender).bearer_auth(&key);
            let is_over = Arc::clone(&is_over);
            senders.spawn(async move {
                let (mut ticks, mut refused, mut number) = (interval(PACE), Vec::new(), 0);
                while !is_over.load(Ordering::Relaxed) {
                    ticks.tick().await;
                    let reply = Reply::to(request.try_clone().unwrap()).await;
                    number += 1;
                    if reply.status != wanted {
                        refused.push((reply.status, reply.text().to_owned()));
                    }
                }
                (number, refused)
            });
        }
        for server in &mut self.servers {
            server.stop().await;
            server.restart().await;
        }
        is_over.store(true, Ordering::Relaxed);
        let (mut sends, mut refused) = (0, Vec::new());
        while let Some(ended) = senders.join_next().await {
            let (number, these) = ended.unwrap();
            sends += number;
            refused.extend(these);
        }
        assert!(sends > 2 * SENDERS, "there were sends meanwhile: {sends}");
        assert!(refused.is_empty(), "{} of {sends}: {refused:?}", refused.len());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn while_two_servers_restart_one_after_the_other_no_send_fails_behind_nginx() {
    let Some(pair) = Pair::start().await else { return };
    let around = Around::operators(pair.addresses());
    // Whose server it is does not matter: the files lead to the other two.
    let proxy = Proxy::surrounded(Server::start().await, around).await;
    pair.restart_under_sends(|| proxy.request(Method::POST, "/api/v1/notifications")).await;
}
