"""painwave's network in PyTorch, as a peer of the benchmarks."""

import torch
from torch import nn


class Network(nn.Module):
    """A network as a bundle's manifest or a recipe describes it."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        recurrent, classes = config["recurrent"], config["classes"]
        categories = config.get("category_embeddings", [])
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
        between = recurrent.get("dropout", 0.0) if recurrent["layers"] > 1 else 0.0
        self.recurrent = kind(
            width, recurrent["hidden"], recurrent["layers"], batch_first=True, dropout=between,
            bidirectional=directions == 2,
        )
        width = recurrent["hidden"] * directions
        self.norm = nn.LayerNorm(width) if recurrent.get("layer_norm") else nn.Identity()
        self.dropout = nn.Dropout(recurrent.get("output_dropout", 0.0))
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
        config = self.config
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


def from_onnx(config, path):
    """The network with the weights of an exported model: conv blocks and GRU layers in one direction, a linear head."""
    import onnx
    from onnx import numpy_helper

    initializers = onnx.load(path).graph.initializer
    weights = {tensor.name.removeprefix("member.0."): numpy_helper.to_array(tensor) for tensor in initializers}
    network = Network(config)
    state = {"time.weight": weights["time_embedding.weight"]}
    for block in range(len(config["conv"])):
        # Conv, ReLU, pooling and dropout.
        for part in ("weight", "bias"):
            state[f"conv.{4 * block}.{part}"] = weights[f"conv.{block}.{part}"]
    hidden = config["recurrent"]["hidden"]
    for layer in range(config["recurrent"]["layers"]):
        of_layer = lambda part: weights[f"recurrent.{layer}.{part}"][0]
        state[f"recurrent.weight_ih_l{layer}"] = gates(of_layer("input_weight"), hidden)
        state[f"recurrent.weight_hh_l{layer}"] = gates(of_layer("hidden_weight"), hidden)
        input_bias, hidden_bias = of_layer("bias").reshape(2, -1)
        state[f"recurrent.bias_ih_l{layer}"] = gates(input_bias, hidden)
        state[f"recurrent.bias_hh_l{layer}"] = gates(hidden_bias, hidden)
    state["head.weight"], state["head.bias"] = weights["head.0.weight"].T, weights["head.0.bias"]
    network.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return network


def gates(rows, hidden):
    """ONNX's update, reset, new to PyTorch's reset, update, new."""
    return rows.reshape(3, hidden, -1)[[1, 0, 2]].reshape(rows.shape)
