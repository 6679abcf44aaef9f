//! The trainings of a recipe, side by side.

use std::sync::atomic::{AtomicBool, Ordering};

use painwave::features::FeatureExtractor;
use painwave::network::Parameters;

use super::dataset::{Dataset, pick};
use super::ensemble::Ensemble;
use super::error::ExperimentError;
use super::part::Part;
use super::settings::{Plan, Settings};
use super::task::Task;
use crate::assemble::{self, TrainedMember};
use crate::augmentation::Augmenter;
use crate::host::{self, Executor};
use crate::loss::Objective;
use crate::recipe::{RecipeFile, Scheme, TrainingRecipe};
use crate::split::Split;
use crate::training::{
    self, Checkpoints, Control, End, FineTuningEpoch, History, Identity, Observer, Outcome, Problem,
    TrainingError,
};
use crate::windows::WindowSet;

/// One training.
#[derive(Clone, Debug)]
pub struct Training {
    /// Its name, for people.
    pub name: String,
    /// Index of its fold; 0 of a hold-out.
    pub fold: usize,
    /// The subjects: those of the stage's classes, if it is one.
    pub split: Split,
    /// Number of the windows that train and of those that choose.
    pub windows: [usize; 2],
    /// Threads that computed its batches.
    pub threads: usize,
    /// Its result.
    pub outcome: Outcome,
}

/// What the trainings of a recipe share.
pub(super) struct Workshop<'a> {
    pub(super) file: &'a RecipeFile,
    pub(super) dataset: &'a Dataset,
    pub(super) settings: &'a Settings<'a>,
}

/// A training that has not begun.
pub(super) struct Draft<'a> {
    ensemble: &'a Ensemble,
    part: Part,
    task: Task,
    /// The subjects of the classes that the network tells apart.
    split: Split,
    recipe: TrainingRecipe,
    weights: Parameters,
}

/// A finished training.
pub(super) struct Trained {
    pub(super) training: Training,
    pub(super) member: TrainedMember,
}

impl<'a> Workshop<'a> {
    /// Drafts the trainings of an ensemble. Weights are drawn here, one network after the other.
    pub(super) fn drafts(&self, ensemble: &'a Ensemble) -> impl Iterator<Item = Draft<'a>> {
        ensemble.parts.iter().map(|part| self.draft(*part, ensemble))
    }

    fn draft(&self, part: Part, ensemble: &'a Ensemble) -> Draft<'a> {
        let task = Task::new(self.file, self.dataset, part);
        let split = task.of_split(&ensemble.splits[part.fold]);
        let base = &self.file.recipe.training;
        let stage = self.file.recipe.stages.get(part.stage);
        let mut recipe = stage.map_or(base.clone(), |stage| stage.training(base));
        // So that the members of an ensemble differ in more than their subjects.
        recipe.seed = recipe.seed.wrapping_add(part.member() as u64);
        let network = &ensemble.manifest.members[part.member()].network;
        let weights = training::fresh_weights(network, self.settings.device, recipe.seed);
        Draft { ensemble, part, task, split, recipe, weights }
    }

    /// Trains all drafts, as many at once as the scheduler does; the results are in their order. One that fails ends
    /// the others after their epoch.
    pub(super) fn train(&self, drafts: Vec<Draft<'_>>) -> Result<Vec<Trained>, ExperimentError> {
        let failed = AtomicBool::new(false);
        let mut results: Vec<Option<Result<Trained, ExperimentError>>> =
            drafts.iter().map(|_| None).collect();
        let tasks = drafts.into_iter().zip(&mut results).map(|(draft, result)| {
            let failed = &failed;
            Box::new(move |executor: &dyn Executor| {
                let trained = self.train_one(draft, executor, failed);
                failed.fetch_or(trained.is_err(), Ordering::Relaxed);
                *result = Some(trained);
            }) as host::Task<'_>
        });
        self.settings.scheduler.tasks(tasks.collect()).map_err(TrainingError::from)?;
        // A failure is reported rather than the interruptions that it caused.
        let (trained, errors): (Vec<_>, Vec<_>) = results.into_iter().flatten().partition(Result::is_ok);
        let errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
        let cause = errors.iter().position(|error| !matches!(error, ExperimentError::Interrupted { .. }));
        match errors.into_iter().nth(cause.unwrap_or(0)) {
            Some(error) => Err(error),
            None => Ok(trained.into_iter().filter_map(Result::ok).collect()),
        }
    }

    fn train_one(
        &self,
        draft: Draft<'_>,
        executor: &dyn Executor,
        failed: &AtomicBool,
    ) -> Result<Trained, ExperimentError> {
        let (part, split, threads) = (draft.part, draft.split.clone(), executor.threads());
        let (ensemble, weights) = (draft.ensemble, draft.weights.clone());
        let problem = self.problem(draft)?;
        let preparation = &ensemble.preparations[part.fold];
        let plan = Plan { part, problem: &problem, preparation, schema: &ensemble.manifest.schema, threads };
        let outcome = self.outcome(&plan, &weights, executor, failed);
        let interrupted = match &outcome {
            Ok(outcome) => outcome.end == End::Interrupted,
            Err(error) => matches!(error, TrainingError::Interrupted),
        };
        if interrupted && !self.trains_one() {
            return Err(ExperimentError::Interrupted { part: part.name() });
        }
        let outcome = outcome?;
        let member = TrainedMember {
            parameters: outcome.parameters.clone(),
            known: assemble::known_windows(&problem.validation),
            calibration: assemble::calibration_windows(&problem.training),
        };
        let windows = [problem.training.len(), problem.validation.len()];
        let training = Training { name: part.name(), fold: part.fold, split, windows, threads, outcome };
        Ok(Trained { training, member })
    }

    /// Whether the recipe has one training only, so that what it has when it is interrupted is a model.
    fn trains_one(&self) -> bool {
        let recipe = &self.file.recipe;
        let only = matches!(recipe.validation.scheme(), Scheme::HoldOut(_)) && recipe.networks() == 1;
        only && recipe.validation.cross_fit.is_none()
    }

    /// What a network is trained on.
    fn problem(&self, draft: Draft<'_>) -> Result<Problem, ExperimentError> {
        let Draft { ensemble, part, task, split, recipe, .. } = draft;
        let Ensemble { manifest, recordings, .. } = ensemble;
        let member = &manifest.members[part.member()];
        let features = FeatureExtractor::new(&member.features, &manifest.schema)?;
        let windows = |side: &[usize]| {
            WindowSet::new(&pick(recordings, side), &task.answers(side), &features, &manifest.window)
        };
        let (training, validation) = (windows(&split.training), windows(split.inner.subjects()));
        let augmentation = Augmenter::new(&recipe.augmentation, &member.features, training.means());
        let augmentation = augmentation.map_err(|axis| {
            let expected = "columns that the features keep, neither one-hot nor in a `pca` group";
            self.file.value_error("training.augmentation", axis, expected)
        })?;
        let objective = Objective::new(&recipe, &training.classes_of_subjects(), &task.names)?;
        Ok(Problem {
            augmentation,
            objective,
            network: member.network.clone(),
            classes: task.names,
            recipe,
            aggregation: manifest.aggregation,
            training,
            validation,
        })
    }

    fn outcome(
        &self,
        plan: &Plan<'_>,
        weights: &Parameters,
        executor: &dyn Executor,
        failed: &AtomicBool,
    ) -> Result<Outcome, TrainingError> {
        let Plan { part, problem, .. } = *plan;
        let Settings { device, epochs, resume, store, observer, .. } = *self.settings;
        let [(_, data), (_, labels)] = &self.dataset.sources;
        let identity = Identity {
            recipe: self.file.identity(),
            limits: self.file.limits(),
            data: data.clone(),
            labels: labels.clone(),
            seed: problem.recipe.seed,
            split: part.name(),
        };
        let checkpoints = Checkpoints::new(store, part.checkpoint(), identity);
        let control = Control {
            device,
            epochs: epochs.unwrap_or(usize::MAX).min(problem.recipe.epochs),
            // The parts after the one that was interrupted have none yet.
            resume: resume && (self.trains_one() || checkpoints.exist()?),
            checkpoints: &checkpoints,
            executor,
        };
        let mut observer = UnlessFailed { observer: observer.training(plan), failed };
        training::train(problem, weights, &control, &mut observer)
    }
}

/// An observer that ends its training when another one has failed.
struct UnlessFailed<'a> {
    observer: Box<dyn Observer + 'a>,
    failed: &'a AtomicBool,
}

impl Observer for UnlessFailed<'_> {
    fn seconds(&self) -> f64 {
        self.observer.seconds()
    }

    fn is_cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.observer.is_cancelled()
    }

    fn epoch_begins(&mut self, epoch: usize, steps: usize) {
        self.observer.epoch_begins(epoch, steps);
    }

    fn step(&mut self, loss: f64) {
        self.observer.step(loss);
    }

    fn epoch_ends(&mut self, history: &History, epochs: usize) -> Result<(), host::HostError> {
        self.observer.epoch_ends(history, epochs)
    }

    fn fine_tuning_epoch_ends(&mut self, number: usize, of: usize, epoch: FineTuningEpoch) {
        self.observer.fine_tuning_epoch_ends(number, of, epoch);
    }
}
