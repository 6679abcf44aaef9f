"""PyTorch's answers for training, one JSON file per network in trainer/tests/golden/training/ and
the losses in losses.json.

    pip install torch numpy && python trainer/tests/golden/training.py

A file holds a network's configuration, its parameters' names and shapes, the classes of its windows
and what is asked of them, then what PyTorch computes in double precision: the logits of all windows
and the gradients of the first batch before training, the loss of every step, and the weights after
the last. Step i trains on the i-th batch. Weights and inputs come from the generator of
tests/golden/network.py and are not stored.
"""

import json
import pathlib
import sys

import torch

FOLDER = pathlib.Path(__file__).parent
sys.path.append(str(FOLDER.parents[2] / "tests" / "golden"))
from network import Network, batch, conv, embeddings, recurrent, rounded, uniform  # noqa: E402

LEARNING_RATE, WEIGHT_DECAY, STEPS, BATCH, LENGTH = 1e-2, 1e-2, 10, 4, 6
# The class of every fourth window: 0 is the most frequent.
CLASSES = (0, 1, 0, 2)


def loss_function(targets, classes):
    """The loss of (logits, true classes) that the `targets` table of a recipe asks for."""
    smoothing, majority = targets.get("label_smoothing", 0.0), targets.get("majority")
    if majority is None:
        return torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    rows = torch.eye(classes, dtype=torch.float64) * (1 - smoothing) + smoothing / classes
    rows[0, 0] = majority
    loss = torch.nn.CrossEntropyLoss()
    return lambda logits, true: loss(logits, rows[true])


def train(config, targets):
    network = Network(config)
    inputs = batch(config, STEPS * BATCH, LENGTH)
    true = torch.tensor([CLASSES[window % len(CLASSES)] for window in range(STEPS * BATCH)])
    loss_of = loss_function(targets, config["classes"])
    logits = network(*inputs)
    values = list(network.parameters.values())
    optimizer = torch.optim.AdamW(values, lr=LEARNING_RATE, betas=(0.9, 0.999), eps=1e-8, weight_decay=WEIGHT_DECAY)
    losses, gradients = [], {}
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        loss = loss_of(network(*(None if part is None else part[rows] for part in inputs)), true[rows])
        loss.backward()
        losses.append(loss)
        if step == 0:
            gradients = {name: rounded(value.grad) for name, value in network.parameters.items()}
        optimizer.step()
    return {
        "config": config,
        "windows": STEPS * BATCH,
        "length": LENGTH,
        "parameters": network.specs,
        "logits": rounded(logits),
        "classes": true.tolist(),
        "targets": targets,
        "batch_size": BATCH,
        "learning_rate": LEARNING_RATE,
        "weight_decay": WEIGHT_DECAY,
        "losses": rounded(torch.stack(losses)),
        "gradients": gradients,
        "weights": {name: rounded(value) for name, value in network.parameters.items()},
    }


def cases():
    """Every cell with one and two layers in one and two directions; the rest of a recipe in turn."""
    last, mean, attention = ({"pooling": kind} for kind in ("last", "mean", "attention"))
    linear, mlp = {"head": "linear"}, {"head": {"mlp": {"hidden": 7}}}
    category = {"category_embeddings": embeddings((3, 2), (2, 1))}
    time = {"time_embedding": {"steps": 20, "width": 2}}
    blocks = {"conv": conv((6, 3, 2), (5, 3, 1))}
    both, norm = {"bidirectional": True}, {"layer_norm": True}
    plain, smooth, soft = {}, {"label_smoothing": 0.1}, {"majority": 0.9}

    def case(layers, parts, targets):
        config = {"dense": 3, "classes": 3}
        for part in parts:
            config |= part
        if layers:
            config["recurrent"] = recurrent(*layers[:3], **layers[3])
        return config, targets

    yield "rnn", case(("rnn", 5, 1, {}), (last, linear), plain)
    yield "rnn_2", case(("rnn", 5, 2, norm), (category, mean, mlp), smooth)
    yield "birnn", case(("rnn", 5, 1, both), (time, blocks, attention, linear), soft)
    yield "birnn_2", case(("rnn", 5, 2, both | norm), (last, mlp), plain)
    yield "lstm", case(("lstm", 5, 1, norm), (time, attention, mlp), soft)
    yield "lstm_2", case(("lstm", 5, 2, {}), (category, last, linear), plain)
    yield "bilstm", case(("lstm", 5, 1, both | norm), (blocks, mean, mlp), smooth)
    yield "bilstm_2", case(("lstm", 5, 2, both), (attention, linear), plain)
    yield "gru", case(("gru", 5, 1, {}), (category, mean, linear), smooth)
    yield "gru_2", case(("gru", 5, 2, {}), (time, blocks, last, linear), soft)
    yield "bigru", case(("gru", 5, 1, both | norm), (category, time, attention, mlp), plain)
    yield "bigru_2", case(("gru", 5, 2, both), (last, linear), soft)
    yield "conv_only", case(None, (category, blocks, mean, mlp), plain)


def losses():
    """Every kind of target on logits of all sizes: the loss and its gradient by the logits."""
    windows, classes = 6, 4
    true = torch.tensor([0, 1, 0, 3, 2, 0])
    logits = uniform("logits", (windows, classes)) * torch.tensor([0.1, 1.0, 5.0, 20.0, 1.0, 60.0])[:, None]
    smooth, soft = {"label_smoothing": 0.2}, {"majority": 0.7}
    answers = []
    for targets in ({}, smooth, soft, smooth | soft):
        x = logits.float().double().requires_grad_()
        loss = loss_function(targets, classes)(x, true)
        loss.backward()
        answers.append({"targets": targets, "loss": rounded(loss)[0], "gradient": rounded(x.grad)})
    return {"logits": rounded(logits.float()), "classes": true.tolist(), "answers": answers}


def write(path, answer):
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(answer, separators=(",", ":"))
    for key in ("name", "gradients", "weights", "targets"):
        text = text.replace(f'{{"{key}"', f'\n{{"{key}"').replace(f',"{key}"', f',\n"{key}"')
    path.write_text(text + "\n")


if __name__ == "__main__":
    for name, (config, targets) in cases():
        write(FOLDER / "training" / f"{name}.json", train(config, targets))
    write(FOLDER / "losses.json", losses())
