"""Writes features.json: how scikit-learn encodes, scales and projects a few small recordings.

Run: python3 features.py (needs scikit-learn and NumPy). The tests read only the JSON.
"""

import json
import pathlib

import numpy as np
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold, f_classif
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

STEPS, SUBJECTS, CLASSES = 24, 6, 3
CHANNELS = ["a", "b", "c", "d", "e", "f"]
LEVELS = ["low", "middle", "high"]

random = np.random.default_rng(11)
rows = STEPS * SUBJECTS
subjects = np.repeat(np.arange(SUBJECTS), STEPS)
classes = subjects % CLASSES


def column(loading, source, noise, at=0.0):
    return at + loading * source + noise * random.standard_normal(rows)


first, second = random.standard_normal(rows), random.standard_normal(rows)
first += 0.8 * (classes == 1)
spikes = np.where(random.random(rows) < 0.4, 0.0, random.exponential(0.02, rows))
spikes[17] = 1.5
values = np.stack(
    [
        column(0.3, first, 0.05, 0.9),
        column(-0.2, first, 0.1, 2.0),
        column(0.5, first, 0.5, -4.0),
        column(3.0, second, 0.4, 100.0),
        column(1.0, second, 0.9, 7.0),
        spikes,
    ],
    axis=1,
)
# The readers hold f32, so scikit-learn gets the same numbers.
values = values.round(4).astype(np.float32).astype(np.float64)
codes = random.integers(0, 3, rows)

one_hot = OneHotEncoder(categories=[[0, 1, 2]], sparse_output=False).fit_transform(codes[:, None])
ranges = [[low, high] for low, high in zip(values.min(axis=0), values.max(axis=0))]


def dense(offsets, scales):
    levels = [
        {"column": "survey", "level": level, "offset": 0.0, "scale": 1.0, "range": [0.0, 1.0]}
        for level in range(3)
    ]
    channels = [
        {"column": name, "offset": offset, "scale": scale, "range": bounds}
        for name, offset, scale, bounds in zip(CHANNELS, offsets, scales, ranges)
    ]
    return levels + channels


def case(scaling, scaler, offset, scale, groups):
    scaled = scaler.fit_transform(values)
    projections, components, ratios, grouped = [], [], [], set()
    for names, target in groups:
        indices = [CHANNELS.index(name) for name in names]
        grouped.update(indices)
        pca = PCA(n_components=target, svd_solver="full")
        components.append(pca.fit_transform(scaled[:, indices]))
        ratios.append(pca.explained_variance_ratio_.sum())
        projections.append(
            {
                "inputs": [3 + index for index in indices],
                "mean": pca.mean_.tolist(),
                "components": pca.components_.ravel().tolist(),
            }
        )
    passed = [index for index in range(len(CHANNELS)) if index not in grouped]
    inputs = np.concatenate([one_hot, scaled[:, passed], *components], axis=1)

    def group(names, target):
        key = "explained_variance" if isinstance(target, float) else "components"
        return f"{{ columns = {json.dumps(names)}, {key} = {target} }}"

    recipe = [f'scaling = "{scaling}"', 'one_hot = ["survey"]']
    recipe.append(f"pca = [{', '.join(group(*entry) for entry in groups)}]")
    transform = {"dense": dense(offset(scaler).tolist(), scale(scaler).tolist()), "projections": projections}
    return {
        "recipe": "\n".join(recipe),
        "transform": transform,
        "explained": ratios,
        # The first subject's rows.
        "inputs": inputs[:STEPS].round(9).tolist(),
    }


# Groups of three columns and more: the two components of a pair of standardised columns have entries of one
# size, so that rounding decides scikit-learn's sign.
cases = [
    case(
        "standard",
        StandardScaler(),
        lambda s: s.mean_,
        lambda s: 1 / s.scale_,
        [(["a", "b", "c"], 0.9), (["d", "e", "f"], 0.6)],
    ),
    case(
        "robust",
        RobustScaler(),
        lambda s: s.center_,
        lambda s: 1 / s.scale_,
        [(["c", "e", "a", "d"], 3)],
    ),
    case("min_max", MinMaxScaler(), lambda s: s.data_min_, lambda s: s.scale_, []),
]

ratios = []
for index in range(len(CHANNELS)):
    # The correlation ratio is R of the column regressed on the classes' indicators: R^2 = SSB / SST,
    # F = (SSB / (k - 1)) / (SSW / (n - k)).
    f = f_classif(values[:, [index]], classes)[0][0] * (CLASSES - 1) / (rows - CLASSES)
    ratios.append(float(np.sqrt(f / (1 + f))))

recordings = [
    {
        "class": subject % CLASSES,
        "values": [float(str(np.float32(x))) for x in values[subjects == subject].ravel()],
        "codes": codes[subjects == subject].tolist(),
    }
    for subject in range(SUBJECTS)
]
golden = {
    "channels": CHANNELS,
    "levels": LEVELS,
    "recordings": recordings,
    "variances": VarianceThreshold().fit(values).variances_.tolist(),
    "correlation_ratios": ratios,
    "cases": cases,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
