//! Command lines: shown, then run.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitStatus};

/// Why a command line did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program cannot be started.
    #[error("cannot start `{command}`: {source}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program ran and failed.
    #[error("`{command}` failed ({status}){output}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said, if that has not been on screen.
        output: String,
    },
}

/// Shows a command line and runs it, its output on screen.
pub fn run(command: &mut Command) -> Result<(), ProcessError> {
    let shown = show(command);
    println!("$ {shown}");
    let status = command.status().map_err(|source| start_error(&shown, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(ProcessError::Failed { command: shown, status, output: String::new() })
    }
}

/// Runs a command line unseen and gives its standard output.
pub fn output(command: &mut Command) -> Result<String, ProcessError> {
    let shown = show(command);
    let output = command.output().map_err(|source| start_error(&shown, source))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let said = format!(":\n{text}{}", String::from_utf8_lossy(&output.stderr));
    Err(ProcessError::Failed { command: shown, status: output.status, output: said })
}

fn start_error(shown: &str, source: io::Error) -> ProcessError {
    ProcessError::Start { command: shown.to_owned(), source }
}

/// The command line as one would type it. `PATH` is left out: it is the user's own with our tools in front.
fn show(command: &Command) -> String {
    let settings =
        command.get_envs().filter(|(name, _)| *name != OsStr::new("PATH")).filter_map(|(name, value)| {
            Some(format!("{}={}", name.to_string_lossy(), quote(&value?.to_string_lossy())))
        });
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quote(&word.to_string_lossy()));
    settings.chain(words).collect::<Vec<_>>().join(" ")
}

fn quote(word: &str) -> String {
    if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "'\"$&|;()*?<>`\\".contains(c)) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_pasted_into_a_shell() {
        let mut command = Command::new("trainer");
        command.env("LEVEL", "very high").env("PATH", "/tmp").args(["it's", "--out", "runs/x"]);
        assert_eq!(show(&command), r"LEVEL='very high' trainer 'it'\''s' --out runs/x");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_with_its_name() {
        let error = output(&mut Command::new("painwave-has-no-such-program")).unwrap_err();
        assert!(error.to_string().contains("painwave-has-no-such-program"), "{error}");
    }
}
