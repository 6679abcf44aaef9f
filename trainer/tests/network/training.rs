//! Training against PyTorch: the answers of trainer/tests/golden/training.py.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use painwave::network::{Dropout, Network, NetworkInputs, Parameters};
use painwave_train::loss::Objective;
use painwave_train::recipe::TrainingRecipe;
use painwave_train::training::{Batch, Gradients, Learner, Stepper};
use painwave_train::windows::rows;
use serde::Deserialize;
use trainer::threads::Threads;

use crate::golden::Golden;

/// Max difference of a logit, a loss, or an element of a gradient.
const TOLERANCE: f32 = 1e-5;
/// Max difference of a trained weight: AdamW's steps have one size, however small the gradient is
/// that its rounding errors are compared with.
const WEIGHT_TOLERANCE: f32 = 1e-4;

/// Elements by the name of the weight.
type Values = BTreeMap<String, Vec<f32>>;

/// A network, its windows, and what PyTorch made of them.
#[derive(Deserialize)]
struct Training {
    /// The network, with the logits of all windows before training.
    #[serde(flatten)]
    start: Golden,
    /// Class of each window.
    classes: Vec<usize>,
    /// As it stands in a recipe.
    training: TrainingRecipe,
    /// Before each step.
    losses: Vec<f32>,
    /// Of the first step, before penalties and clipping.
    gradients: Values,
    /// After the last step.
    weights: Values,
}

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../golden/training/", $name, ".json")))),*]
    };
}

fn all() -> impl Iterator<Item = Training> {
    let files = golden![
        "rnn",
        "rnn_2",
        "birnn",
        "birnn_2",
        "lstm",
        "lstm_2",
        "bilstm",
        "bilstm_2",
        "gru",
        "gru_2",
        "bigru",
        "bigru_2",
        "conv_only",
        "weighted_adam",
        "focal_sgd",
    ];
    files.into_iter().map(|(name, text)| {
        let mut training: Training = serde_json::from_str(text).expect(name);
        training.start.name = name;
        training
    })
}

fn read(tensor: Tensor<2>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// Reads the gradients by the names of their weights.
struct ReadGradients<'a> {
    path: Vec<String>,
    gradients: &'a GradientsParams,
    found: Values,
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
            self.found.insert(self.path.join("."), gradient.into_data().iter::<f32>().collect());
        }
    }
}

fn read_gradients(network: &Network, gradients: &GradientsParams) -> Values {
    let mut read = ReadGradients { path: Vec::new(), gradients, found: Values::new() };
    network.visit(&mut read);
    read.found
}

fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // NaN is the maximum.
    let most = differences.fold(0.0, |most, next| if next <= most { most } else { next });
    assert!(most <= tolerance, "{what} off by {most:e}");
}

fn assert_all_close(what: &str, name: &str, found: &Values, expected: &Values, tolerance: f32) {
    assert!(found.keys().eq(expected.keys()), "{what} of {name}: {:?}", found.keys());
    for (weight, expected) in expected {
        assert_close(&format!("{what} {weight} of {name}"), &found[weight], expected, tolerance);
    }
}

/// The loss of windows that are each a subject of its own.
fn objective(recipe: &TrainingRecipe, windows: &[usize], classes: usize) -> Objective {
    let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
    Objective::new(recipe, windows, &names).expect("every class has windows")
}

#[test]
fn training_equals_pytorch() {
    // A batch that several threads share has the same gradients.
    for threads in [1, 3] {
        let threads = Threads::new(threads).unwrap();
        trains_as_pytorch(&Stepper::new(&Device::flex(), &threads));
    }
}

fn trains_as_pytorch(stepper: &Stepper) {
    let device = Device::flex().autodiff();
    for golden in all() {
        let Golden { name, ref config, .. } = golden.start;
        let windows = golden.start.batch();
        let objective = objective(&golden.training, &golden.classes, config.classes);
        let loss_of = |logits, targets| objective.of_windows(logits, targets);
        let network = Network::from_parameters(config, &golden.start.weights(), &device);
        let logits = network.forward(&NetworkInputs::new(&windows, config, &device));
        assert_close(&format!("the logits of {name}"), &read(logits), &golden.start.logits, TOLERANCE);

        let mut learner = Learner::new(network, &golden.training);
        let TrainingRecipe { batch_size, optimizer, .. } = golden.training;
        for (step, expected) in golden.losses.iter().enumerate() {
            let range = step * batch_size..(step + 1) * batch_size;
            let classes = &golden.classes[range.clone()];
            let (targets, divisor) = (objective.targets(classes), objective.divisor(classes));
            let batch = Batch { windows: &rows(&windows, range), targets: &targets, divisor };
            let Gradients { loss, gradients } =
                stepper.gradients(&learner.network, config, batch, &loss_of, 1);
            let what = format!("the loss of {name} in step {step}");
            assert_close(&what, &[loss as f32], &[*expected], TOLERANCE);
            if step == 0 {
                let found = read_gradients(&learner.network, &gradients);
                assert_all_close("the gradient of", name, &found, &golden.gradients, TOLERANCE);
            }
            learner.learn(gradients, optimizer.learning_rate());
        }

        // AdamW divides a gradient by its size: where the true one is zero (softmax ignores the
        // attention's bias), the steps are rounding errors.
        let moves = |weight: &str| golden.gradients[weight].iter().any(|next| next.abs() > 1e-9);
        let values =
            |parameters: Parameters| parameters.into_iter().map(|(name, weight)| (name, weight.data));
        let mut found: Values = values(learner.network.parameters()).collect();
        let mut expected = golden.weights.clone();
        found.retain(|weight, _| moves(weight));
        expected.retain(|weight, _| moves(weight));
        assert_all_close("the trained", name, &found, &expected, WEIGHT_TOLERANCE);
    }
}

/// With a probability of 1 everything is dropped that dropout reaches, and nothing is random.
#[test]
fn dropout_acts_where_that_of_pytorch_does() {
    let goldens: Vec<Golden> = serde_json::from_str(include_str!("../golden/dropout.json")).unwrap();
    let device = Device::flex();
    for golden in goldens {
        let network = Network::from_parameters(&golden.config, &golden.weights(), &device);
        let inputs = NetworkInputs::new(&golden.batch(), &golden.config, &device);
        let logits = network.forward_with(&inputs, &mut Dropout::seeded(1));
        assert_close(&format!("{:?}", golden.config.recurrent), &read(logits), &golden.logits, TOLERANCE);
    }
}

/// Logits of all sizes, and every kind of loss of them.
#[derive(Deserialize)]
struct Losses {
    /// `[windows, classes]`.
    logits: Vec<f32>,
    /// Class of each window.
    classes: Vec<usize>,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    /// What a recipe says about the loss.
    training: TrainingRecipe,
    loss: f32,
    /// By the logits, `[windows, classes]`.
    gradient: Vec<f32>,
}

#[test]
fn losses_equal_pytorch() {
    let Losses { logits, classes, answers } =
        serde_json::from_str(include_str!("../golden/losses.json")).expect("losses.json");
    let device = Device::flex().autodiff();
    let shape = [classes.len(), logits.len() / classes.len()];
    for Answer { training, loss: expected, gradient } in answers {
        let name = format!("{:?} {:?} {:?}", training.loss, training.class_weights, training.targets);
        let logits = Tensor::from_data(TensorData::new(logits.clone(), shape), &device).require_grad();
        let objective = objective(&training, &classes, shape[1]);
        let targets = TensorData::new(objective.targets(&classes), shape);
        let losses = objective.of_windows(logits.clone(), Tensor::from_data(targets, &device));
        let loss = losses.sum() / objective.divisor(&classes);
        assert_close(&name, &[loss.clone().into_scalar()], &[expected], TOLERANCE);
        let found = logits.grad(&loss.backward()).expect("the loss depends on the logits");
        assert_close(&format!("the gradient of {name}"), &read(found), &gradient, TOLERANCE);
    }
}
