//! Random changes to the valid steps of training windows.

use painwave::features::{DenseFeature, FeatureTransform};
use painwave::windows::WindowBatch;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, UnitSphere};

use crate::recipe::{Augmentation, Fill, TimeMasking};
use crate::windows::WindowSet;

/// Shifts training windows and changes their values, each window independently. Padding stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Augmenter {
    recipe: Augmentation,
    /// Of each dense input, whether it is one of a column's levels: nothing lies between its 0 and 1.
    one_hot: Vec<bool>,
    /// Category codes of a step.
    codes_width: usize,
    /// The inputs that are the three axes of one sensor.
    sensors: Vec<[Axis; 3]>,
    /// The inputs that change their sign.
    mirror: Vec<Axis>,
    /// What a hidden step holds.
    fill: Vec<f32>,
}

/// A dense input, and what takes its scaling back.
#[derive(Clone, Copy, Debug)]
struct Axis {
    /// Index of the input.
    input: usize,
    offset: f32,
    scale: f32,
}

impl Augmenter {
    /// Looks the rotated and mirrored axes up among the dense inputs; `means` holds the mean of each of those that
    /// reach the network.
    ///
    /// # Errors
    /// The name of an axis that is not a dense input of its own: dropped, one-hot or projected.
    pub fn new(recipe: &Augmentation, transform: &FeatureTransform, means: Vec<f32>) -> Result<Self, String> {
        let find = |name: &String, centred: bool| -> Result<Axis, String> {
            let is_axis = |dense: &DenseFeature| {
                dense.column == *name && dense.level.is_none() && dense.centred == centred
            };
            let found = transform.passed().enumerate().find(|(_, dense)| is_axis(dense));
            let (input, DenseFeature { offset, scale, .. }) = found.ok_or_else(|| name.clone())?;
            Ok(Axis { input, offset: *offset, scale: *scale })
        };
        let mut sensors = Vec::new();
        for [x, y, z] in recipe.rotation.iter().flat_map(|rotation| &rotation.sensors) {
            sensors.push([find(x, false)?, find(y, false)?, find(z, false)?]);
            // What is centred turns as what is not.
            if let (Ok(x), Ok(y), Ok(z)) = (find(x, true), find(y, true), find(z, true)) {
                sensors.push([x, y, z]);
            }
        }
        let mut mirror = recipe.mirror.iter().map(|name| find(name, false)).collect::<Result<Vec<_>, _>>()?;
        mirror.extend(recipe.mirror.iter().filter_map(|name| find(name, true).ok()));
        let width = transform.width();
        let fill = match recipe.time_masking {
            Some(TimeMasking { fill: Fill::Mean, .. }) => means,
            _ => vec![0.0; width],
        };
        let mut one_hot: Vec<bool> = transform.passed().map(|dense| dense.level.is_some()).collect();
        // What follows are components.
        one_hot.resize(width, false);
        let codes_width = transform.codes.len();
        Ok(Augmenter { recipe: recipe.clone(), one_hot, codes_width, sensors, mirror, fill })
    }

    /// The windows at some indices, in their order, changed at random.
    pub fn gather(&self, windows: &WindowSet, indices: &[usize], rng: &mut ChaCha8Rng) -> WindowBatch {
        let mut batch = match self.recipe.shift {
            0 => windows.gather(indices),
            steps => windows.gather_within(indices, steps, |starts| rng.random_range(starts)),
        };
        self.apply(&mut batch, rng);
        batch
    }

    /// Changes the valid steps of a batch in place.
    ///
    /// Time stretching lets a window's time run `time_stretch^u` times as fast, `u` drawn evenly from -1 to 1, about
    /// a step drawn evenly from the window. Values between two steps are interpolated, codes and one-hot inputs are
    /// those of the nearer step; past either end the window is read backwards. Mirroring changes the sign of its
    /// inputs' raw values in every other window, at random. Rotation turns all sensors of a window by one angle
    /// `degrees * z` about one axis, drawn evenly over the sphere. Scaling multiplies each input of a window but the
    /// one-hot ones by one factor `1 + scaling * z`. Jitter adds `jitter * z` to each value of these inputs.
    /// Each `z` is drawn from the standard normal distribution. Time masking comes last.
    pub fn apply(&self, batch: &mut WindowBatch, rng: &mut ChaCha8Rng) {
        let (width, codes_width) = (self.one_hot.len(), self.codes_width);
        for (window, valid) in batch.valid.iter().enumerate() {
            let (first, valid) = (window * batch.length, *valid as usize);
            let dense = &mut batch.dense[first * width..][..valid * width];
            let codes = &mut batch.codes[first * codes_width..][..valid * codes_width];
            self.apply_to_window(valid, dense, codes, rng);
        }
    }

    /// Changes a window of `steps` valid steps, `dense` being `[steps, F]` and `codes` `[steps, K]`.
    fn apply_to_window(&self, steps: usize, dense: &mut [f32], codes: &mut [u8], rng: &mut ChaCha8Rng) {
        let Augmentation { jitter, scaling, rotation, time_stretch, time_masking, .. } = &self.recipe;
        let width = self.one_hot.len();
        let normal = |rng: &mut ChaCha8Rng| -> f32 { StandardNormal.sample(rng) };
        if let Some(factor) = time_stretch {
            let speed = factor.powf(rng.random_range(-1.0..=1.0));
            let centre = rng.random_range(0.0..=(steps - 1) as f32);
            let times: Vec<f32> = stretched(steps, speed, centre).collect();
            self.stretch(dense, &times);
            stretch_codes(codes, self.codes_width, &times);
        }
        // Without dense inputs there is nothing else to change.
        if width == 0 {
            return;
        }
        if !self.mirror.is_empty() && rng.random() {
            dense.chunks_exact_mut(width).for_each(|step| self.reflect(step));
        }
        if let Some(rotation) = rotation {
            let matrix = rotation_matrix(UnitSphere.sample(rng), rotation.degrees * normal(rng));
            dense.chunks_exact_mut(width).for_each(|step| self.rotate(step, &matrix));
        }
        if *scaling > 0.0 {
            let factor = |one_hot: &bool| if *one_hot { 1.0 } else { 1.0 + scaling * normal(rng) };
            let factors: Vec<f32> = self.one_hot.iter().map(factor).collect();
            for step in dense.chunks_exact_mut(width) {
                step.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= factor);
            }
        }
        if *jitter > 0.0 {
            for step in dense.chunks_exact_mut(width) {
                let measured = step.iter_mut().zip(&self.one_hot).filter(|(_, one_hot)| !**one_hot);
                measured.for_each(|(value, _)| *value += jitter * normal(rng));
            }
        }
        if let Some(TimeMasking { probability, longest, .. }) = time_masking
            && rng.random_bool(*probability)
        {
            let span = rng.random_range(1..=steps.min(*longest));
            let first = rng.random_range(..=steps - span);
            let hidden = &mut dense[first * width..(first + span) * width];
            hidden.chunks_exact_mut(width).for_each(|step| step.copy_from_slice(&self.fill));
        }
    }

    /// Reads the dense inputs of a window at other times, one for each step.
    fn stretch(&self, dense: &mut [f32], times: &[f32]) {
        let (width, original) = (self.one_hot.len(), dense.to_vec());
        for (step, time) in times.iter().enumerate() {
            let before = *time as usize;
            let after = (before + 1).min(times.len() - 1);
            let share = time - before as f32;
            for (input, one_hot) in self.one_hot.iter().enumerate() {
                let (a, b) = (original[before * width + input], original[after * width + input]);
                let between = if *one_hot { share.round() } else { share };
                dense[step * width + input] = a + between * (b - a);
            }
        }
    }

    fn reflect(&self, step: &mut [f32]) {
        for Axis { input, offset, scale } in &self.mirror {
            let raw = step[*input] / scale + offset;
            step[*input] = (-raw - offset) * scale;
        }
    }

    fn rotate(&self, step: &mut [f32], matrix: &[[f32; 3]; 3]) {
        for sensor in &self.sensors {
            let raw = sensor.map(|axis| step[axis.input] / axis.scale + axis.offset);
            for (axis, row) in sensor.iter().zip(matrix) {
                let turned: f32 = row.iter().zip(&raw).map(|(weight, value)| weight * value).sum();
                step[axis.input] = (turned - axis.offset) * axis.scale;
            }
        }
    }
}

/// The time at which each of `steps` steps is read if time runs `speed` times as fast, at most 2, about the step
/// `centre`, which stays where it is.
fn stretched(steps: usize, speed: f32, centre: f32) -> impl Iterator<Item = f32> {
    let last = (steps - 1) as f32;
    (0..steps).map(move |step| {
        let time = (centre + speed * (step as f32 - centre)).abs();
        // Reflected at either end; the limit is for the rounding alone, as no speed up to 2 leads further.
        (last - (last - time).abs()).max(0.0)
    })
}

/// Reads the codes of a window of `width` codes a step at other times, each from the nearest step.
fn stretch_codes(codes: &mut [u8], width: usize, times: &[f32]) {
    let original = codes.to_vec();
    for (step, time) in times.iter().enumerate() {
        let nearest = time.round() as usize;
        codes[step * width..][..width].copy_from_slice(&original[nearest * width..][..width]);
    }
}

/// Rodrigues' formula: `cos I + (1 - cos) a a^T + sin [a]x` for the unit vector `a`.
fn rotation_matrix([x, y, z]: [f32; 3], degrees: f32) -> [[f32; 3]; 3] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let rest = 1.0 - cos;
    [
        [cos + rest * x * x, rest * x * y - sin * z, rest * x * z + sin * y],
        [rest * y * x + sin * z, cos + rest * y * y, rest * y * z - sin * x],
        [rest * z * x - sin * y, rest * z * y + sin * x, cos + rest * z * z],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Rotation;
    use rand::SeedableRng;

    fn transform() -> FeatureTransform {
        let dense = |(column, offset, scale): (&str, f32, f32)| DenseFeature {
            column: column.into(),
            offset,
            scale,
            range: [0.0, 1.0],
            ..DenseFeature::default()
        };
        let dense = [("t", 0.0, 1.0), ("x", 1.0, 2.0), ("y", -1.0, 0.5), ("z", 0.0, 4.0)].map(dense);
        FeatureTransform { dense: dense.into(), ..FeatureTransform::default() }
    }

    /// Full windows.
    fn windows(count: usize, length: usize, dense: Vec<f32>) -> WindowBatch {
        WindowBatch { windows: count, length, dense, valid: vec![length as u32; count], ..Default::default() }
    }

    fn rotation(axes: [&str; 3]) -> Augmentation {
        let sensors = vec![axes.map(str::to_owned)];
        Augmentation { rotation: Some(Rotation { degrees: 40.0, sensors }), ..Default::default() }
    }

    #[test]
    fn a_rotation_keeps_the_length_of_a_sensors_raw_vector_and_all_other_inputs() {
        let augmenter = Augmenter::new(&rotation(["x", "y", "z"]), &transform(), vec![0.0; 4]).unwrap();
        // Raw 3, 4, 12 of length 13.
        let mut batch = windows(1, 1, vec![9.0, (3.0 - 1.0) * 2.0, (4.0 + 1.0) * 0.5, 12.0 * 4.0]);
        let before = batch.dense.clone();
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        let [t, x, y, z] = batch.dense[..] else { panic!("four inputs") };
        let length = ((x / 2.0 + 1.0).powi(2) + (y / 0.5 - 1.0).powi(2) + (z / 4.0).powi(2)).sqrt();
        assert_eq!(t, 9.0);
        assert_ne!(batch.dense, before);
        assert!((length - 13.0).abs() < 1e-3, "{length}");
    }

    #[test]
    fn a_quarter_turn_about_z_takes_x_to_y() {
        let matrix = rotation_matrix([0.0, 0.0, 1.0], 90.0);
        assert!((matrix[1][0] - 1.0).abs() < 1e-6 && matrix[0][0].abs() < 1e-6, "{matrix:?}");
    }

    #[test]
    fn mirroring_changes_the_sign_of_raw_values_in_some_windows_and_nothing_else() {
        let recipe = Augmentation { mirror: vec!["x".into(), "z".into()], ..Default::default() };
        let augmenter = Augmenter::new(&recipe, &transform(), vec![0.0; 4]).unwrap();
        // Raw 3, 4, 12.
        let window = [9.0, (3.0 - 1.0) * 2.0, (4.0 + 1.0) * 0.5, 12.0 * 4.0];
        let mirrored = [9.0, (-3.0 - 1.0) * 2.0, (4.0 + 1.0) * 0.5, -12.0 * 4.0];
        let mut batch = windows(64, 1, window.repeat(64));
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        let (changed, kept): (Vec<_>, Vec<_>) = batch.dense.chunks_exact(4).partition(|w| **w != window);
        assert!(changed.len() > 16 && kept.len() > 16, "{} of 64 windows changed", changed.len());
        assert!(changed.iter().all(|w| **w == mirrored));
    }

    #[test]
    fn stretched_time_runs_at_its_speed_and_turns_back_at_the_ends() {
        for (speed, centre, expected) in [
            (0.5, 4.0, [2.0, 2.5, 3.0, 3.5, 4.0]),
            (0.5, 0.0, [0.0, 0.5, 1.0, 1.5, 2.0]),
            (2.0, 0.0, [0.0, 2.0, 4.0, 2.0, 0.0]),
            (1.5, 2.0, [1.0, 0.5, 2.0, 3.5, 3.0]),
        ] {
            let times: Vec<f32> = stretched(5, speed, centre).collect();
            assert_eq!(times, expected, "speed {speed} about {centre}");
        }
    }

    /// A number, a column's two levels one-hot, and an embedded column.
    fn mixed(recipe: &Augmentation) -> Augmenter {
        let dense = |level| DenseFeature { column: "c".into(), scale: 1.0, level, ..DenseFeature::default() };
        let dense = vec![dense(None), dense(Some(0)), dense(Some(1))];
        let transform = FeatureTransform { dense, codes: vec!["mood".into()], ..FeatureTransform::default() };
        Augmenter::new(recipe, &transform, vec![0.5; 3]).unwrap()
    }

    #[test]
    fn stretching_moves_levels_with_what_was_measured() {
        let recipe = Augmentation { time_stretch: Some(2.0), ..Default::default() };
        // The number counts steps; levels and codes change every four of them.
        let (length, count) = (16, 50);
        let level = |step: usize| (step / 4 % 2) as f32;
        let dense: Vec<f32> =
            (0..length).flat_map(|step| [step as f32, level(step), 1.0 - level(step)]).collect();
        let codes: Vec<u8> = (0..length).map(|step| (step / 4) as u8).collect();
        let mut batch = windows(count, length, dense.repeat(count));
        batch.codes = codes.repeat(count);
        mixed(&recipe).apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        assert_ne!(batch.dense, dense.repeat(count));
        for (step, code) in batch.dense.chunks_exact(3).zip(&batch.codes) {
            let nearest = step[0].round() as usize;
            assert_eq!(
                (&step[1..], usize::from(*code)),
                (&[level(nearest), 1.0 - level(nearest)][..], nearest / 4)
            );
        }
    }

    #[test]
    fn neither_padding_nor_levels_are_scaled_or_jittered() {
        let recipe = Augmentation {
            jitter: 0.5,
            scaling: 0.5,
            time_stretch: Some(2.0),
            time_masking: Some(TimeMasking { probability: 1.0, longest: 8, fill: Fill::Mean }),
            ..Default::default()
        };
        let without_masking = Augmentation { time_masking: None, ..recipe.clone() };
        for (recipe, masks) in [(&recipe, true), (&without_masking, false)] {
            let mut batch = windows(40, 8, [3.0, 1.0, 0.0].repeat(40 * 8));
            // Padding of -1 and 9, which nothing may change or read.
            batch.codes = vec![2; 40 * 8];
            batch.valid = (0..40).map(|window| 1 + window % 8).collect();
            for (step, values) in batch.dense.chunks_exact_mut(3).enumerate() {
                if step % 8 > step / 8 % 8 {
                    values.fill(-1.0);
                    batch.codes[step] = 9;
                }
            }
            let before = batch.clone();
            mixed(recipe).apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
            assert_eq!(batch.codes, before.codes);
            assert_ne!(batch.dense, before.dense);
            for (step, (values, before)) in
                batch.dense.chunks_exact(3).zip(before.dense.chunks_exact(3)).enumerate()
            {
                let padding = step % 8 > step / 8 % 8;
                assert!(!padding || values == before, "padding of step {step} is {values:?}");
                assert!(
                    padding || masks || values[1..] == before[1..],
                    "levels of step {step} are {values:?}"
                );
            }
        }
    }

    #[test]
    fn every_window_is_stretched_by_a_factor_of_its_own_within_the_limit() {
        let recipe = Augmentation { time_stretch: Some(1.5), ..Default::default() };
        let augmenter = Augmenter::new(&recipe, &transform(), vec![0.0; 4]).unwrap();
        let ramp: Vec<f32> = (0..32).flat_map(|step| [step as f32; 4]).collect();
        let mut batch = windows(200, 32, ramp.repeat(200));
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        // A ramp's slope is the speed wherever it is not turned back.
        let speeds: Vec<f32> =
            batch.dense.chunks_exact(32 * 4).map(|w| (w[16 * 4] - w[15 * 4]).abs()).collect();
        assert!(speeds.iter().all(|speed| *speed < 1.501), "{speeds:?}");
        assert!(speeds.iter().any(|speed| *speed < 0.75) && speeds.iter().any(|speed| *speed > 1.3));
    }

    #[test]
    fn time_masking_hides_one_span_in_its_share_of_the_windows() {
        for (fill, hidden) in [(Fill::Mean, [0.5, 0.25, 0.125, 0.75]), (Fill::Zero, [0.0; 4])] {
            let time_masking = Some(TimeMasking { probability: 0.5, longest: 3, fill });
            let recipe = Augmentation { time_masking, ..Default::default() };
            let means = vec![0.5, 0.25, 0.125, 0.75];
            let augmenter = Augmenter::new(&recipe, &transform(), means).unwrap();
            let mut batch = windows(400, 6, vec![9.0; 400 * 6 * 4]);
            augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
            let mut spans = [0; 4];
            for window in batch.dense.chunks_exact(6 * 4) {
                let steps: Vec<bool> = window.chunks_exact(4).map(|step| step == hidden).collect();
                assert!(window.chunks_exact(4).all(|step| step == hidden || step == [9.0; 4]));
                let span = steps.iter().filter(|hidden| **hidden).count();
                let runs = steps.chunk_by(|a, b| a == b).filter(|run| run[0]).count();
                assert_eq!(runs, usize::from(span > 0));
                spans[span] += 1;
            }
            // 200 expected, with a standard deviation of 10; then 67 of each length, with one of 7.
            assert!((150..250).contains(&spans[0]), "{spans:?}");
            assert!(spans[1..].iter().all(|count| (30..110).contains(count)), "{spans:?}");
        }
    }

    #[test]
    fn an_axis_that_is_no_input_is_named() {
        assert_eq!(Augmenter::new(&rotation(["x", "y", "w"]), &transform(), vec![0.0; 4]).unwrap_err(), "w");
    }

    #[test]
    fn without_a_recipe_nothing_changes() {
        let augmenter = Augmenter::new(&Augmentation::default(), &transform(), vec![0.0; 4]).unwrap();
        let mut batch = windows(1, 1, vec![1.0; 4]);
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(batch.dense, vec![1.0; 4]);
    }
}
