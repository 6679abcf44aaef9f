"""Writes events.tfevents with TensorBoard's own messages and record writer.

    pip install tensorboard==2.21.0
    python events.py

The values are those of `trainer/src/tensorboard/tests.rs`.
"""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

TAGS = ["loss/training", "loss/validation", "f1/weighted", "f1/macro", "accuracy", "learning_rate", "seconds"]
EPOCHS = {
    1: [1.25, 1.0, 0.5, 0.1, 0.75, 1e-3, 2.5],
    300: [1e-9, 0.123456789, 1.0, 0.0, 0.9, 1e-4, 1e6],
}


def events():
    yield Event(wall_time=1.7e9, file_version="brain.Event:2")
    yield Event(wall_time=1.7e9 + 0.25, step=1, session_log=SessionLog(status=SessionLog.START))
    for step, values in EPOCHS.items():
        scalars = [Summary.Value(tag=tag, simple_value=value) for tag, value in zip(TAGS, values, strict=True)]
        yield Event(wall_time=1.7e9 + step, step=step, summary=Summary(value=scalars))


with open(Path(__file__).with_suffix(".tfevents"), "wb") as file:
    writer = RecordWriter(file)
    for event in events():
        writer.write(event.SerializeToString())
