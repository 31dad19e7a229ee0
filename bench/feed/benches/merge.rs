//! Criterion's measure of the merge in wasm: `cargo xtask bench --inner` runs it in Node.js. Natively there is nothing in
//! here; the same is measured beside the server's parts then.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use feed_merge::Merging;
    use wasm_bindgen_test::{Criterion, wasm_bindgen_bench};

    #[wasm_bindgen_bench]
    fn merge(criterion: &mut Criterion) {
        for (name, changed) in
            [("feed merge in wasm: 1 of 10,000 items", 1), ("feed merge in wasm: 100 of 10,000 items", 100)]
        {
            let mut merging = Merging::new(10_000, changed);
            criterion.bench_function(name, |bencher| bencher.iter(|| merging.merge()));
        }
    }
}
