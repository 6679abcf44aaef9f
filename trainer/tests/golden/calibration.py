"""Writes calibration.json: reliability by numpy, intervals by scipy.

    pip install numpy==2.3.5 scipy==1.17.1
    python calibration.py

The expected calibration error is that of Guo et al., "On Calibration of Modern Neural Networks" (2017).
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

BINS = 10

rng = np.random.default_rng(7)
confidence = rng.beta(5, 1.5, size=300).astype(np.float32)
# Edges belong to the bin below, certainty to the last.
confidence[:3] = [0.5, 1.0, 0.0]
right = rng.random(300) < np.sqrt(confidence)

bin_index = np.clip(np.digitize(confidence.astype(float), np.arange(BINS + 1) / BINS, right=True) - 1, 0, BINS - 1)
bins = []
expected_error = 0.0
for b in range(BINS):
    inside = bin_index == b
    count = int(inside.sum())
    accuracy = float(right[inside].mean()) if count else 0.0
    mean = float(confidence[inside].astype(float).mean()) if count else 0.0
    expected_error += count / len(right) * abs(accuracy - mean)
    bins.append({"count": count, "right": int(right[inside].sum()), "confidence": mean})


def interval(hits, count):
    found = binomtest(hits, count).proportion_ci(0.95, method="wilson")
    return {"hits": hits, "count": count, "low": found.low, "high": found.high}


Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "predictions": [[float(c), bool(r)] for c, r in zip(confidence, right)],
            "confidence": float(confidence.astype(float).mean()),
            "expected_error": expected_error,
            "bins": bins,
            "intervals": [interval(*case) for case in [(0, 5), (5, 5), (1, 1), (50, 100), (617, 661)]],
        }
    )
    + "\n"
)
