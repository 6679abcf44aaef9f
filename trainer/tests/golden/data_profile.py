"""Writes data_profile/: small recordings, and what NumPy, pandas and SciPy find in them.

Run: python3 data_profile.py (needs NumPy, pandas and SciPy). The tests read only what it wrote.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats.contingency import association

FOLDER = pathlib.Path(__file__).parent / "data_profile"
CLASSES = ["rest", "walk", "run"]


def recordings(seed, subjects, shift):
    """Subjects of uneven length; the class moves `hip` and widens `knee`."""
    rng = np.random.default_rng(seed)
    parts = []
    for subject in range(subjects):
        steps, kind = 6 + subject % 4, subject % 3
        hip = rng.normal(shift + 0.3 * kind, 1, steps).round(3)
        knee = rng.normal(100, 1 + kind, steps).round(2)
        gap = rng.exponential(1e-6, steps)
        gap[rng.random(steps) < 0.2] = np.nan
        mood = rng.choice(["calm", "tired", "wild"], steps, p=[0.5, 0.3, 0.2])
        parts.append(
            pd.DataFrame(
                {
                    "subject": f"s{subject:02}",
                    "step": np.arange(steps),
                    "hip": hip,
                    "twice": (2 * hip + 1).round(3),
                    "knee": knee,
                    "sum": (hip - 0.5 * knee).round(3),
                    "flat": 0.5,
                    "survey": rng.integers(0, 3, steps),
                    "gap": gap,
                    "mood": mood,
                    "mirror": [word[::-1] for word in mood],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def as_read(table):
    """The numbers as the trainer holds them: in 32 bits."""
    numbers = table.drop(columns=["subject", "step"]).select_dtypes("number")
    return numbers.astype(np.float32).astype(np.float64)


def eta_squared(values, classes):
    """From the F of a one-way analysis of variance."""
    groups = [values[classes == kind].dropna() for kind in CLASSES]
    f = stats.f_oneway(*groups).statistic
    between, within = len(groups) - 1, sum(map(len, groups)) - len(groups)
    return f * between / (f * between + within)


def column(values, other, by_subject, row_class, subject_class):
    found = values.dropna()
    result = {"mean": found.mean(), "sd": found.std(), "zeros": int((found == 0).sum())}
    for name, share in {"min": 0, "q1": 0.25, "median": 0.5, "q3": 0.75, "max": 1}.items():
        result[name] = np.quantile(found, share)
    result["ks"] = stats.ks_2samp(found, other.dropna()).statistic
    if found.nunique() > 1:
        result["shift"] = (other.mean() - found.mean()) / found.std()
        result["eta_step"] = eta_squared(values, row_class)
        result["eta_mean"] = eta_squared(by_subject.mean(), subject_class)
        result["eta_sd"] = eta_squared(by_subject.std(), subject_class)
    return result


def main():
    data, other = recordings(1, 12, 0.0), recordings(2, 9, 0.4)
    ids = data["subject"].unique()
    subject_class = pd.Series([CLASSES[i % 3] for i in range(len(ids))], index=ids)
    row_class = data["subject"].map(subject_class)

    numbers, others = as_read(data), as_read(other)
    varying = [name for name in numbers if numbers[name].nunique() > 1]
    shares = [table["mood"].value_counts(normalize=True) for table in (data, other)]
    golden = {
        "columns": {
            name: column(
                numbers[name],
                others[name],
                numbers[name].groupby(data["subject"]),
                row_class,
                subject_class,
            )
            for name in numbers
        },
        "correlated": varying,
        "correlation": numbers[varying].corr().to_numpy().tolist(),
        "mood": {
            "cramers_v": association(pd.crosstab(data["mood"], row_class), method="cramer"),
            "distance": shares[0].sub(shares[1], fill_value=0).abs().sum() / 2,
        },
    }
    FOLDER.mkdir(exist_ok=True)
    data.to_csv(FOLDER / "data.csv", index=False)
    other.to_csv(FOLDER / "other.csv", index=False)
    subject_class.rename("class").rename_axis("subject").to_csv(FOLDER / "labels.csv")
    (FOLDER / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
