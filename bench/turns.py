"""Timing in turns: each side is a process of its own, which takes steps when asked to.

A process answers each line of its standard input, a number of steps, with the seconds that they took. Sides take turns,
so that what else the machine does hits all of them, and ratios are of neighbours in time.
"""

import statistics
import subprocess
import sys
import time


class Side:
    """A process that takes steps when asked to."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, steps):
        """Seconds that a step takes, the mean over `steps`."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args[0]} ended with {self.process.wait()}")
        return float(answer) / steps

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def serve(step):
    """The child's side: calls `step` as often as it is asked to."""
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - start, flush=True)


def take_turns(commands, rounds, seconds):
    """Seconds a step of each side, one number a round; a turn takes about `seconds`."""
    sides = {name: Side(command) for name, command in commands.items()}
    steps = {}
    for name, side in sides.items():
        # Not counted: first touches of memory, choices that libraries make once.
        side.seconds(3)
        steps[name] = max(1, round(seconds / side.seconds(3)))
    times = {name: [] for name in sides}
    for turn in range(rounds):
        for name in list(sides)[:: 1 if turn % 2 == 0 else -1]:
            times[name].append(sides[name].seconds(steps[name]))
    for side in sides.values():
        side.close()
    return times


def ratios(theirs, ours):
    """How many times faster ours is, round by round."""
    return [slow / fast for slow, fast in zip(theirs, ours)]


def cell(values, scale=1, digits=2):
    """Median, min and max."""
    values = sorted(value * scale for value in values)
    return f"{statistics.median(values):6.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"
