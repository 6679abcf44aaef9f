"""Writes sampling.json: how pandas reads times, and how SciPy and NumPy resample and interpolate.

Run: python3 sampling.py (needs pandas and SciPy). The tests read only the JSON.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from scipy.signal import resample_poly

DATES = [
    "2024-05-01T10:00:00.000Z",
    "2024-05-01 10:00:00.123456789",
    "2024-05-01T10:00:00+05:30",
    "1999-12-31T23:59:59.999-0800",
    "2000-02-29",
    "1970-01-01T00:00:00Z",
    "1969-07-20 20:17:40",
    "20240501T100000",
    "20240501100000",
    "2100-03-01 00:00:00",
    "01-May-2024 10:00:00",
    "May 1, 2024 10:00 PM",
]
DAY_FIRST = ["31/12/2023 23:59:59.5", "01/02/2024 00:00", "13.06.24 7:05:01"]
MONTH_FIRST = ["12/31/2023 11:59:59 PM", "02/01/2024 12:30 AM", "6/13/2024 12:00:01 PM"]
DURATIONS = ["1 days 02:03:04", "0 days 00:00:01.500000", "00:00:00.02", "P1DT1H1M1.5S", "20 ms", "27:00:01"]


def seconds(stamp):
    stamp = stamp.tz_convert("UTC").tz_localize(None) if stamp.tzinfo else stamp
    return (stamp - pd.Timestamp(0)) / pd.Timedelta(1, "s")


def read(texts, **options):
    return [[text, seconds(pd.to_datetime(text, **options))] for text in texts]


random = np.random.default_rng(5)
STEPS = 120
at = np.arange(STEPS)
signals = np.stack(
    [
        np.sin(2 * np.pi * at / 60) + 0.3 * np.cos(2 * np.pi * at / 23),
        0.01 * at - 1 + np.sin(2 * np.pi * at / 40),
        np.full(STEPS, 2.5),
        np.cumsum(random.standard_normal(STEPS)) / 4,
    ],
    axis=1,
)
signals = signals.round(5).astype(np.float32).astype(np.float64)
PACES = [(1, 2), (2, 1), (1, 5), (3, 2), (2, 3), (1, 10), (7, 4)]
resampled = [
    {
        "up": up,
        "down": down,
        "values": resample_poly(signals, up, down, padtype="antireflect").round(5).ravel().tolist(),
    }
    for up, down in PACES
]

gappy = signals[:60, 0].copy()
for start, length in [(0, 3), (10, 1), (20, 5), (40, 2), (56, 4)]:
    gappy[start : start + length] = np.nan
known = ~np.isnan(gappy)
filled = np.interp(np.arange(60), np.flatnonzero(known), gappy[known])

golden = {
    "dates": read(DATES),
    "day_first": read(DAY_FIRST, dayfirst=True),
    "month_first": read(MONTH_FIRST),
    "durations": [[text, pd.to_timedelta(text).total_seconds()] for text in DURATIONS],
    "steps": STEPS,
    "signals": signals.round(7).ravel().tolist(),
    "resampled": resampled,
    "gappy": [None if np.isnan(value) else value for value in gappy.round(7).tolist()],
    "filled": filled.round(7).tolist(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
