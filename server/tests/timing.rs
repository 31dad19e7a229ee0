//! Whether the time that a proof takes tells how much of it is right: a statistical test after dudect (Reparaz,
//! Balasch, Verbauwhede: Dude, is my code constant time?, 2017), Welch's t-test on two classes of proofs.
//!
//! What it can say: a comparison that stops at the first wrong byte is found, as the last test here shows. It cannot
//! show that nothing is left; that is what the choice of `Mac::verify_slice` is for.
#![expect(clippy::print_stdout, reason = "what was measured, for whoever asks with --nocapture")]

use std::{
    fmt::Write as _,
    hint::black_box,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use data_encoding::BASE64;
use notification_bell_protocol::Timestamp;
use notification_bell_server::auth::proofs::{self, Secrets, plain};

const SECRET: &str = "NOTIFIR_API_SECRET";
const USER: &str = "user@example.com";
const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// Of both classes together.
const SAMPLES: usize = 40_000;
/// Where one class is accepted and the other refused. More would find the few instructions by which that differs, which
/// the answer tells anyway; the control, at the end, is found with these.
const SAMPLES_OF_TWO_ANSWERS: usize = 10_000;
/// The first ones pay for caches that are still empty.
const WARM_UP: usize = 2_000;
/// The slowest samples are those in which the machine did something else. How many is not known, so that several cuts
/// are tried, each at a percentile of both classes together, or the cut itself would tell them apart.
const KEPT_PERCENT: [usize; 4] = [50, 75, 90, 99];
/// dudect suspects a leak from 4.5 on and is certain from 10 on. It is 10 here: four cuts are tried, samples that
/// follow each other on a busy machine are not independent, as the test assumes, and this one has to hold every day.
const BOUND: f64 = 10.0;

/// The tests here measure one after the other: two at once would be each other's noise.
static MEASURING: Mutex<()> = Mutex::new(());

/// `SplitMix64` (Steele, Lea, Flood 2014): the same order in every run.
struct Order(u64);

impl Order {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A byte that is not zero: what it is added to, bit by bit, becomes wrong.
    fn fault(&mut self) -> u8 {
        (self.next() % 255 + 1).to_le_bytes()[0]
    }
}

fn mac() -> [u8; 32] {
    plain::decode(&plain::prove(SECRET, USER)).expect("a proof can be read")
}

fn right(_: &mut Order) -> [u8; 32] {
    mac()
}

fn wrong_in_the_last_byte(order: &mut Order) -> [u8; 32] {
    let mut bytes = mac();
    bytes[31] ^= order.fault();
    bytes
}

fn wrong_in_every_byte(order: &mut Order) -> [u8; 32] {
    mac().map(|byte| byte ^ order.fault())
}

type Class = fn(&mut Order) -> [u8; 32];

/// The largest |t| of all cuts, for the time that `check` takes for proofs of one class and of the other.
fn largest_t(classes: [Class; 2], number: usize, check: impl Fn(&str) -> bool) -> f64 {
    let _measuring = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut order = Order(1);
    // All are made beforehand: how much work it was to make a proof would still show in the time of what comes next.
    let proofs: Vec<(usize, String)> = (0..WARM_UP + number)
        .map(|_| {
            let class = usize::from(order.next() & 1 == 1);
            (class, BASE64.encode(&classes[class](&mut order)))
        })
        .collect();
    let mut samples: Vec<(usize, f64)> = Vec::with_capacity(proofs.len());
    // Each proof is put into the same place first, so that where it lies makes no difference.
    let mut proof = String::with_capacity(64);
    for (class, prepared) in &proofs {
        proof.clone_from(prepared);
        let began = Instant::now();
        black_box(check(black_box(&proof)));
        let took = began.elapsed();
        samples.push((*class, took.as_secs_f64() * 1e9));
    }
    samples.drain(..WARM_UP);
    let mut times: Vec<f64> = samples.iter().map(|(_, time)| *time).collect();
    times.sort_unstable_by(f64::total_cmp);
    let mut report = String::new();
    let mut largest = 0.0_f64;
    for percent in KEPT_PERCENT {
        let cut = times[(times.len() - 1) * percent / 100];
        let of = |class| {
            samples.iter().filter(move |(of, time)| *of == class && *time <= cut).map(|(_, time)| *time)
        };
        let t = welch_t(&Moments::of(of(0)), &Moments::of(of(1)));
        let _ = write!(report, "{percent} %: up to {cut:.0} ns, t = {t:.2}; ");
        largest = largest.max(t.abs());
    }
    println!("{report}");
    largest
}

struct Moments {
    number: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    /// Welford's method, in one pass.
    fn of(times: impl Iterator<Item = f64>) -> Self {
        let (mut number, mut mean, mut squares) = (0.0, 0.0, 0.0);
        for time in times {
            number += 1.0;
            let deviation = time - mean;
            mean += deviation / number;
            squares += deviation * (time - mean);
        }
        Self { number, mean, variance: squares / (number - 1.0) }
    }
}

fn welch_t(a: &Moments, b: &Moments) -> f64 {
    (a.mean - b.mean) / (a.variance / a.number + b.variance / b.number).sqrt()
}

fn verify(proof: &str) -> bool {
    let secrets = Secrets { current: SECRET.to_owned(), previous: None };
    proofs::verify(&secrets, USER, proof, NOW).is_ok()
}

/// What `plain::verify` must not be: the same work, but for a comparison that ends at the first difference.
fn verify_naively(proof: &str) -> bool {
    let expected = mac();
    let Some(claimed) = plain::decode(proof) else { return false };
    for (expected, claimed) in expected.iter().zip(&claimed) {
        if black_box(expected) != black_box(claimed) {
            return false;
        }
    }
    true
}

#[test]
fn the_time_does_not_tell_how_many_bytes_of_a_proof_are_right() {
    let classes: [Class; 2] = [wrong_in_the_last_byte, wrong_in_every_byte];
    let t = largest_t(classes, SAMPLES, |proof| plain::verify(SECRET, USER, proof).is_ok());
    assert!(t < BOUND, "|t| = {t}");
    let t = largest_t(classes, SAMPLES, verify);
    assert!(t < BOUND, "|t| = {t}, with both secrets");
}

#[test]
fn the_time_does_not_tell_a_right_proof_from_one_with_a_wrong_last_byte() {
    let t = largest_t([right, wrong_in_the_last_byte], SAMPLES_OF_TWO_ANSWERS, |proof| {
        plain::verify(SECRET, USER, proof).is_ok()
    });
    assert!(t < BOUND, "|t| = {t}");
}

#[test]
fn a_comparison_that_stops_at_the_first_wrong_byte_would_be_noticed() {
    let t = largest_t([wrong_in_the_last_byte, wrong_in_every_byte], SAMPLES_OF_TWO_ANSWERS, verify_naively);
    assert!(t > BOUND, "|t| = {t}: this test would miss what it is for");
}
