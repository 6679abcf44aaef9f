"""The native forward pass against onnxruntime and PyTorch: same weights, same windows, same CPU.

    cargo build --release -p painwave-bench
    target/release/trainer export models/cnn-gru.bpk --format onnx --out cnn-gru.onnx
    pip install -r bench/requirements.txt
    python bench/native.py --forward target/release/forward --onnx cnn-gru.onnx --data pirate_pain_test.csv

Every side runs in a process of its own; they take turns. Answers are compared with painwave's `f32`. Options: see --help.
"""

import argparse
import json
import pathlib
import platform
import subprocess
import sys
import tempfile

import numpy as np
import turns

BUNDLE = pathlib.Path(__file__).resolve().parent.parent / "models/cnn-gru.bpk"
PRECISIONS = ["f32", "i16", "i8"]
# Subjects at once, and threads: one subject is too little to share.
CASES = [(1, 1), (32, 1), (32, 2)]


class Windows:
    """What `forward dump` wrote."""

    def __init__(self, folder):
        self.manifest = json.loads((folder / "manifest.json").read_text())
        length, network = self.manifest["window"]["length"], self.manifest["members"][0]["network"]
        self.steps = np.fromfile(folder / "steps.u16", "<u2").astype(np.int64).reshape(-1, length)
        self.dense = np.fromfile(folder / "dense.f32", "<f4").reshape(*self.steps.shape, network["dense"])
        self.logits = np.fromfile(folder / "logits.f32", "<f4").reshape(-1, network["classes"])


def onnxruntime_pass(onnx, windows, threads):
    """One pass of onnxruntime, as a function to logits."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name("N", len(windows.steps))
    session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
    feeds = {"dense": windows.dense, "steps": windows.steps}
    return lambda: session.run(["logits"], feeds)[0]


def pytorch_pass(onnx, windows, threads):
    """One pass of PyTorch, as a function to logits."""
    import networks
    import torch

    torch.set_num_threads(threads)
    network = networks.from_onnx(windows.manifest["members"][0]["network"], onnx).eval()
    dense, steps = torch.from_numpy(windows.dense), torch.from_numpy(windows.steps)
    codes = torch.zeros(*steps.shape, 0, dtype=torch.long)

    def step():
        with torch.inference_mode():
            return network(dense, codes, steps)

    return lambda: step().numpy()


PASSES = {"onnxruntime": onnxruntime_pass, "pytorch": pytorch_pass}


def compare(subjects, threads, options, folder):
    """Times everybody in turns and compares their answers."""

    def forward(command, precision, last):
        return [str(part) for part in (options.forward, command, BUNDLE, precision, options.data, subjects, last)]

    commands, differences = {}, {}
    for precision in PRECISIONS:
        subprocess.run(forward("dump", precision, folder / precision), check=True)
        ours, found = Windows(folder / "f32"), Windows(folder / precision)
        differences[f"painwave {precision}"] = float(np.abs(found.logits - ours.logits).max())
        commands[f"painwave {precision}"] = forward("time", precision, threads)
    for name in PASSES:
        child = ["--child", name, str(folder / "f32"), "--threads", str(threads), "--onnx", str(options.onnx)]
        subprocess.run([sys.executable, __file__, *child, "--answer", str(folder / "answer.npy")], check=True)
        differences[name] = float(np.abs(np.load(folder / "answer.npy") - ours.logits).max())
        commands[name] = [sys.executable, __file__, *child]
    times = turns.take_turns(commands, options.rounds, options.seconds)
    per_subject = {name: [seconds / subjects for seconds in values] for name, values in times.items()}
    return {"subjects": subjects, "threads": threads, "seconds": per_subject, "differences": differences}


def child(options):
    """A peer's process: times passes, or writes the answer of one."""
    name, folder = options.child
    run = PASSES[name](options.onnx, Windows(pathlib.Path(folder)), options.threads)
    if options.answer:
        np.save(options.answer, run())
    else:
        turns.serve(run)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forward", type=pathlib.Path, help="the program of bench/painwave")
    parser.add_argument("--onnx", type=pathlib.Path, help="the embedded model as ONNX")
    parser.add_argument("--data", type=pathlib.Path, help="test recordings (CSV)")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--seconds", type=float, default=0.4, help="length of one measurement")
    parser.add_argument("--out", type=pathlib.Path, help="also write the numbers (JSON)")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options)

    print("milliseconds a subject, median (min to max); ratio: onnxruntime's time over that of the side, by pairs")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for subjects, threads in CASES:
            results.append(compare(subjects, threads, options, pathlib.Path(folder)))
            for name, seconds in results[-1]["seconds"].items():
                ratios = turns.ratios(results[-1]["seconds"]["onnxruntime"], seconds)
                print(f"{subjects:3} subjects, {threads} threads, {name:14} {turns.cell(seconds, 1e3, 3):28} "
                      f"{turns.cell(ratios):24} off by {results[-1]['differences'][name]:.0e}", flush=True)
    if options.out:
        import onnxruntime
        import torch

        about = {"onnxruntime": onnxruntime.__version__, "pytorch": torch.__version__, "python": platform.python_version()}
        options.out.write_text(json.dumps({"versions": about, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
