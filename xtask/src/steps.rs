//! The steps of a command: each is announced, timed, and listed again in the summary.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::terminal::{Colour, Terminal};

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// There was nothing to do.
    UpToDate,
    LeftOut,
    Failed,
}

/// The steps so far, and where to tell about them.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) terminal: Terminal,
    began: Instant,
    finished: Vec<(String, Outcome, Duration)>,
}

impl Steps {
    pub(crate) fn new(terminal: Terminal) -> Self {
        Self { terminal, began: Instant::now(), finished: Vec::new() }
    }

    /// Does a step and hands on what it made.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(Terminal) -> Result<(Outcome, T), Failure>,
    ) -> Result<T, Failure> {
        let terminal = self.terminal;
        terminal.line(&terminal.paint(Colour::Bold, &format!("→ {name}")));
        let began = Instant::now();
        let result = work(terminal);
        let took = began.elapsed();
        let outcome = result.as_ref().map_or(Outcome::Failed, |(outcome, _)| *outcome);
        terminal.line(&format!("  {}, {}", describe(outcome, terminal), in_words(took)));
        self.finished.push((name.to_owned(), outcome, took));
        result.map(|(_, made)| made)
    }

    /// Does a check that the next ones do not depend on: what failed is kept for [`Self::summary`].
    pub(crate) fn check(&mut self, name: &str, work: impl FnOnce(Terminal) -> Result<Outcome, Failure>) {
        if let Err(failure) = self.step(name, |terminal| work(terminal).map(|outcome| (outcome, ()))) {
            self.terminal.error(&failure);
        }
    }

    /// Lists all steps with their times.
    ///
    /// # Errors
    /// If a step failed.
    pub(crate) fn summary(&self) -> Result<(), Failure> {
        let terminal = self.terminal;
        let width = self.finished.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
        terminal.line("");
        for (name, outcome, took) in &self.finished {
            let time = in_words(*took);
            terminal.line(&format!("{name:width$}  {time:>12}  {}", describe(*outcome, terminal)));
        }
        terminal.line(&format!("{:width$}  {:>12}", "all", in_words(self.began.elapsed())));
        let failed: Vec<String> = self
            .finished
            .iter()
            .filter(|(_, outcome, _)| *outcome == Outcome::Failed)
            .map(|(name, ..)| name.clone())
            .collect();
        if failed.is_empty() { Ok(()) } else { Err(Failure::Checks(failed)) }
    }
}

fn describe(outcome: Outcome, terminal: Terminal) -> String {
    match outcome {
        Outcome::Done => terminal.paint(Colour::Green, "done"),
        Outcome::UpToDate => terminal.paint(Colour::Green, "up to date"),
        Outcome::LeftOut => terminal.paint(Colour::Dim, "left out"),
        Outcome::Failed => terminal.paint(Colour::Red, "failed"),
    }
}

fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_and_have_units() {
        assert_eq!(in_words(Duration::from_millis(340)), "0.3 s");
        assert_eq!(in_words(Duration::from_secs(61)), "1 min 01 s");
    }

    #[test]
    fn one_failed_check_fails_the_command_after_all_were_done() {
        let mut steps = Steps::new(Terminal::silent());
        steps.check("first", |_| Err(Failure::Checks(vec!["a test".to_owned()])));
        steps.check("second", |_| Ok(Outcome::Done));
        let failure = steps.summary().unwrap_err();
        assert_eq!(failure.to_string(), "failed: first");
        assert_eq!(steps.finished.len(), 2);
    }
}
