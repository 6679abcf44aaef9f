"""Writes bootstrap.json: percentile intervals by numpy of the scores of scikit-learn, for given draws of subjects or of
groups, and those of the mean difference of two models that were trained several times.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python bootstrap.py

Every resample is made as a list of rows, a row standing there as often as its unit was drawn.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from probabilities import scores as probability_scores
from sklearn import metrics

RESAMPLES = 50


def scores(truths, probabilities):
    labels = np.arange(probabilities.shape[1])
    predicted = probabilities.argmax(axis=1)

    def averages(average, labels):
        return metrics.precision_recall_fscore_support(
            truths, predicted, labels=labels, average=average, zero_division=0
        )

    precision, recall, f1, _ = averages("weighted", labels)
    return {
        "weighted_f1": f1,
        "macro_f1": averages("macro", sorted(set(truths)))[2],
        "weighted_precision": precision,
        "weighted_recall": recall,
        "accuracy": metrics.accuracy_score(truths, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(truths, predicted),
        "mcc": metrics.matthews_corrcoef(truths, predicted),
        **probability_scores(truths, probabilities),
    }


def interval(values):
    known = [value for value in values if value is not None]
    return [float(end) for end in np.percentile(known, [2.5, 97.5])]


def model(rng, truths, classes, strength):
    logits = rng.normal(size=(len(truths), classes))
    logits[np.arange(len(truths)), truths] += strength
    exponentials = np.exp(logits)
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


def case(name, subjects, classes, units, trainings):
    rng = np.random.default_rng([subjects, classes])
    truths = rng.integers(classes, size=subjects)
    count = subjects if units is None else units
    units = np.sort(np.append(np.arange(count), rng.integers(count, size=subjects - count)))
    models = [[model(rng, truths, classes, strength) for _ in range(trainings)] for strength in [1.5, 1.0]]
    draws = rng.integers(count, size=(RESAMPLES, count))

    def drawn(rows, probabilities):
        return scores(truths[rows], probabilities[rows].astype(float))

    def difference(rows):
        first, second = [[drawn(rows, training) for training in trained] for trained in models]
        keys = first[0].keys()
        known = lambda key: all(of[key] is not None for of in first + second)
        mean = lambda of, key: np.mean([training[key] for training in of])
        return {key: mean(second, key) - mean(first, key) if known(key) else None for key in keys}

    rows = [np.concatenate([np.flatnonzero(units == unit) for unit in draw]) for draw in draws]
    single = [drawn(of, models[0][0]) for of in rows]
    differences = [difference(of) for of in rows]
    value = difference(np.arange(subjects))
    return {
        "name": name,
        "classes": classes,
        "truths": truths.tolist(),
        "units": units.tolist(),
        "probabilities": [[training.astype(float).tolist() for training in trained] for trained in models],
        "draws": draws.tolist(),
        "intervals": {key: interval([of[key] for of in single]) for key in single[0]},
        "differences": {
            key: {"value": float(value[key]), "interval": interval([of[key] for of in differences])} for key in value
        },
    }


# Draws without a subject of a class have no AUROC, and a balanced accuracy of the others.
warnings.filterwarnings("ignore")
cases = [
    case("subjects", 60, 3, None, 2),
    case("groups", 72, 3, 18, 1),
    case("two classes", 40, 2, None, 3),
    case("draws without a class", 12, 4, None, 1),
]
text = ",\n".join(json.dumps(case) for case in cases)
Path(__file__).with_suffix(".json").write_text(f"[\n{text}\n]\n")
