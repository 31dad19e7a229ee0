//! What goes wrong in a simulated life.

use std::{sync::Arc, time::Duration};

use super::{NODES, World};
use crate::hub::exchange::weather::Weather;

impl World {
    /// Has things go wrong, one after the other and at times together.
    pub(super) async fn make_trouble(self: Arc<Self>) {
        loop {
            self.take_up_to(15_000).await;
            let place = usize::try_from(self.below(NODES as u64)).unwrap();
            let world = Arc::clone(&self);
            let lasts_ms = 200 + self.below(12_000);
            let trouble = self.below(8);
            tokio::spawn(async move {
                match trouble {
                    0 => {
                        if let Some(node) = world.take_out(place) {
                            // The worst moment: something has changed, and nobody has been told.
                            let late = world.late(&node);
                            let user = world.any_user();
                            drop(world.database.send(&world, &user, late).await);
                        }
                        world.take_up_to(8_000).await;
                        world.start(place).await;
                    }
                    1 => {
                        if let Some(node) = world.take_out(place) {
                            node.stop().await;
                        }
                        world.take_up_to(2_000).await;
                        world.start(place).await;
                    }
                    2 => world.database.pause(Duration::from_millis(lasts_ms), world.below(2) == 0),
                    3 => world.broker.turn(None, Weather::Down, lasts_ms).await,
                    4 => world.broker.turn(Some(place), Weather::Down, lasts_ms).await,
                    5 => world.broker.turn(Some(place), Weather::Hanging, lasts_ms).await,
                    // Longer than one is missed that only falls silent.
                    6 => world.broker.turn(Some(place), Weather::Hanging, 15 * lasts_ms).await,
                    _ => world.broker.turn(Some(place), Weather::Deaf, lasts_ms).await,
                }
            });
        }
    }
}
