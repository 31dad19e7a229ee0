//! How much is delivered at once, so that a webhook that does not answer delays no other, and webhooks that answer slowly
//! delay none of another project.

use std::collections::{HashMap, HashSet};

use notification_bell_protocol::Timestamp;

use crate::store::{DueWebhook, ProjectKey, WebhookKey};

/// At once, to one webhook.
const MAX_OF_ONE: usize = 4;
/// At once, to those of one project: all of them may be slow, and go on being told.
const MAX_OF_PROJECT: usize = 16;
/// At once, to all of them. A webhook that fails takes one of these, for as long as an attempt may take.
const MAX_OF_ALL: usize = 256;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    under_way: HashMap<WebhookKey, UnderWay>,
    /// Those whose last attempt failed: they get one at a time until one succeeds.
    failing: HashSet<WebhookKey>,
}

#[derive(Debug)]
struct UnderWay {
    project: ProjectKey,
    number: usize,
}

/// What to claim now, and when to look again if nothing happens meanwhile.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) claims: Vec<(WebhookKey, usize)>,
    pub(super) next_at: Option<Timestamp>,
}

impl Traffic {
    pub(super) fn begin(&mut self, webhook: WebhookKey, project: ProjectKey) {
        self.under_way.entry(webhook).or_insert(UnderWay { project, number: 0 }).number += 1;
    }

    pub(super) fn end(&mut self, webhook: WebhookKey, has_succeeded: bool) {
        if let Some(under_way) = self.under_way.get_mut(&webhook) {
            under_way.number -= 1;
            if under_way.number == 0 {
                self.under_way.remove(&webhook);
            }
        }
        if has_succeeded {
            self.failing.remove(&webhook);
        } else {
            self.failing.insert(webhook);
        }
    }

    /// `due` has the webhooks that have something to deliver, the earliest first. A webhook without room, its own or its
    /// project's, is left out: the end of what is under way is when to look again.
    pub(super) fn plan(&self, due: &[DueWebhook], now: Timestamp) -> Plan {
        let mut left = MAX_OF_ALL;
        let mut of_projects: HashMap<ProjectKey, usize> = HashMap::new();
        for UnderWay { project, number } in self.under_way.values() {
            left = left.saturating_sub(*number);
            *of_projects.entry(*project).or_default() += number;
        }
        let mut plan = Plan { claims: Vec::new(), next_at: None };
        for DueWebhook { webhook, project, at } in due {
            let most = if self.failing.contains(webhook) { 1 } else { MAX_OF_ONE };
            let under_way = self.under_way.get(webhook).map_or(0, |under_way| under_way.number);
            let of_project = of_projects.entry(*project).or_default();
            let room =
                most.saturating_sub(under_way).min(MAX_OF_PROJECT.saturating_sub(*of_project)).min(left);
            if room == 0 {
                continue;
            }
            if *at <= now {
                left -= room;
                *of_project += room;
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

    use super::{MAX_OF_ALL, MAX_OF_ONE, MAX_OF_PROJECT, Plan, Traffic};
    use crate::store::{DueWebhook, ProjectKey, WebhookKey};

    const NOW: Timestamp = Timestamp::from_unix_ms(1_000);
    const ONE: WebhookKey = WebhookKey(1);
    const OTHER: WebhookKey = WebhookKey(2);
    const PROJECT: ProjectKey = ProjectKey(1);

    fn due(webhook: WebhookKey, at: Timestamp) -> DueWebhook {
        DueWebhook { webhook, project: PROJECT, at }
    }

    #[test]
    fn what_is_due_is_claimed_and_what_is_not_is_waited_for() {
        let later = NOW.plus_ms(5);
        let plan = Traffic::default().plan(&[due(ONE, NOW), due(OTHER, later)], NOW);
        assert_eq!(plan, Plan { claims: vec![(ONE, MAX_OF_ONE)], next_at: Some(later) });
    }

    #[test]
    fn a_webhook_gets_so_many_at_once_and_no_more() {
        let mut traffic = Traffic::default();
        for _ in 0..MAX_OF_ONE - 1 {
            traffic.begin(ONE, PROJECT);
        }
        assert_eq!(traffic.plan(&[due(ONE, NOW)], NOW).claims, [(ONE, 1)]);
        traffic.begin(ONE, PROJECT);
        assert_eq!(traffic.plan(&[due(ONE, NOW), due(OTHER, NOW)], NOW).claims, [(OTHER, MAX_OF_ONE)]);
        traffic.end(ONE, true);
        assert_eq!(traffic.plan(&[due(ONE, NOW)], NOW).claims, [(ONE, 1)]);
    }

    #[test]
    fn one_that_fails_is_tried_one_at_a_time_until_it_succeeds() {
        let mut traffic = Traffic::default();
        traffic.begin(ONE, PROJECT);
        traffic.end(ONE, false);
        assert_eq!(traffic.plan(&[due(ONE, NOW)], NOW).claims, [(ONE, 1)]);
        traffic.begin(ONE, PROJECT);
        assert!(traffic.plan(&[due(ONE, NOW)], NOW).claims.is_empty());
        traffic.end(ONE, true);
        assert_eq!(traffic.plan(&[due(ONE, NOW)], NOW).claims, [(ONE, MAX_OF_ONE)]);
    }

    #[test]
    fn many_slow_webhooks_of_one_project_leave_room_for_those_of_others() {
        let mut traffic = Traffic::default();
        let slow: Vec<_> = (10..30).map(|key| due(WebhookKey(key), NOW)).collect();
        let claims = traffic.plan(&slow, NOW).claims;
        assert_eq!(claims.iter().map(|(_, room)| room).sum::<usize>(), MAX_OF_PROJECT);
        for (webhook, room) in claims {
            for _ in 0..room {
                traffic.begin(webhook, PROJECT);
            }
        }
        let theirs = DueWebhook { project: ProjectKey(2), ..due(ONE, NOW) };
        let plan = traffic.plan(&[slow[19], theirs], NOW);
        assert_eq!(plan.claims, [(ONE, MAX_OF_ONE)]);
        traffic.end(slow[0].webhook, true);
        assert_eq!(traffic.plan(&slow[19..], NOW).claims, [(slow[19].webhook, 1)]);
    }

    #[test]
    fn all_together_get_so_many_at_once_and_no_more() {
        let of_project = |key| DueWebhook { project: ProjectKey(key), ..due(WebhookKey(key), NOW) };
        let many: Vec<_> = (0..1_000).map(of_project).collect();
        let claims = Traffic::default().plan(&many, NOW).claims;
        assert_eq!(claims.iter().map(|(_, room)| room).sum::<usize>(), MAX_OF_ALL);
    }
}
