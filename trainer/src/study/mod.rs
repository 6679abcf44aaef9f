//! Studies: many trials of recipes, each trained by a process of its own, and one table of them all.
//!
//! ```text
//! recipes and changes ──▶ plan: every trial's recipe, checked ──▶ runner: `trainer fit`, several at once
//!                     ──▶ records, one a trial ──▶ table: one row a variant, over its seeds
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`ablation`], [`space`] | the files of ablations and sweeps |
//! | [`change`], [`edit`] | what is changed in a recipe; its text with that done, comments and all else left as they are |
//! | [`plan`] | variants and seeds to trials |
//! | [`halving`] | how many points of a sweep are trained for how long |
//! | [`runner`] | trials to records, resumed where they stopped |
//! | `journal` | `trials.jsonl`, which survives whatever ends a study |
//! | [`record`] | what a trial came to |
//! | [`statistics`] | mean and standard deviation over trials |
//! | [`table`] | records to the table of the study |
//! | [`predictions`], [`difference`] | how much more a variant scores than another on the same subjects |

pub mod ablation;
pub mod change;
pub mod difference;
pub mod edit;
mod error;
mod file;
pub mod halving;
mod journal;
pub mod plan;
pub mod predictions;
pub mod record;
pub mod runner;
pub mod space;
pub mod statistics;
pub mod table;

pub use self::ablation::Ablation;
pub use self::change::{Change, Origin};
pub use self::difference::Difference;
pub use self::error::StudyError;
pub use self::halving::Halving;
pub use self::plan::{Plan, Seeding, Trial, Variant};
pub use self::record::{Record, Results};
pub use self::space::Space;
pub use self::statistics::Statistic;
