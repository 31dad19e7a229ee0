//! How much is delivered at once, so that a webhook that does not answer delays no other.

use std::collections::{HashMap, HashSet};

use notification_bell_protocol::Timestamp;

use crate::store::WebhookKey;

/// At once, to one webhook.
const MAX_OF_ONE: usize = 4;
/// At once, to all of them. A webhook that fails takes one of these, for as long as an attempt may take.
const MAX_OF_ALL: usize = 256;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    under_way: HashMap<WebhookKey, usize>,
    /// Those whose last attempt failed: they get one at a time until one succeeds.
    failing: HashSet<WebhookKey>,
}

/// What to claim now, and when to look again if nothing happens meanwhile.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) claims: Vec<(WebhookKey, usize)>,
    pub(super) next_at: Option<Timestamp>,
}

impl Traffic {
    pub(super) fn begin(&mut self, webhook: WebhookKey) {
        *self.under_way.entry(webhook).or_default() += 1;
    }

    pub(super) fn end(&mut self, webhook: WebhookKey, has_succeeded: bool) {
        if let Some(number) = self.under_way.get_mut(&webhook) {
            *number -= 1;
            if *number == 0 {
                self.under_way.remove(&webhook);
            }
        }
        if has_succeeded {
            self.failing.remove(&webhook);
        } else {
            self.failing.insert(webhook);
        }
    }

    /// `due` has the first of what is due for each webhook, the earliest first. A webhook without room is left out: the
    /// end of what is under way is when to look again.
    pub(super) fn plan(&self, due: &[(WebhookKey, Timestamp)], now: Timestamp) -> Plan {
        let mut left = MAX_OF_ALL.saturating_sub(self.under_way.values().sum());
        let mut plan = Plan { claims: Vec::new(), next_at: None };
        for (webhook, at) in due {
            let most = if self.failing.contains(webhook) { 1 } else { MAX_OF_ONE };
            let under_way = self.under_way.get(webhook).copied().unwrap_or(0);
            let room = most.saturating_sub(under_way).min(left);
            if room == 0 {
                continue;
            }
            if *at <= now {
                left -= room;
                plan.claims.push((*webhook, room));
            } else {
                plan.next_at = plan.next_at.or(Some(*at));
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use notification_bell_protocol::Timestamp;

    use super::{MAX_OF_ALL, MAX_OF_ONE, Plan, Traffic};
    use crate::store::WebhookKey;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000);
    const ONE: WebhookKey = WebhookKey(1);
    const OTHER: WebhookKey = WebhookKey(2);

    #[test]
    fn what_is_due_is_claimed_and_what_is_not_is_waited_for() {
        let later = NOW.plus_ms(5);
        let plan = Traffic::default().plan(&[(ONE, NOW), (OTHER, later)], NOW);
        assert_eq!(plan, Plan { claims: vec![(ONE, MAX_OF_ONE)], next_at: Some(later) });
    }

    #[test]
    fn a_webhook_gets_so_many_at_once_and_no_more() {
        let mut traffic = Traffic::default();
        for _ in 0..MAX_OF_ONE - 1 {
            traffic.begin(ONE);
        }
        assert_eq!(traffic.plan(&[(ONE, NOW)], NOW).claims, [(ONE, 1)]);
        traffic.begin(ONE);
        assert_eq!(traffic.plan(&[(ONE, NOW), (OTHER, NOW)], NOW).claims, [(OTHER, MAX_OF_ONE)]);
        traffic.end(ONE, true);
        assert_eq!(traffic.plan(&[(ONE, NOW)], NOW).claims, [(ONE, 1)]);
    }

    #[test]
    fn one_that_fails_is_tried_one_at_a_time_until_it_succeeds() {
        let mut traffic = Traffic::default();
        traffic.begin(ONE);
        traffic.end(ONE, false);
        assert_eq!(traffic.plan(&[(ONE, NOW)], NOW).claims, [(ONE, 1)]);
        traffic.begin(ONE);
        assert!(traffic.plan(&[(ONE, NOW)], NOW).claims.is_empty());
        traffic.end(ONE, true);
        assert_eq!(traffic.plan(&[(ONE, NOW)], NOW).claims, [(ONE, MAX_OF_ONE)]);
    }

    #[test]
    fn all_together_get_so_many_at_once_and_no_more() {
        let many: Vec<_> = (0..1_000).map(|key| (WebhookKey(key), NOW)).collect();
        let claims = Traffic::default().plan(&many, NOW).claims;
        assert_eq!(claims.iter().map(|(_, room)| room).sum::<usize>(), MAX_OF_ALL);
    }
}
