"""Writes probabilities.json: log loss, Brier score and AUROC by scikit-learn, the expected calibration error by
numpy, the temperature by scipy, and all scores again at that temperature.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python probabilities.py

The expected calibration error and the temperature are those of Guo et al., "On Calibration of Modern
Neural Networks" (2017); the temperature acts on the logarithm of the probabilities.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

BINS = 15


def expected_calibration_error(truths, probabilities):
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truths
    edges = np.arange(BINS + 1) / BINS
    bin_index = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, BINS - 1)
    inside = [bin_index == b for b in range(BINS)]
    return sum(i.mean() * abs(right[i].mean() - confidence[i].mean()) for i in inside if i.any())


def auroc(truths, probabilities):
    """None where scikit-learn says that it is not defined."""
    labels = np.arange(probabilities.shape[1])
    if len(labels) == 2:
        area = roc_auc_score(truths, probabilities[:, 1], labels=labels)
    else:
        area = roc_auc_score(truths, probabilities, multi_class="ovr", average="macro", labels=labels)
    return None if np.isnan(area) else float(area)


def scores(truths, probabilities):
    labels = np.arange(probabilities.shape[1])
    return {
        "log_loss": log_loss(truths, probabilities, labels=labels),
        "brier_score": brier_score_loss(truths, probabilities, labels=labels),
        "expected_calibration_error": float(expected_calibration_error(truths, probabilities)),
        "auroc": auroc(truths, probabilities),
    }


def temperature(truths, logs):
    def loss(log_t):
        return -log_softmax(logs / np.exp(log_t), axis=1)[np.arange(len(truths)), truths].mean()

    return float(np.exp(minimize_scalar(loss, bounds=np.log([0.1, 10]), method="bounded", options={"xatol": 1e-10}).x))


def case(name, subjects, classes, sharpness, zeros=0, digits=None, without=None):
    """Subjects of a class drawn from a distribution; the model's is that one raised to `sharpness`."""
    rng = np.random.default_rng([subjects, classes])
    logits = rng.normal(scale=1.5, size=(subjects, classes))
    truths = np.array([rng.choice(classes, p=row) for row in softmax(logits, axis=1)])
    if without is not None:
        kept = truths != without
        truths, logits = truths[kept], logits[kept]
    probabilities = softmax(sharpness * logits, axis=1).astype(np.float32)
    if digits is not None:
        # With many ties.
        probabilities = probabilities.round(digits)
        probabilities[:, -1] = 1 - probabilities[:, :-1].sum(axis=1)
        probabilities = probabilities.clip(0.01, 1).astype(np.float32)
        probabilities = (probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)
    # Certain and wrong.
    for row in range(zeros):
        probabilities[row] = np.eye(classes)[(truths[row] + 1) % classes]
    doubles = probabilities.astype(float)
    logs = np.log(np.maximum(doubles, np.finfo(np.float32).tiny))
    found = temperature(truths, logs)
    return {
        "name": name,
        "truths": truths.tolist(),
        "probabilities": probabilities.astype(float).tolist(),
        "temperature": found,
        "before": scores(truths, doubles),
        "after": scores(truths, softmax(logs / found, axis=1)),
    }


if __name__ == "__main__":
    cases = [
        case("three classes, too sure", 132, 3, 3.0),
        case("three classes, not sure enough", 60, 3, 0.4),
        case("two classes", 80, 2, 2.0),
        case("seven classes", 100, 7, 1.5),
        case("certain and wrong", 40, 3, 1.0, zeros=2),
        case("two classes, ties", 70, 2, 1.0, digits=1),
        case("four classes, ties", 90, 4, 1.0, digits=1),
        case("a class without subjects", 50, 3, 1.0, without=1),
    ]
    text = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_suffix(".json").write_text(f"[\n{text}\n]\n")
