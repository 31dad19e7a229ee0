//! A reader's hands: the mouse, a finger and the keys, and what is held down for a while.

use serde_json::json;
use thirtyfour::common::command::{Actions, Command};

use super::{
    Page,
    abilities::{Ability, need},
    session::accepted,
};

impl Page {
    /// Waits for an element and moves the mouse over it.
    pub async fn hover(&self, expression: &str) {
        self.with(expression, async |element| {
            self.driver().action_chain().move_to_element_center(&element).perform().await
        })
        .await;
    }

    /// Puts a finger on an element, moves it sideways by so many pixels, and lifts it.
    pub async fn swipe(&self, expression: &str, way: i64) {
        need(self.engine(), Ability::Touch);
        self.with(expression, async |element| {
            let mut steps = vec![
                json!({"type": "pointerMove", "duration": 0, "origin": element.to_json()?, "x": 0, "y": 0}),
                json!({"type": "pointerDown", "button": 0}),
            ];
            // A finger does not jump.
            let step =
                json!({"type": "pointerMove", "duration": 16, "origin": "pointer", "x": way / 8, "y": 0});
            steps.extend(std::iter::repeat_n(step, 8));
            steps.push(json!({"type": "pointerUp", "button": 0}));
            let finger = json!({"type": "pointer", "id": "finger",
                                "parameters": {"pointerType": "touch"}, "actions": steps});
            self.driver().cmd(Command::PerformActions(Actions::from(json!([finger])))).await.map(drop)
        })
        .await;
    }

    /// Presses the mouse on an element, and holds it down.
    pub async fn hold(&self, expression: &str) {
        self.with(expression, async |element| {
            self.driver().action_chain().move_to_element_center(&element).click_and_hold().perform().await
        })
        .await;
    }

    /// Lets go of the mouse.
    pub async fn let_go(&self) {
        accepted(self.driver().action_chain().release().perform().await);
    }

    /// Moves the mouse by so many pixels.
    pub async fn drag_by(&self, right: i64, down: i64) {
        accepted(self.driver().action_chain().move_by_offset(right, down).perform().await);
    }

    /// Holds a key down.
    pub async fn hold_key(&self, key: impl Into<char>) {
        accepted(self.driver().action_chain().key_down(key.into()).perform().await);
    }

    /// Lets go of it.
    pub async fn let_go_of_key(&self, key: impl Into<char>) {
        accepted(self.driver().action_chain().key_up(key.into()).perform().await);
    }

    /// Presses and lets go of a key, wherever the focus is.
    pub async fn press(&self, key: impl Into<char>) {
        let key = key.into();
        accepted(self.driver().action_chain().key_down(key).key_up(key).perform().await);
    }

    /// The same while another key is held down.
    pub async fn press_with(&self, modifier: impl Into<char>, key: impl Into<char>) {
        let (modifier, key) = (modifier.into(), key.into());
        let chain = self.driver().action_chain();
        accepted(chain.key_down(modifier).key_down(key).key_up(key).key_up(modifier).perform().await);
    }
}
