"""Writes scores.json: what scikit-learn makes of a few sets of labels and predictions.

Run: python3 scores.py (needs scikit-learn and NumPy). The tests read only the JSON.
"""

import json
import pathlib

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    matthews_corrcoef,
    precision_recall_fscore_support,
)


def from_confusion(rows):
    pairs = [(t, p) for t, row in enumerate(rows) for p, count in enumerate(row) for _ in range(count)]
    return [list(column) for column in zip(*pairs)]


def case(name, classes, true, predicted):
    labels = list(range(classes))

    def scores(average, labels=labels):
        return precision_recall_fscore_support(
            true, predicted, labels=labels, average=average, zero_division=0
        )

    precision, recall, f1, support = scores(None)
    return {
        "name": name,
        "classes": classes,
        "true": [int(x) for x in true],
        "predicted": [int(x) for x in predicted],
        "accuracy": accuracy_score(true, predicted),
        "balanced_accuracy": float(balanced_accuracy_score(true, predicted)),
        "mcc": float(matthews_corrcoef(true, predicted)),
        "confusion": confusion_matrix(true, predicted, labels=labels).tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": [int(x) for x in support],
        "weighted": list(scores("weighted")[:3]),
        # Classes without subjects are no part of it.
        "macro": list(scores("macro", sorted(set(true)))[:3]),
    }


random = np.random.default_rng(7)
cases = [
    case("three classes, imbalanced", 3, *from_confusion([[50, 1, 2], [3, 8, 1], [2, 1, 4]])),
    case("always the majority", 3, [0] * 20 + [1] * 4 + [2] * 2, [0] * 26),
    case("a class without subjects", 4, [0, 0, 1, 3, 3, 3], [0, 1, 1, 3, 2, 3]),
    case("a class nowhere", 3, [0, 0, 1, 1], [0, 1, 1, 0]),
    case("nothing right", 2, [0, 0, 1], [1, 1, 0]),
    case("all right", 3, [0, 1, 2, 2], [0, 1, 2, 2]),
    case("one subject", 3, [1], [2]),
    case("random, seven classes", 7, random.integers(0, 7, 120), random.integers(0, 7, 120)),
]
text = ",\n".join(json.dumps(case) for case in cases)
pathlib.Path(__file__).with_suffix(".json").write_text(f"[\n{text}\n]\n")
