//! Runs trials, several at once, each in a process of its own: what ends one ends no other.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use clap::ValueEnum;
use painwave_train::evaluation::Evaluation;

use super::StudyError;
use super::plan::{Plan, Trial};
use super::record::{self, Record, Results, Sources, State};
use crate::data;
use crate::device::DeviceKind;
use crate::error::Error;
use crate::files::write_atomically;

/// How trials are run.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// The trainer's binary.
    pub trainer: PathBuf,
    /// The recordings.
    pub data: &'a Path,
    /// Their labels.
    pub labels: &'a Path,
    /// Recordings and labels on which every trial's bundle is judged as well.
    pub test: Option<[&'a Path; 2]>,
    /// Where to train.
    pub device: DeviceKind,
    /// Trials at once.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
    /// Least number of seconds between two checkpoints.
    pub checkpoint_seconds: u64,
    /// Set from outside to end after the current epoch of every trial.
    pub interrupt: &'a AtomicBool,
}

/// Runs the trials that are not finished yet. Every record is appended to `trials.jsonl` when it is made, and
/// handed to `each` with whether its trial was finished before.
///
/// # Errors
/// A folder with a trial of something else, an interrupt, or a file that cannot be read or written. A trial
/// that fails is none: its record says so.
pub fn run(
    plan: &Plan,
    settings: &Settings<'_>,
    mut each: impl FnMut(&Record, bool) -> Result<(), Error>,
) -> Result<Vec<Record>, Error> {
    let sources = Sources { data: data::sha256(settings.data)?, labels: data::sha256(settings.labels)? };
    let test_file = match settings.test {
        Some([data, labels]) => {
            Some(format!("test-{:.12}-{:.12}.json", data::sha256(data)?, data::sha256(labels)?))
        }
        None => None,
    };
    let stop = AtomicBool::new(false);
    let worker = Worker { plan, settings, sources: &sources, test_file: test_file.as_deref(), stop: &stop };
    let states = plan.trials.iter().map(|trial| record::state(trial, &sources));
    let states = states.collect::<Result<Vec<State>, StudyError>>()?;

    fs::create_dir_all(&plan.out).map_err(Error::write(&plan.out))?;
    let path = plan.out.join("trials.jsonl");
    let mut lines = File::create(&path).map_err(Error::write(&path))?;
    let mut records: Vec<Option<Record>> = plan.trials.iter().map(|_| None).collect();

    let next = AtomicUsize::new(0);
    let mut failure = None;
    std::thread::scope(|scope| {
        let (sender, finished) = mpsc::channel();
        for _ in 0..settings.jobs.clamp(1, plan.trials.len().max(1)) {
            let (sender, next, states, worker) = (sender.clone(), &next, &states, &worker);
            scope.spawn(move || {
                while !worker.interrupted() {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(state) = states.get(place) else { return };
                    let before = matches!(state, State::Finished(_));
                    let result = worker.run(&plan.trials[place], state);
                    if sender.send((place, before, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (place, before, result) in finished {
            let noted = result.and_then(|record| {
                let Some(record) = record else { return Ok(()) };
                append(&mut lines, &record).map_err(Error::write(&path))?;
                each(&record, before)?;
                records[place] = Some(record);
                Ok(())
            });
            if let Err(error) = noted {
                stop.store(true, Ordering::Relaxed);
                failure.get_or_insert(error);
            }
        }
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let (finished, trials) = (records.iter().flatten().count(), records.len());
    let all: Option<Vec<Record>> = records.into_iter().collect();
    all.ok_or(StudyError::Interrupted { finished, trials }.into())
}

fn append(lines: &mut File, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    lines.write_all(&line)
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
    /// Set when the study itself cannot go on.
    stop: &'a AtomicBool,
}

impl Worker<'_> {
    /// Runs a trial as far as it is not finished; no record if it was interrupted.
    fn run(&self, trial: &Trial, state: &State) -> Result<Option<Record>, Error> {
        let record = |results, error| Ok(Some(Record::new(self.plan, trial, results, error)));
        let (results, fresh) = match state {
            State::Finished(results) => (Results::clone(results), false),
            State::Fresh | State::Begun => {
                let ending = self.fit(trial, matches!(state, State::Begun))?;
                let after = record::state(trial, self.sources)?;
                match (ending, after) {
                    (Ending::Success, State::Finished(results)) => (*results, true),
                    _ if self.interrupted() => return Ok(None),
                    (Ending::Failure(words), _) => return record(None, Some(words)),
                    (Ending::Success, _) => {
                        return record(None, Some("the trial was interrupted from outside".to_owned()));
                    }
                }
            }
        };
        match self.test(trial, fresh)? {
            Ok(test) => record(Some(Results { test, ..results }), None),
            Err(_) if self.interrupted() => Ok(None),
            Err(words) => record(Some(results), Some(words)),
        }
    }

    fn interrupted(&self) -> bool {
        self.settings.interrupt.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed)
    }

    fn fit(&self, trial: &Trial, resume: bool) -> Result<Ending, Error> {
        let folder = trial.folder();
        fs::create_dir_all(folder).map_err(Error::write(folder))?;
        write_atomically(&trial.recipe.path, trial.recipe.text.as_bytes())?;
        let Settings { trainer, data, labels, device, threads, checkpoint_seconds, .. } = self.settings;
        let device = device.to_possible_value();
        let device = device.as_ref().map_or("cpu", |device| device.get_name());
        let mut command = Command::new(trainer);
        command.arg("fit").arg(&trial.recipe.path);
        command.arg("--data").arg(data).arg("--labels").arg(labels).arg("--out").arg(folder);
        command.args(["--device", device, "--threads", &threads.to_string()]);
        command.args(["--checkpoint-seconds", &checkpoint_seconds.to_string()]);
        if resume {
            command.arg("--resume");
        }
        // Ends the child after its epoch when this process closes the pipe, or has ended itself.
        command.arg("--while-stdin-is-open");
        self.child(command, &folder.join("log.txt"))
    }

    /// Scores of the trial's bundle on the test files, or the last words of who was to compute them.
    fn test(&self, trial: &Trial, fresh: bool) -> Result<Result<Option<Evaluation>, String>, Error> {
        let (Some([data, labels]), Some(file)) = (self.settings.test, self.test_file) else {
            return Ok(Ok(None));
        };
        let path = trial.folder().join(file);
        let read = || serde_json::from_slice(&fs::read(&path).ok()?).ok();
        if let Some(scores) = read().filter(|_| !fresh) {
            return Ok(Ok(Some(scores)));
        }
        let mut command = Command::new(&self.settings.trainer);
        command.arg("evaluate").arg(trial.folder().join("model.bpk"));
        command.arg("--label-column").arg(&trial.recipe.recipe.data.label);
        command.arg("--data").arg(data).arg("--labels").arg(labels).arg("--json").arg(&path);
        command.env("RAYON_NUM_THREADS", self.settings.threads.to_string());
        Ok(match self.child(command, &trial.folder().join("test.txt"))? {
            Ending::Success => read().map(Some).ok_or_else(|| "the evaluation left no scores".to_owned()),
            Ending::Failure(words) => Err(format!("evaluation: {words}")),
        })
    }

    /// Runs a command to its end, or until shortly after an interrupt; what it says goes to a file.
    fn child(&self, mut command: Command, log: &Path) -> Result<Ending, Error> {
        let open = || OpenOptions::new().create(true).append(true).open(log).map_err(Error::write(log));
        command.stdin(Stdio::piped()).stdout(open()?).stderr(open()?);
        let started = |source| StudyError::Start { path: self.settings.trainer.clone(), source };
        let mut child = command.spawn().map_err(started)?;
        let status = loop {
            if self.interrupted() {
                child.stdin.take();
            }
            match child.try_wait().map_err(started)? {
                Some(status) => break status,
                None => std::thread::sleep(POLL),
            }
        };
        if status.success() {
            return Ok(Ending::Success);
        }
        let text = fs::read(log).map_err(Error::read(log))?;
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
        let settings = Settings {
            trainer,
            data: &file("data.csv", ""),
            labels: &file("labels.csv", ""),
            test: None,
            device: DeviceKind::Cpu,
            jobs: 1,
            threads: 1,
            checkpoint_seconds: 0,
            interrupt: &AtomicBool::new(false),
        };
        run(&plan, &settings, |_, _| Ok(())).unwrap()
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
