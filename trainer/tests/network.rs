//! The network against PyTorch: gradients, ten steps of AdamW, and the engines of this build.
//!
//! The crate's own suite runs without Burn natively; the suite of the engines runs here once more,
//! where Burn is built anyway.

#[path = "../../tests/suite/engines.rs"]
mod engines;
#[path = "../../tests/suite/golden.rs"]
mod golden;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use golden::{Golden, Training};
use painwave::network::{Network, NetworkInputs, Parameter, Parameters};

/// Greatest difference of a gradient's element or a weight.
const TOLERANCE: f32 = 1e-4;

/// Reads the gradients by the names of their weights.
struct ReadGradients<'a> {
    path: Vec<String>,
    gradients: &'a GradientsParams,
    found: Parameters,
}

impl ModuleVisitor for ReadGradients<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let data = gradient.into_data();
            let parameter = Parameter { shape: data.shape().to_vec(), data: data.iter().collect() };
            self.found.insert(self.path.join("."), parameter);
        }
    }
}

fn gradients(network: &Network, inputs: &NetworkInputs, golden: &Golden) -> GradientsParams {
    let targets = (0..golden.windows).map(|window| (window % golden.config.classes) as i32).collect();
    let targets = TensorData::new(targets, [golden.windows, 1]);
    let targets: Tensor<2, Int> = Tensor::from_data(targets, &inputs.dense.device());
    let loss = -log_softmax(network.forward(inputs), 1).gather(1, targets).mean();
    GradientsParams::from_grads(loss.backward(), network)
}

fn assert_close(what: &str, golden: &Golden, found: &Parameters, expected: &golden::Values) {
    let names = |name: &String| format!("{} {name}", golden.name);
    assert!(found.keys().map(names).eq(expected.keys().map(names)), "{what} of {}", golden.name);
    for (name, expected) in expected {
        let found = &found[name].data;
        assert_eq!(found.len(), expected.len());
        let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
        let difference = difference.fold(0.0, |most, next| if next <= most { most } else { next });
        assert!(difference <= TOLERANCE, "{what} {name} of {} off by {difference:e}", golden.name);
    }
}

#[test]
fn training_equals_pytorch() {
    let mut trained = 0;
    for golden in golden::all() {
        let Some(training) = &golden.training else { continue };
        let Training { learning_rate, weight_decay, steps, .. } = *training;
        let device = Device::flex().autodiff();
        let inputs = NetworkInputs::new(&golden.batch(), &golden.config, &device);
        let mut network = Network::from_parameters(&golden.config, &golden.weights(), &device);
        let adamw = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(weight_decay);
        let mut adamw = adamw.init();
        for step in 0..steps {
            let gradients = gradients(&network, &inputs, &golden);
            if step == 0 {
                let (path, found) = Default::default();
                let mut read = ReadGradients { path, gradients: &gradients, found };
                network.visit(&mut read);
                assert_close("the gradient of", &golden, &read.found, &training.gradients);
            }
            network = adamw.step(learning_rate, network, gradients);
        }
        // AdamW divides a gradient by its size: where the true one is zero (softmax ignores the
        // attention's bias), the steps are rounding errors.
        let moves = |name: &String| training.gradients[name].iter().any(|next| next.abs() > 1e-9);
        let mut found = network.parameters();
        let mut expected = training.weights.clone();
        found.retain(|name, _| moves(name));
        expected.retain(|name, _| moves(name));
        assert_close("the trained", &golden, &found, &expected);
        trained += 1;
    }
    assert!(trained > 0);
}

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
