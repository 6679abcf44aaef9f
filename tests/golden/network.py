"""PyTorch's answers for the network, one JSON file per case in tests/golden/network/.

    pip install torch numpy && python tests/golden/network.py

A file holds a network's configuration, its parameters' names and shapes, the sizes of a batch,
and the logits in double precision. Weights and inputs are not stored: they come from the generator
below, which tests/suite/golden.rs computes as well. trainer/tests/golden/training.py builds on this
script for what training comes to.

The generator: element i of the tensor called `name` is SplitMix64 [1] with the state
fnv1a64(name) + (i + 1) * 0x9E3779B97F4A7C15. Its upper 24 bits are a number u in [-1, 1), exact
in f32; a weight is u * scale, with the f32 scale of the file.

[1] Steele, Lea, Flood: Fast splittable pseudorandom number generators. OOPSLA 2014.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).parent / "network"


def bits(name, count):
    """SplitMix64, `count` numbers of 64 bits."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, shape, scale=1.0):
    """Numbers in [-scale, scale), exactly the f32 ones that Rust computes, as doubles."""
    u = (bits(name, int(np.prod(shape))) >> np.uint64(40)).astype(np.float32) * np.float32(2**-23) - np.float32(1)
    return torch.tensor((u * np.float32(scale)).astype(np.float64).reshape(shape))


class Network:
    """The network out of PyTorch's own layers; parameters are created as the forward pass meets them."""

    def __init__(self, config):
        self.config = config
        self.parameters = {}
        self.specs = []

    def parameter(self, name, shape, fan):
        if name not in self.parameters:
            scale = float(np.float32(1 / np.sqrt(fan)))
            self.specs.append({"name": name, "shape": list(shape), "scale": scale})
            self.parameters[name] = uniform(name, shape, scale).requires_grad_()
        return self.parameters[name]

    def embedding(self, name, rows, width, index):
        return F.embedding(index, self.parameter(f"{name}.weight", (rows, width), 1))

    def linear(self, name, x, outputs):
        weight = self.parameter(f"{name}.weight", (x.shape[-1], outputs), x.shape[-1])
        return F.linear(x, weight.T, self.parameter(f"{name}.bias", (outputs,), x.shape[-1]))

    def recurrent(self, x, kind, hidden, layers, bidirectional=False, dropout=0.0, **_):
        flat, width = [], x.shape[-1]
        gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind] * hidden
        for layer in range(layers):
            for direction in ["forward", "backward"][: 1 + bidirectional]:
                path = f"recurrent.{layer}.{direction}"
                w = self.parameter(f"{path}.input_weight", (width, gates), hidden)
                b = self.parameter(f"{path}.input_bias", (gates,), hidden)
                u = self.parameter(f"{path}.hidden_weight", (hidden, gates), hidden)
                c = self.parameter(f"{path}.hidden_bias", (gates,), hidden)
                flat += [w.T, u.T, b, c]
            width = hidden * (1 + bidirectional)
        module = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind]
        module = module(
            x.shape[-1], hidden, layers, batch_first=True, dropout=dropout, bidirectional=bidirectional
        ).double()
        names = [name for name, _ in module.named_parameters()]
        return torch.func.functional_call(module, dict(zip(names, flat)), (x,))[0]

    def __call__(self, dense, codes, steps, valid=None):
        """Logits. With `valid`, a window is what its valid steps are: see `WindowBatch` in src/windows.rs."""
        if valid is not None:
            windows = [(dense[n : n + 1, :v], codes[n : n + 1, :v] if codes is not None else None, steps[n : n + 1, :v])
                       for n, v in enumerate(valid)]
            return torch.cat([self.forward(*window, length=dense.shape[1]) for window in windows])
        return self.forward(dense, codes, steps, length=dense.shape[1])

    def forward(self, dense, codes, steps, length):
        """Logits of windows that are cut off after their valid steps; `length` is that of a full window."""
        config = self.config
        parts = [dense]
        for k, table in enumerate(config.get("category_embeddings", [])):
            name = f"category_embeddings.{k}"
            parts.append(self.embedding(name, table["levels"], table["width"], codes[:, :, k]))
        if table := config.get("time_embedding"):
            index = steps.clamp(max=table["steps"] - 1)
            parts.append(self.embedding("time_embedding", table["steps"], table["width"], index))
        x = torch.cat(parts, dim=2)

        for i, block in enumerate(config.get("conv", [])):
            fan = x.shape[-1] * block["kernel"]
            weight = self.parameter(f"conv.{i}.weight", (block["channels"], x.shape[-1], block["kernel"]), fan)
            bias = self.parameter(f"conv.{i}.bias", (block["channels"],), fan)
            x = F.conv1d(x.transpose(1, 2), weight, bias, padding="same").relu()
            length //= block["pool"]
            x = F.max_pool1d(x, block["pool"], ceil_mode=True)[:, :, :length].transpose(1, 2)

        recurrent = config.get("recurrent", {})
        if recurrent:
            x = self.recurrent(x, recurrent["cell"], **recurrent)
            if recurrent.get("layer_norm"):
                weight = self.parameter("norm.weight", x.shape[-1:], 1)
                x = F.layer_norm(x, x.shape[-1:], weight, self.parameter("norm.bias", x.shape[-1:], 1), 1e-5)
            x = F.dropout(x, recurrent.get("output_dropout", 0.0))

        if config["pooling"] == "last":
            hidden = recurrent.get("hidden", x.shape[-1])
            x = torch.cat([x[:, -1, :hidden], x[:, 0, hidden:]], dim=1)
        elif config["pooling"] == "mean":
            x = x.mean(dim=1)
        else:
            x = (x * self.linear("attention", x, 1).softmax(dim=1)).sum(dim=1)

        if config["head"] == "linear":
            return self.linear("head.0", x, config["classes"])
        x = self.linear("head.0", x, config["head"]["mlp"]["hidden"]).relu()
        return self.linear("head.1", x, config["classes"])


def batch(config, windows, length):
    """Dense inputs, codes and steps; window n starts at step 7 n."""
    levels = [table["levels"] for table in config.get("category_embeddings", [])]
    dense = uniform("dense", (windows, length, config["dense"]))
    codes = bits("codes", windows * length * len(levels)).reshape(windows, length, len(levels))
    codes = torch.tensor((codes % np.array(levels, dtype=np.uint64)).astype(np.int64)) if levels else None
    steps = torch.arange(windows)[:, None] * 7 + torch.arange(length)[None, :]
    return dense, codes, steps


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def write(name, windows, length, config, valid=None):
    network, inputs = Network(config), batch(config, windows, length)
    answer = {"config": config, "windows": windows, "length": length}
    if valid:
        answer["valid"] = valid
    answer["logits"] = rounded(network(*inputs, valid))
    answer["parameters"] = network.specs
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(answer, separators=(",", ":")).replace('{"name"', '\n{"name"')
    (FOLDER / f"{name}.json").write_text(text + "\n")


def recurrent(cell, hidden, layers=1, **more):
    return {"cell": cell, "hidden": hidden, "layers": layers, **more}


def conv(*blocks):
    return [{"channels": channels, "kernel": kernel, "pool": pool} for channels, kernel, pool in blocks]


def embeddings(*tables):
    return [{"levels": levels, "width": width} for levels, width in tables]


def cases():
    last, linear = {"pooling": "last", "head": "linear"}, {"head": "linear"}
    mlp = {"head": {"mlp": {"hidden": 10}}}
    yield "gru", 5, 6, {"dense": 5, "classes": 3, "recurrent": recurrent("gru", 8, 2), **last}
    yield "cnn_gru", 6, 16, {
        "dense": 7, "classes": 3, "time_embedding": {"steps": 40, "width": 3}, "conv": conv((8, 3, 2), (12, 3, 2)),
        "recurrent": recurrent("gru", 8, 2), **last}
    yield "cnn_gru_full", 37, 16, {
        "dense": 20, "classes": 3, "time_embedding": {"steps": 160, "width": 8}, "conv": conv((32, 3, 2), (64, 3, 2)),
        "recurrent": recurrent("gru", 256, 2), **last}
    yield "bigru_attention", 4, 20, {
        "dense": 6, "classes": 3, "category_embeddings": embeddings((3, 2), (3, 2), (2, 1)),
        "time_embedding": {"steps": 160, "width": 3}, "pooling": "attention", **mlp,
        "recurrent": recurrent("gru", 6, 1, bidirectional=True, layer_norm=True)}
    yield "bigru_last", 3, 9, {
        "dense": 4, "classes": 3, **last,
        "recurrent": recurrent("gru", 7, 2, bidirectional=True, layer_norm=True)}
    yield "lstm", 4, 7, {"dense": 5, "classes": 3, "recurrent": recurrent("lstm", 8, 2), **last}
    yield "bilstm", 3, 8, {
        "dense": 4, "classes": 4, "recurrent": recurrent("lstm", 9, 2, bidirectional=True), **last}
    yield "rnn", 4, 25, {"dense": 9, "classes": 3, "recurrent": recurrent("rnn", 16), **last}
    yield "birnn_mean", 3, 10, {
        "dense": 5, "classes": 3, "pooling": "mean", **linear,
        "recurrent": recurrent("rnn", 12, 2, bidirectional=True)}
    yield "conv_only", 5, 16, {
        "dense": 6, "classes": 3, "conv": conv((9, 5, 1), (11, 3, 3)), "pooling": "mean", **mlp}
    yield "conv_last", 2, 11, {"dense": 3, "classes": 2, "conv": conv((5, 1, 2)), **last}
    yield "pooling_only", 2, 5, {"dense": 3, "classes": 2, "pooling": "attention", **linear}
    yield "odd_sizes", 9, 23, {
        "dense": 1, "classes": 7, "category_embeddings": embeddings((5, 3)), "conv": conv((13, 7, 3)),
        "pooling": "attention", "head": {"mlp": {"hidden": 17}},
        "recurrent": recurrent("gru", 19, 3, bidirectional=True)}
    yield "embeddings_only", 3, 6, {
        "dense": 0, "classes": 3, "category_embeddings": embeddings((4, 2)), "time_embedding": {"steps": 9, "width": 2},
        "recurrent": recurrent("lstm", 5), **last}
    yield "one_step", 1, 1, {"dense": 3, "classes": 2, "recurrent": recurrent("gru", 4, 2, bidirectional=True), **last}


def padded_cases():
    last, linear = {"pooling": "last", "head": "linear"}, {"head": "linear"}
    yield "padded_rnn", 4, 6, {"dense": 4, "classes": 3, "recurrent": recurrent("rnn", 7, 2), **last}, [6, 1, 4, 5]
    yield "padded_bilstm", 5, 7, {
        "dense": 3, "classes": 3, "recurrent": recurrent("lstm", 6, 2, bidirectional=True, layer_norm=True),
        **last}, [7, 3, 1, 6, 2]
    yield "padded_bigru", 4, 8, {
        "dense": 3, "classes": 3, "category_embeddings": embeddings((3, 2)), "time_embedding": {"steps": 20, "width": 2},
        "recurrent": recurrent("gru", 6, 2, bidirectional=True), "pooling": "mean", **linear}, [2, 8, 5, 1]
    yield "padded_conv", 6, 11, {
        "dense": 4, "classes": 3, "category_embeddings": embeddings((4, 3)), "conv": conv((6, 3, 2), (5, 5, 2)),
        "pooling": "mean", **linear}, [11, 10, 7, 4, 3, 1]
    yield "padded_conv_gru", 5, 16, {
        "dense": 5, "classes": 3, "time_embedding": {"steps": 40, "width": 3}, "conv": conv((8, 3, 3), (6, 3, 1)),
        "recurrent": recurrent("gru", 9, 1, bidirectional=True), **last}, [16, 13, 8, 3, 1]
    yield "padded_attention", 4, 9, {
        "dense": 4, "classes": 3, "conv": conv((5, 3, 1)), "recurrent": recurrent("lstm", 8), "pooling": "attention",
        "head": {"mlp": {"hidden": 6}}}, [9, 6, 2, 1]


if __name__ == "__main__":
    for case in [*cases(), *padded_cases()]:
        write(*case)
