//! What the binary offers, one module a command.

pub mod ablate;
pub mod cross_validate;
pub mod evaluate;
pub mod export;
pub mod fit;
pub mod inspect;
pub mod optimum;
pub mod paths;
pub mod precision;
pub mod predict;
pub mod profile;
pub mod repeat;
pub mod step;
mod study;
pub mod sweep;
pub mod synthesize;
mod under_study;

use std::io::{self, ErrorKind, StdoutLock, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use painwave::Prediction;
use painwave::bundle::Manifest;
use painwave::engine::Precision;
use painwave::novelty::Shift;

use crate::error::Error;
use crate::files::FileError;
use crate::threads::cores;

/// A precision by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrecisionArg {
    /// 32-bit floating point.
    F32,
    /// 16-bit integers in recurrent layers.
    I16,
    /// 8-bit integers in recurrent layers.
    I8,
}

impl From<PrecisionArg> for Precision {
    fn from(arg: PrecisionArg) -> Self {
        match arg {
            PrecisionArg::F32 => Precision::F32,
            PrecisionArg::I16 => Precision::I16,
            PrecisionArg::I8 => Precision::I8,
        }
    }
}

/// Prints the warnings about some data and its subjects to standard error.
fn warn(path: &Path, manifest: &Manifest, predictions: &[Prediction]) {
    let mut shift = Shift::default();
    for Prediction { id, warnings, levels, .. } in predictions {
        shift.add(levels);
        for warning in warnings.iter().filter(|warning| !warning.is_note()) {
            // An id is whatever stands in the file, also what would steer a terminal.
            eprintln!("warning: {}: `{}`: {warning}", path.display(), id.escape_debug());
        }
    }
    let channels = &manifest.schema.channels;
    if let Some(text) = manifest.novelty.as_ref().and_then(|reference| shift.text(reference, channels)) {
        eprintln!("warning: {}: {text}", path.display());
    }
}

/// A flag that Ctrl-C sets, with this message. A second Ctrl-C ends the process.
fn on_interrupt(message: &'static str) -> Arc<AtomicBool> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupt);
    // Without a handler Ctrl-C ends the process at once, which the checkpoints survive.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("\n{message}");
    });
    interrupt
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// Any other that `write` returns.
pub fn print(write: impl FnOnce(&mut StdoutLock<'static>) -> io::Result<()>) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(FileError::write("standard output")(error).into())
        }
        _ => Ok(()),
    }
}
