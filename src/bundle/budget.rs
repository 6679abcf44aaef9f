//! What a bundle may ask for at most; see [the budget](crate::bundle#budget).

/// Max size of a bundle file in bytes.
pub const MAX_FILE_SIZE: usize = 256 << 20;
/// Max size of a manifest in bytes: read, it takes at most ten times as much memory.
pub const MAX_MANIFEST_SIZE: usize = 16 << 20;
/// Max number of known-answer windows of a member.
pub const MAX_KNOWN_ANSWERS: usize = 64;
/// Max number of steps in a window, and from one window to the next.
pub const MAX_WINDOW: usize = 65_536;
/// Max bytes of all members' weights as an engine holds them.
pub const MAX_WEIGHTS: u64 = 1 << 30;
/// Max bytes of the activations of one window in one member.
pub const MAX_ACTIVATIONS: u64 = 256 << 20;
/// Max floating-point operations of all members together for one window: seconds of a core.
pub const MAX_WINDOW_FLOPS: u64 = 1 << 34;
/// The same for each step of a recording, which has a window every `stride` steps.
pub const MAX_STEP_FLOPS: u64 = 1 << 31;
/// Max bytes of one member's inputs and all members' answers for each step of a recording, which may have millions.
pub const MAX_STEP_BYTES: u64 = 16 << 10;
/// Max floating-point operations to prove all members on their known answers, which happens once for each precision that
/// the engine tries: seconds of a core.
pub const MAX_LOAD_FLOPS: u64 = 2 * MAX_WINDOW_FLOPS;
