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
import sys
import tempfile

import turns

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
            "recurrent": {"cell": "gru", "hidden": 256, "layers": 2, "dropout": 0.5, "output_dropout": 0.5},
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
                "output_dropout": 0.3,
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
            "recurrent": {"cell": "lstm", "hidden": 256, "layers": 2, "dropout": 0.3, "output_dropout": 0.3},
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
    from networks import Network

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    config, length, batch = case["network"], case["length"], case["batch"]
    classes, categories = config["classes"], config.get("category_embeddings", [])

    network = Network(config)
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


def compare(name, threads, trainer, rounds, seconds, folder):
    """Times both sides in turns."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(CASES[name]))
    commands = {
        "trainer": [trainer, str(path), str(threads)],
        "pytorch": [sys.executable, __file__, "--child", str(path), "--threads", str(threads)],
    }
    times = turns.take_turns(commands, rounds, seconds)
    ratios = turns.ratios(times["pytorch"], times["trainer"])
    return {"case": name, "threads": threads, "seconds": times, "ratios": ratios}


def show(result):
    """One line of the table."""
    times = result["seconds"]
    columns = [turns.cell(times["trainer"], 1e3, 1), turns.cell(times["pytorch"], 1e3, 1), turns.cell(result["ratios"])]
    return f"{result['case']:16} {result['threads']:7}  " + "  ".join(f"{column:24}" for column in columns)


def newest_build(target):
    """The benchmark as cargo last built it."""
    built = (target / "release/deps").glob("step-*")
    built = [path for path in built if path.suffix in ("", ".exe")]
    if not built:
        raise SystemExit("run `cargo build --release --bench step` first, or say --trainer PATH")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainer", help="the built benchmark `step` (default: cargo's newest)")
    parser.add_argument("--target", type=pathlib.Path, default=ROOT / "target", help="cargo's target folder")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9, help="pairs of measurements")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one measurement")
    parser.add_argument("--out", type=pathlib.Path, help="also write the numbers (JSON)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return turns.serve(pytorch(json.loads(pathlib.Path(options.child).read_text()), options.threads[0]))

    trainer = options.trainer or newest_build(options.target)
    print("milliseconds a step, median (min to max); ratio: PyTorch's time over the trainer's, by pairs")
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
