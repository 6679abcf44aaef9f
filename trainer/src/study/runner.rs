//! Runs trials, several at once, each in a process of its own: what ends one ends no other.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use painwave_train::evaluation::Evaluation;

use super::error::StudyError;
use super::journal::Journal;
use super::plan::{Plan, Trial};
use super::record::{self, Record, Results, Sources, State};
use crate::data;
use crate::device::DeviceKind;
use crate::files::{FileError, FolderLock, write_atomically};
use crate::queue::{self, Cancel, Shares};

/// How trials are run.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// The trainer's binary.
    pub trainer: PathBuf,
    /// The recordings and their labels.
    pub data: Labelled<'a>,
    /// Those on which every trial's bundle is judged as well.
    pub test: Option<Labelled<'a>>,
    /// Arguments that say how files are read.
    pub reading: Vec<String>,
    /// Where to train.
    pub device: DeviceKind,
    /// Trials at once, and threads of each.
    pub shares: Shares,
    /// Minimum number of seconds between two checkpoints.
    pub checkpoint_seconds: u64,
    /// Set from outside to end after the current epoch of every trial.
    pub interrupt: &'a AtomicBool,
}

/// Recordings, and their labels if these are in a file of their own.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// Files, folders and patterns with recordings.
    pub data: &'a [PathBuf],
    /// The labels.
    pub labels: Option<&'a Path>,
}

impl Labelled<'_> {
    fn sources(self) -> Result<Sources, StudyError> {
        let [data, labels] = data::digests(self.data, self.labels).map_err(StudyError::Data)?;
        Ok(Sources { data, labels })
    }

    /// The arguments for it.
    fn add_to(self, command: &mut Command) {
        command.arg("--data").args(self.data);
        if let Some(labels) = self.labels {
            command.arg("--labels").arg(labels);
        }
    }
}

/// Runs the trials that are not finished yet. Every record is noted in `trials.jsonl` when it is made, and
/// handed to `each` with whether its trial was finished before. No other process may write to the plan's folder
/// meanwhile: the caller has its lock.
///
/// # Errors
/// A folder with a trial of something else, an interrupt, or a file that cannot be read or written. A trial
/// that fails is none: its record says so.
pub fn run<E: From<StudyError>>(
    plan: &Plan,
    settings: &Settings<'_>,
    mut each: impl FnMut(&Record, bool) -> Result<(), E>,
) -> Result<Vec<Record>, E> {
    let sources = settings.data.sources()?;
    let test_file = match settings.test {
        Some(test) => {
            let Sources { data, labels } = test.sources()?;
            Some(format!("test-{data:.12}-{labels:.12}.json"))
        }
        None => None,
    };
    let mut journal = Journal::open(plan.out.join("trials.jsonl")).map_err(StudyError::File)?;
    let state = |trial: &Trial| {
        Ok(match record::state(trial, &sources)? {
            // A later round of a search has trained it on.
            State::Beyond => match journal.results(&trial.name, trial.digest()) {
                Some(results) => State::Finished(Box::new(results.clone())),
                None => State::Begun,
            },
            state => state,
        })
    };
    let states = plan.trials.iter().map(state).collect::<Result<Vec<State>, StudyError>>()?;
    let mut records: Vec<Option<Record>> = plan.trials.iter().map(|_| None).collect();

    let job = |index: usize, cancel: &Cancel<'_>| {
        let worker = Worker { plan, settings, sources: &sources, test_file: test_file.as_deref(), cancel };
        worker.run(&plan.trials[index], &states[index])
    };
    let take = |index: usize, result: Result<Option<Record>, StudyError>| {
        let Some(record) = result? else { return Ok(()) };
        journal.note(&record).map_err(StudyError::File)?;
        each(&record, matches!(states[index], State::Finished(_)))?;
        records[index] = Some(record);
        Ok::<(), E>(())
    };
    queue::run(plan.trials.len(), settings.shares.jobs, settings.interrupt, job, take)?;
    let (finished, trials) = (records.iter().flatten().count(), records.len());
    let all: Option<Vec<Record>> = records.into_iter().collect();
    all.ok_or(StudyError::Interrupted { finished, trials }.into())
}

/// How a child ended.
enum Ending {
    Success,
    /// With its last words.
    Failure(String),
}

/// How often a child is asked whether it has ended.
const POLL: Duration = Duration::from_millis(50);

struct Worker<'a> {
    plan: &'a Plan,
    settings: &'a Settings<'a>,
    sources: &'a Sources,
    /// Name of the file in a trial's folder with its scores on the test files.
    test_file: Option<&'a str>,
    cancel: &'a Cancel<'a>,
}

impl Worker<'_> {
    /// Runs a trial as far as it is not finished; no record if it was interrupted.
    fn run(&self, trial: &Trial, state: &State) -> Result<Option<Record>, StudyError> {
        let record = |results, error| Ok(Some(Record::new(self.plan, trial, results, error)));
        let (results, fresh) = match state {
            State::Finished(results) => (Results::clone(results), false),
            State::Fresh | State::Begun | State::Beyond => {
                if !self.folder_is_free(trial)? {
                    return Ok(None);
                }
                // Who has just left the folder may have come further.
                let resume = !matches!(record::state(trial, self.sources)?, State::Fresh);
                let ending = self.fit(trial, resume)?;
                let after = record::state(trial, self.sources)?;
                match (ending, after) {
                    (Ending::Success, State::Finished(results)) => (*results, true),
                    _ if self.cancel.is_set() => return Ok(None),
                    (Ending::Failure(words), _) => return record(None, Some(words)),
                    (Ending::Success, _) => {
                        return record(None, Some("the trial was interrupted from outside".to_owned()));
                    }
                }
            }
        };
        match self.test(trial, fresh)? {
            Ok(test) => record(Some(Results { test, ..results }), None),
            Err(_) if self.cancel.is_set() => Ok(None),
            Err(words) => record(Some(results), Some(words)),
        }
    }

    /// Waits until no other process writes to a trial's folder: the trials of a study that was killed end with it, but
    /// not in the same moment. False if this study is to end before that.
    fn folder_is_free(&self, trial: &Trial) -> Result<bool, StudyError> {
        loop {
            match FolderLock::acquire(trial.folder()) {
                Err(FileError::FolderInUse { .. }) if self.cancel.is_set() => return Ok(false),
                Err(FileError::FolderInUse { .. }) => std::thread::sleep(POLL),
                taken => return Ok(taken.map(|_| true)?),
            }
        }
    }

    fn fit(&self, trial: &Trial, resume: bool) -> Result<Ending, StudyError> {
        let folder = trial.folder();
        write_atomically(&trial.recipe.path, trial.recipe.text.as_bytes())?;
        let Settings { trainer, data, device, shares, checkpoint_seconds, .. } = self.settings;
        let mut command = Command::new(trainer);
        command.arg("fit").arg(&trial.recipe.path);
        data.add_to(&mut command);
        command.arg("--out").arg(folder).args(&self.settings.reading);
        command.args(["--device", device.name(), "--threads", &shares.threads.to_string()]);
        command.args(["--checkpoint-seconds", &checkpoint_seconds.to_string()]);
        if resume {
            command.arg("--resume");
        }
        self.child(command, &folder.join("log.txt"))
    }

    /// Scores of the trial's bundle on the test files, or the last words of who was to compute them.
    fn test(&self, trial: &Trial, fresh: bool) -> Result<Result<Option<Evaluation>, String>, StudyError> {
        let (Some(test), Some(file)) = (self.settings.test, self.test_file) else {
            return Ok(Ok(None));
        };
        let path = trial.folder().join(file);
        let read = || serde_json::from_slice(&fs::read(&path).ok()?).ok();
        if let Some(scores) = read().filter(|_| !fresh) {
            return Ok(Ok(Some(scores)));
        }
        let mut command = Command::new(&self.settings.trainer);
        command.arg("evaluate").arg(trial.folder().join("model.bpk"));
        test.add_to(&mut command);
        command.arg("--json").arg(&path).args(&self.settings.reading);
        command.args(["--threads", &self.settings.shares.threads.to_string()]);
        Ok(match self.child(command, &trial.folder().join("test.txt"))? {
            Ending::Success => read().map(Some).ok_or_else(|| "the evaluation left no scores".to_owned()),
            Ending::Failure(words) => Err(format!("evaluation: {words}")),
        })
    }

    /// Runs a command to its end, or until shortly after an interrupt; what it says goes to a file. The child listens
    /// to its standard input: a line asks it to end, and it ends at once when this process is no more.
    fn child(&self, mut command: Command, log: &Path) -> Result<Ending, StudyError> {
        command.arg("--under-study");
        let open = || OpenOptions::new().create(true).append(true).open(log).map_err(FileError::write(log));
        command.stdin(Stdio::piped()).stdout(open()?).stderr(open()?);
        let started = |source| StudyError::Start { path: self.settings.trainer.clone(), source };
        let mut child = command.spawn().map_err(started)?;
        let mut asked = false;
        let status = loop {
            if self.cancel.is_set()
                && !std::mem::replace(&mut asked, true)
                && let Some(stdin) = &mut child.stdin
            {
                // One that does not listen any more has ended.
                let _ = stdin.write_all(b"end\n");
            }
            match child.try_wait().map_err(started)? {
                Some(status) => break status,
                None => std::thread::sleep(POLL),
            }
        };
        if status.success() {
            return Ok(Ending::Success);
        }
        let text = fs::read(log).map_err(FileError::read(log))?;
        let words = last_words(&String::from_utf8_lossy(&text)).to_owned();
        // Without a code it was ended by a signal, and had no time to say why.
        Ok(Ending::Failure(match status.code() {
            Some(_) => words,
            None => format!("{status}, after: {words}"),
        }))
    }
}

/// The last line that says something about an error.
fn last_words(log: &str) -> &str {
    let mut lines = log.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let words = lines.find(|line| !line.starts_with("note: ")).unwrap_or("it said nothing");
    words.strip_prefix("error: ").unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trainer that is a shell script.
    #[cfg(unix)]
    fn records(script: &str) -> Vec<Record> {
        use std::os::unix::fs::PermissionsExt;

        use crate::study::{Seeding, Variant};

        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name)
        };
        let trainer = file("trainer", &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&trainer, fs::Permissions::from_mode(0o755)).unwrap();
        let recipe = data::recipe(&file("x.toml", include_str!("../../recipes/cnn-gru.toml"))).unwrap();
        let variant = Variant { name: "x".into(), recipe, changes: Vec::new() };
        let seeding = Seeding { count: 2, split: false };
        let plan = Plan::new(vec![variant], &[], seeding, &folder.path().join("out")).unwrap();
        let (data, labels) = ([file("data.csv", "x")], file("labels.csv", "x"));
        let settings = Settings {
            trainer,
            data: Labelled { data: &data, labels: Some(&labels) },
            test: None,
            reading: Vec::new(),
            device: DeviceKind::Cpu,
            shares: Shares { jobs: 1, threads: 1 },
            checkpoint_seconds: 0,
            interrupt: &AtomicBool::new(false),
        };
        let _lock = FolderLock::acquire(&plan.out).unwrap();
        run(&plan, &settings, |_, _| Ok::<(), StudyError>(())).unwrap()
    }

    #[test]
    #[cfg(unix)]
    fn a_trial_that_is_killed_or_aborts_is_a_record() {
        let errors =
            |script| records(script).into_iter().map(|record| record.error.unwrap()).collect::<Vec<_>>();
        let killed = "signal: 9 (SIGKILL), after: fold 2 of 5".to_owned();
        assert_eq!(errors("echo fold 2 of 5; kill -9 $$"), [killed.clone(), killed]);
        assert_eq!(errors("echo error: no more memory >&2; exit 1")[0], "no more memory");
        assert_eq!(errors("exit 0")[1], "the trial was interrupted from outside");
    }

    #[test]
    fn the_last_words_of_a_panic_are_its_message() {
        let panic = "fold 1 of 5\n\nthread 'main' panicked at src/x.rs:1:2:\nindex out of bounds\nnote: run with \
                     `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(last_words(panic), "index out of bounds");
        assert_eq!(last_words("warning: x\nerror: the loss is not finite\n\n"), "the loss is not finite");
        assert_eq!(last_words(""), "it said nothing");
    }
}
