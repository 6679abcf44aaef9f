"""A training step of the trainer against PyTorch: same network, same sizes, same CPU.

    cargo build --release --bench step && pip install torch && python bench/training.py

A step gathers a batch of windows, runs the network forwards and backwards with dropout, and takes one
step of AdamW. Both sides run in processes of their own that take turns, so that what else the machine does
hits both; ratios are of neighbours in time. Options: see --help.
"""

import argparse
import itertools
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Networks as in trainer/recipes, with the sizes that their data has.
CASES = {
    "cnn-gru": {
        "network": {
            "dense": 20,
            "classes": 3,
            "time_embedding": {"steps": 160, "width": 8},
            "conv": [
                {"channels": 32, "kernel": 3, "pool": 2, "dropout": 0.2},
                {"channels": 64, "kernel": 3, "pool": 2, "dropout": 0.2},
            ],
            "recurrent": {"cell": "gru", "hidden": 256, "layers": 2, "dropout": 0.5},
            "pooling": "last",
            "head": "linear",
        },
        "length": 16,
        "batch": 512,
    },
    "bigru-attention": {
        "network": {
            "dense": 31,
            "classes": 3,
            "category_embeddings": [{"levels": 3, "width": 4}] * 4 + [{"levels": 2, "width": 2}] * 3,
            "time_embedding": {"steps": 160, "width": 8},
            "recurrent": {
                "cell": "gru",
                "hidden": 64,
                "layers": 1,
                "bidirectional": True,
                "dropout": 0.3,
                "layer_norm": True,
            },
            "pooling": "attention",
            "head": {"mlp": {"hidden": 64, "dropout": 0.3}},
        },
        "length": 160,
        "batch": 64,
    },
    "lstm-kfold": {
        "network": {
            "dense": 40,
            "classes": 3,
            "recurrent": {"cell": "lstm", "hidden": 256, "layers": 2, "dropout": 0.3},
            "pooling": "last",
            "head": "linear",
        },
        "length": 25,
        "batch": 128,
    },
}


def pytorch(case, threads):
    """Steps of PyTorch, each by calling what is returned."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config, length, batch = case["network"], case["length"], case["batch"]
    recurrent, classes = config["recurrent"], config["classes"]
    categories = config.get("category_embeddings", [])

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.categories = nn.ModuleList(nn.Embedding(t["levels"], t["width"]) for t in categories)
            width = config["dense"] + sum(table["width"] for table in categories)
            if table := config.get("time_embedding"):
                self.time = nn.Embedding(table["steps"], table["width"])
                width += table["width"]
            blocks = []
            for block in config.get("conv", []):
                blocks += [nn.Conv1d(width, block["channels"], block["kernel"], padding="same"), nn.ReLU()]
                blocks += [nn.MaxPool1d(block["pool"]), nn.Dropout(block["dropout"])]
                width = block["channels"]
            self.conv = nn.Sequential(*blocks)
            kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[recurrent["cell"]]
            directions = 1 + recurrent.get("bidirectional", False)
            between = recurrent["dropout"] if recurrent["layers"] > 1 else 0.0
            self.recurrent = kind(
                width, recurrent["hidden"], recurrent["layers"], batch_first=True, dropout=between,
                bidirectional=directions == 2,
            )
            width = recurrent["hidden"] * directions
            self.norm = nn.LayerNorm(width) if recurrent.get("layer_norm") else nn.Identity()
            self.dropout = nn.Dropout(recurrent["dropout"])
            if config["pooling"] == "attention":
                self.attention = nn.Linear(width, 1)
            if config["head"] == "linear":
                self.head = nn.Linear(width, classes)
            else:
                head = config["head"]["mlp"]
                self.head = nn.Sequential(
                    nn.Linear(width, head["hidden"]), nn.ReLU(), nn.Dropout(head["dropout"]),
                    nn.Linear(head["hidden"], classes),
                )

        def forward(self, dense, codes, steps):
            parts = [dense] + [table(codes[:, :, k]) for k, table in enumerate(self.categories)]
            if config.get("time_embedding"):
                parts.append(self.time(steps))
            x = torch.cat(parts, dim=2) if len(parts) > 1 else dense
            if config.get("conv"):
                x = self.conv(x.transpose(1, 2)).transpose(1, 2)
            x = self.norm(self.recurrent(x)[0])
            if config["pooling"] == "attention":
                x = self.dropout(x)
                x = (x * self.attention(x).softmax(dim=1)).sum(dim=1)
            else:
                x = self.dropout(x[:, -1])
            return self.head(x)

    network = Network()
    # The fused one is PyTorch's fastest.
    adamw = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
    windows = 4 * batch
    dense = torch.rand(windows, length, config["dense"]) * 2 - 1
    codes = [torch.randint(table["levels"], (windows, length, 1)) for table in categories]
    codes = torch.cat(codes, dim=2) if codes else torch.zeros(windows, length, 0, dtype=torch.long)
    steps = torch.arange(length).expand(windows, length).contiguous()
    targets = F.one_hot(torch.arange(windows) % classes, classes).float()

    def step():
        chosen = torch.randperm(windows)[:batch]
        logits = network(dense[chosen], codes[chosen], steps[chosen])
        loss = F.cross_entropy(logits, targets[chosen])
        adamw.zero_grad()
        loss.backward()
        adamw.step()
        return loss.item()

    return step


def serve(path, threads):
    """The child process: answers each number of steps with the seconds that they took."""
    step = pytorch(json.loads(pathlib.Path(path).read_text()), threads)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - start, flush=True)


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


def compare(name, threads, trainer, rounds, seconds, folder):
    """Times both sides in turns."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(CASES[name]))
    commands = {
        "trainer": [trainer, str(path), str(threads)],
        "pytorch": [sys.executable, __file__, "--child", str(path), "--threads", str(threads)],
    }
    sides = {side: Side(command) for side, command in commands.items()}
    steps = {}
    for side, process in sides.items():
        # Not counted: first touches of memory, choices that libraries make once.
        process.seconds(3)
        steps[side] = max(1, round(seconds / process.seconds(3)))
    times = {side: [] for side in sides}
    for turn in range(rounds):
        for side in list(sides)[:: 1 if turn % 2 == 0 else -1]:
            times[side].append(sides[side].seconds(steps[side]))
    for side in sides.values():
        side.close()
    ratios = [slow / fast for slow, fast in zip(times["pytorch"], times["trainer"])]
    return {"case": name, "threads": threads, "seconds": times, "ratios": ratios}


def show(result):
    """One line of the table."""

    def cell(values, scale, unit):
        values = sorted(value * scale for value in values)
        return f"{statistics.median(values):6.{unit}f} ({values[0]:.{unit}f} to {values[-1]:.{unit}f})"

    times = result["seconds"]
    columns = [cell(times["trainer"], 1e3, 1), cell(times["pytorch"], 1e3, 1), cell(result["ratios"], 1, 2)]
    return f"{result['case']:16} {result['threads']:7}  " + "  ".join(f"{column:24}" for column in columns)


def newest_build():
    """The benchmark as cargo last built it."""
    built = (ROOT / "target/release/deps").glob("step-*")
    built = [path for path in built if path.suffix in ("", ".exe")]
    if not built:
        raise SystemExit("run `cargo build --release --bench step` first, or say --trainer PATH")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainer", help="the built benchmark `step` (default: cargo's newest)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9, help="pairs of measurements")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one measurement")
    parser.add_argument("--out", type=pathlib.Path, help="also write the numbers (JSON)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return serve(options.child, options.threads[0])

    trainer = options.trainer or newest_build()
    print("milliseconds a step, median (least to greatest); ratio: PyTorch's time over the trainer's, by pairs")
    print(f"{'case':16} threads  {'trainer':24}  {'PyTorch':24}  {'ratio':24}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, threads in itertools.product(options.cases, options.threads):
            arguments = (options.rounds, options.seconds, pathlib.Path(folder))
            results.append(compare(name, threads, trainer, *arguments))
            print(show(results[-1]), flush=True)
    if options.out:
        import torch

        about = {"pytorch": torch.__version__, "machine": platform.processor() or platform.machine()}
        options.out.write_text(json.dumps({**about, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
