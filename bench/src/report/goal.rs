//! What a figure should be.

use serde::{Deserialize, Serialize};

use super::Unit;

/// A figure to reach, and one that would be better still.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Goal {
    pub(crate) target: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stretch: Option<f64>,
    /// Whether more is better.
    pub(crate) is_least: bool,
}

/// How far a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    No,
    Target,
    Stretch,
}

impl Goal {
    pub(crate) const fn at_most(target: f64) -> Self {
        Self { target, stretch: None, is_least: false }
    }

    pub(crate) const fn at_least(target: f64) -> Self {
        Self { target, stretch: None, is_least: true }
    }

    /// What would be better still.
    pub(crate) const fn stretch(self, stretch: f64) -> Self {
        Self { stretch: Some(stretch), ..self }
    }

    pub(crate) fn reached_by(self, figure: f64) -> Reached {
        let meets = |wanted: f64| if self.is_least { figure >= wanted } else { figure <= wanted };
        match self.stretch {
            Some(stretch) if meets(stretch) => Reached::Stretch,
            _ if meets(self.target) => Reached::Target,
            _ => Reached::No,
        }
    }

    /// How many times better than the target a figure is.
    pub(crate) fn times_better(self, figure: f64) -> f64 {
        if self.is_least { figure / self.target } else { self.target / figure }
    }

    /// With the sign that says whether more is better.
    pub(crate) fn show(self, wanted: f64, unit: Unit) -> String {
        format!("{} {}", if self.is_least { "≥" } else { "≤" }, unit.show(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, Reached};

    #[test]
    fn a_goal_is_reached_from_its_own_side() {
        let least = Goal::at_least(20.0).stretch(40.0);
        assert_eq!(
            [19.0, 20.0, 40.0].map(|figure| least.reached_by(figure)),
            [Reached::No, Reached::Target, Reached::Stretch]
        );
        assert_eq!(Goal::at_most(6.0).reached_by(6.1), Reached::No);
        assert!((Goal::at_most(6.0).times_better(3.0) - 2.0).abs() < 1e-9);
        assert!((least.times_better(10.0) - 0.5).abs() < 1e-9);
    }
}
