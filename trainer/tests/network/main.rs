//! The network against PyTorch: training, and the engines of this build.
//!
//! The crate's own suite runs without Burn natively; the suite of the engines runs here once more,
//! where Burn is built anyway.

#[path = "../../../tests/suite/engines.rs"]
mod engines;
#[path = "../../../tests/suite/golden.rs"]
mod golden;
mod training;

use burn::tensor::Device;
use painwave::network::Network;

#[test]
fn fresh_weights_follow_the_seed() {
    let golden = golden::all().into_iter().find(|golden| golden.name == "bigru_attention").unwrap();
    let fresh = |seed| {
        let device = Device::flex();
        device.seed(seed);
        Network::new(&golden.config, &device).parameters()
    };
    let first = fresh(1);
    assert_eq!(first, fresh(1));
    assert_ne!(first, fresh(2));
    let names: Vec<_> = first.keys().cloned().collect();
    let mut expected: Vec<_> = golden.parameters.iter().map(|entry| entry.name.clone()).collect();
    expected.sort();
    assert_eq!(names, expected);
    // Uniform in +-1/sqrt(H): inside, and close to the ends.
    let weight = &first["recurrent.0.backward.input_weight"].data;
    let most = weight.iter().fold(0.0_f32, |most, next| most.max(next.abs()));
    let bound = 1.0 / 6.0_f32.sqrt();
    assert!(most <= bound && most > 0.9 * bound, "{most} of {bound}");
}
