//! Messages from the study that has started this process, on its standard input.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Listens from now on: a line sets `interrupt`. The end of standard input means that the study is no more, and ends
/// this process at once, so that whoever starts the study again does not find it writing to the same folder. Nothing
/// is lost but the epochs after the last checkpoint, for files are replaced as a whole.
pub(super) fn listen(interrupt: Arc<AtomicBool>) {
    thread::spawn(move || {
        while io::stdin().read_line(&mut String::new()).is_ok_and(|bytes| bytes > 0) {
            interrupt.store(true, Ordering::Relaxed);
        }
        eprintln!("error: the study that started this process has ended");
        process::exit(1);
    });
}
