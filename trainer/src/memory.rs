//! How the process deals with memory.

/// Keeps freed memory for the next allocation instead of handing it back to the system.
///
/// Each training step allocates and frees the same tens of megabytes. glibc would return them and fetch them
/// again, page by page: measured a sixth of a step of the recipe cnn-gru. Other systems' allocators keep what
/// they have.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: `mallopt` takes no pointer; it sets a limit of the allocator, under the allocator's lock.
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, i32::MAX);
            libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
            // The heaps of other threads are handed back whatever the limits.
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    }
}
