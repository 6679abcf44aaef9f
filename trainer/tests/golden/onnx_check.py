"""Proves exported ONNX files: onnxruntime gives the logits of the known answers that they carry.

    pip install numpy onnx onnxruntime
    python trainer/tests/golden/onnx_check.py FILE_OR_FOLDER... [--write]

`cargo test --test export` leaves the golden networks of tests/golden, whose known answers are
PyTorch's, and the embedded model in <target>/tmp/onnx. With --write the digests of the golden
graphs go to onnx.json beside this script; the test holds the exporter to these graphs.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-4
DIGESTS = pathlib.Path(__file__).with_name("onnx.json")


def graph_bytes(path, model):
    """The graph as it stands in the file, which the other protobuf library writes just so."""
    graph = model.graph.SerializeToString(deterministic=True)
    assert graph in path.read_bytes(), "the graph is not encoded in the canonical way"
    return graph


def difference(session, manifest, index):
    """Max difference of a member's logits, over all its known windows and the first alone."""
    member, length = manifest["members"][index], manifest["window"]["length"]
    known, several = member["known_answers"], len(manifest["members"]) > 1
    name = (lambda part: f"{part}_{index}") if several else (lambda part: part)
    steps = np.array(known["steps"], np.int64).reshape(-1, length)
    own = {
        "steps": steps,
        name("dense"): np.array(known["dense"], np.float32).reshape(len(steps), length, -1),
        name("codes"): np.array(known["codes"], np.int64).reshape(len(steps), length, -1),
    }
    expected = np.array(known["logits"], np.float32).reshape(len(steps), -1)
    worst = 0.0
    for windows in {1, len(steps)}:
        feed = {}
        for spec in session.get_inputs():
            kind = np.int64 if "int64" in spec.type else np.float32
            # The inputs of the other members.
            blank = np.zeros((len(steps), *spec.shape[1:]), kind)
            feed[spec.name] = own.get(spec.name, blank)[:windows]
        (found,) = session.run([name("logits")], feed)
        assert found.shape == expected[:windows].shape, (found.shape, expected.shape)
        worst = max(worst, float(np.abs(found - expected[:windows]).max()))
    return worst


def check(path):
    """Max difference of a logit, and the digest of the graph."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    manifest = json.loads({entry.key: entry.value for entry in model.metadata_props}["painwave"])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = max(difference(session, manifest, index) for index in range(len(manifest["members"])))
    return worst, hashlib.sha256(graph_bytes(path, model)).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    parser.add_argument("--write", action="store_true", help="write the digests of the golden graphs")
    arguments = parser.parse_args()
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    files = [file for path in arguments.paths for file in (sorted(path.glob("*.onnx")) if path.is_dir() else [path])]
    if not files:
        sys.exit("there is no file to check")
    digests, failed = {}, False
    for file in files:
        worst, digest = check(file)
        passed = worst <= TOLERANCE
        failed |= not passed
        print(f"{'ok' if passed else 'FAILED':6} {worst:.1e}  {file.stem}")
        if file.stem != "embedded":
            digests[file.stem] = digest
    if failed:
        sys.exit("some graphs give other logits")
    if arguments.write:
        DIGESTS.write_text(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()
