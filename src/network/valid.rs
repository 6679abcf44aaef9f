//! Valid lengths: which steps of each window of a batch are data, where not all are.

use std::sync::Arc;

use burn::tensor::{Bool, Device, Tensor, TensorData};

use crate::windows::pooled_valid;

/// The valid steps of each window, from its first on.
#[derive(Clone, Debug)]
pub(super) struct Valid {
    /// Steps of a window `L`.
    length: usize,
    /// Valid ones of each window, `[N]`, each from 1 to `L`.
    windows: Arc<[usize]>,
}

impl Valid {
    /// Of windows of `length` steps. None if all steps of all windows are valid.
    pub fn new(length: usize, windows: impl IntoIterator<Item = usize>) -> Option<Self> {
        let windows: Arc<[usize]> = windows.into_iter().collect();
        windows.iter().any(|valid| *valid < length).then_some(Self { length, windows })
    }

    /// After max pooling.
    pub fn pooled(&self, pool: usize) -> Self {
        let windows = self.windows.iter().map(|valid| pooled_valid(*valid, self.length, pool)).collect();
        Self { length: self.length / pool, windows }
    }

    /// Valid steps of each window, `[N]`.
    pub fn windows(&self) -> &[usize] {
        &self.windows
    }

    /// Whether each step of each window is padding, `[N, L, 1]`.
    pub fn padding(&self, device: &Device) -> Tensor<3, Bool> {
        let steps = |valid: &usize| (0..self.length).map(move |step| step >= *valid).collect::<Vec<bool>>();
        let padding: Vec<bool> = self.windows.iter().flat_map(steps).collect();
        let shape = [self.windows.len(), self.length, 1];
        Tensor::from_data(TensorData::new(padding, shape), device)
    }

    /// 1 at the last valid step of each window, 0 elsewhere, `[N, L, 1]`.
    pub fn last(&self, device: &Device) -> Tensor<3> {
        self.weights(device, |step, valid| if step + 1 == valid { 1.0 } else { 0.0 })
    }

    /// Weight of each step in the mean over the valid steps, `[N, L, 1]`.
    pub fn mean(&self, device: &Device) -> Tensor<3> {
        self.weights(device, |step, valid| if step < valid { 1.0 / valid as f32 } else { 0.0 })
    }

    fn weights(&self, device: &Device, weight: impl Fn(usize, usize) -> f32) -> Tensor<3> {
        let mut weights = Vec::with_capacity(self.windows.len() * self.length);
        for valid in self.windows.iter() {
            weights.extend((0..self.length).map(|step| weight(step, *valid)));
        }
        let shape = [self.windows.len(), self.length, 1];
        Tensor::from_data(TensorData::new(weights, shape), device)
    }
}
