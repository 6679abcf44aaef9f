//! Random changes to training windows.

use painwave::features::{DenseFeature, FeatureTransform};
use painwave::windows::WindowBatch;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, UnitSphere};

use crate::recipe::{Augmentation, Fill, TimeMasking};
use crate::windows::WindowSet;

/// Moves training windows and changes their dense inputs, each window on its own.
#[derive(Clone, Debug, Default)]
pub struct Augmenter {
    recipe: Augmentation,
    width: usize,
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
    place: usize,
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
            let (place, DenseFeature { offset, scale, .. }) = found.ok_or_else(|| name.clone())?;
            Ok(Axis { place, offset: *offset, scale: *scale })
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
        Ok(Augmenter { recipe: recipe.clone(), width, sensors, mirror, fill })
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

    /// Changes a batch in place.
    ///
    /// Time stretching lets a window's time run `time_stretch^u` times as fast, `u` drawn evenly from -1 to 1, about
    /// a step drawn evenly from the window. Values between two steps are interpolated; past either end the window
    /// is read backwards. Mirroring changes the sign of its inputs' raw values in every other window, at random. Rotation turns
    /// all sensors of a window by one angle `degrees * z` about one axis, drawn evenly over the sphere. Scaling
    /// multiplies each input of a window by one factor `1 + scaling * z`. Jitter adds `jitter * z` to each value.
    /// Each `z` is drawn from the standard normal distribution. Time masking comes last.
    pub fn apply(&self, batch: &mut WindowBatch, rng: &mut ChaCha8Rng) {
        let Augmentation { jitter, scaling, rotation, time_stretch, time_masking, .. } = &self.recipe;
        if self.width == 0 {
            return;
        }
        let normal = |rng: &mut ChaCha8Rng| -> f32 { StandardNormal.sample(rng) };
        for window in batch.dense.chunks_exact_mut(batch.length * self.width) {
            if let Some(factor) = time_stretch {
                let speed = factor.powf(rng.random_range(-1.0..=1.0));
                let centre = rng.random_range(0.0..=(batch.length - 1) as f32);
                stretch(window, self.width, speed, centre);
            }
            if !self.mirror.is_empty() && rng.random() {
                window.chunks_exact_mut(self.width).for_each(|step| self.reflect(step));
            }
            if let Some(rotation) = rotation {
                let matrix = rotation_matrix(UnitSphere.sample(rng), rotation.degrees * normal(rng));
                window.chunks_exact_mut(self.width).for_each(|step| self.rotate(step, &matrix));
            }
            if *scaling > 0.0 {
                let factors: Vec<f32> = (0..self.width).map(|_| 1.0 + scaling * normal(rng)).collect();
                for step in window.chunks_exact_mut(self.width) {
                    step.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= factor);
                }
            }
            if *jitter > 0.0 {
                window.iter_mut().for_each(|value| *value += jitter * normal(rng));
            }
            if let Some(TimeMasking { probability, longest, .. }) = time_masking
                && rng.random_bool(*probability)
            {
                let span = rng.random_range(1..=*longest);
                let first = rng.random_range(..=batch.length - span);
                let hidden = &mut window[first * self.width..(first + span) * self.width];
                hidden.chunks_exact_mut(self.width).for_each(|step| step.copy_from_slice(&self.fill));
            }
        }
    }

    fn reflect(&self, step: &mut [f32]) {
        for Axis { place, offset, scale } in &self.mirror {
            let raw = step[*place] / scale + offset;
            step[*place] = (-raw - offset) * scale;
        }
    }

    fn rotate(&self, step: &mut [f32], matrix: &[[f32; 3]; 3]) {
        for sensor in &self.sensors {
            let raw = sensor.map(|axis| step[axis.place] / axis.scale + axis.offset);
            for (axis, row) in sensor.iter().zip(matrix) {
                let turned: f32 = row.iter().zip(&raw).map(|(weight, value)| weight * value).sum();
                step[axis.place] = (turned - axis.offset) * axis.scale;
            }
        }
    }
}

/// Lets the time of a window of `width` inputs run `speed` times as fast, at most 2, about the step `centre`, which
/// stays where it is.
fn stretch(window: &mut [f32], width: usize, speed: f32, centre: f32) {
    let original = window.to_vec();
    let last = original.len() / width - 1;
    for (step, values) in window.chunks_exact_mut(width).enumerate() {
        let place = (centre + speed * (step as f32 - centre)).abs();
        // Reflected at either end; the limit is for the rounding alone, as no speed up to 2 leads further.
        let place = (last as f32 - (last as f32 - place).abs()).max(0.0);
        let before = place as usize;
        let after = (before + 1).min(last);
        let share = place - before as f32;
        for (input, value) in values.iter_mut().enumerate() {
            let (a, b) = (original[before * width + input], original[after * width + input]);
            *value = a + share * (b - a);
        }
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

    fn rotation(axes: [&str; 3]) -> Augmentation {
        let sensors = vec![axes.map(str::to_owned)];
        Augmentation { rotation: Some(Rotation { degrees: 40.0, sensors }), ..Default::default() }
    }

    #[test]
    fn a_rotation_keeps_the_length_of_a_sensors_raw_vector_and_all_other_inputs() {
        let augmenter = Augmenter::new(&rotation(["x", "y", "z"]), &transform(), vec![0.0; 4]).unwrap();
        let mut batch = WindowBatch { windows: 1, length: 1, ..Default::default() };
        // Raw 3, 4, 12 of length 13.
        batch.dense = vec![9.0, (3.0 - 1.0) * 2.0, (4.0 + 1.0) * 0.5, 12.0 * 4.0];
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
        let mut batch =
            WindowBatch { windows: 64, length: 1, dense: window.repeat(64), ..Default::default() };
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        let (changed, kept): (Vec<_>, Vec<_>) = batch.dense.chunks_exact(4).partition(|w| **w != window);
        assert!(changed.len() > 16 && kept.len() > 16, "{} of 64 windows changed", changed.len());
        assert!(changed.iter().all(|w| **w == mirrored));
    }

    #[test]
    fn stretched_time_runs_at_its_speed_and_turns_back_at_the_ends() {
        // The second input is twice the first.
        let window = |steps: &[f32]| steps.iter().flat_map(|step| [*step, 2.0 * step]).collect::<Vec<f32>>();
        for (speed, centre, expected) in [
            (0.5, 4.0, [2.0, 2.5, 3.0, 3.5, 4.0]),
            (0.5, 0.0, [0.0, 0.5, 1.0, 1.5, 2.0]),
            (2.0, 0.0, [0.0, 2.0, 4.0, 2.0, 0.0]),
            (1.5, 2.0, [1.0, 0.5, 2.0, 3.5, 3.0]),
        ] {
            let mut stretched = window(&[0.0, 1.0, 2.0, 3.0, 4.0]);
            stretch(&mut stretched, 2, speed, centre);
            assert_eq!(stretched, window(&expected), "speed {speed} about {centre}");
        }
    }

    #[test]
    fn every_window_is_stretched_by_a_factor_of_its_own_within_the_limit() {
        let recipe = Augmentation { time_stretch: Some(1.5), ..Default::default() };
        let augmenter = Augmenter::new(&recipe, &transform(), vec![0.0; 4]).unwrap();
        let ramp: Vec<f32> = (0..32).flat_map(|step| [step as f32; 4]).collect();
        let mut batch =
            WindowBatch { windows: 200, length: 32, dense: ramp.repeat(200), ..Default::default() };
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
            let mut batch =
                WindowBatch { windows: 400, length: 6, dense: vec![9.0; 400 * 6 * 4], ..Default::default() };
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
        let mut batch = WindowBatch { windows: 1, length: 1, dense: vec![1.0; 4], ..Default::default() };
        augmenter.apply(&mut batch, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(batch.dense, vec![1.0; 4]);
    }
}
