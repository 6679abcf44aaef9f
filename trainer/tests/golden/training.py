"""PyTorch's answers for training, one JSON file per network in trainer/tests/golden/training/, the
losses in losses.json, the learning rates of every schedule in schedules.json, and the logits of networks that drop
all that dropout reaches in dropout.json.

    pip install torch numpy scikit-learn && python trainer/tests/golden/training.py

A file holds a network's configuration, its parameters' names and shapes, the classes of its windows
and the training section of a recipe, then what PyTorch computes in double precision: the logits of all
windows and the gradients of the first batch before training, the loss of every step, and the weights
after the last. Losses and gradients are without penalties. Step i trains on the i-th batch. Weights and inputs come from the generator of
tests/golden/network.py and are not stored.
"""

import json
import pathlib
import sys

import numpy
import torch
from sklearn.utils.class_weight import compute_class_weight

FOLDER = pathlib.Path(__file__).parent
sys.path.append(str(FOLDER.parents[2] / "tests" / "golden"))
from network import Network, batch, conv, embeddings, recurrent, rounded, uniform  # noqa: E402

STEPS, BATCH, LENGTH = 10, 4, 6
# What a recipe must say of its training; a case adds to it.
TRAINING = {
    "optimizer": {"adamw": {"learning_rate": 1e-2, "weight_decay": 1e-2}},
    "batch_size": BATCH,
    "epochs": 1,
    "seed": 1,
    "early_stopping": {"metric": "loss", "patience": 1},
}
# The class of every fourth window: 0 is the most frequent.
CLASSES = (0, 1, 0, 2)


def class_weights(training, true, classes):
    kind = training.get("class_weights", "none")
    counts = torch.bincount(true, minlength=classes)
    if kind == "none":
        return None
    if kind == "inverse":
        balanced = compute_class_weight("balanced", classes=numpy.arange(classes), y=true.numpy())
        return torch.from_numpy(balanced)
    if kind == "inverse_log":
        return 1 / torch.log(1 + counts.double())
    return torch.tensor(kind["list"], dtype=torch.float64)


def target_rows(targets, true, classes):
    """The target row of each class, or none where class indices say the same."""
    smoothing = targets.get("label_smoothing", 0.0)
    if "table" in targets:
        return torch.tensor(targets["table"], dtype=torch.float64)
    rows = torch.eye(classes, dtype=torch.float64) * (1 - smoothing) + smoothing / classes
    if "true_class" in targets:
        rows.diagonal().copy_(torch.tensor(targets["true_class"], dtype=torch.float64))
    elif "majority" in targets:
        most = torch.bincount(true).argmax()
        rows[most, most] = targets["majority"]
    else:
        return None
    return rows


def loss_function(training, all_true, classes):
    """The loss of (logits, true classes) that a recipe asks for."""
    targets = training.get("targets", {})
    weights, rows = class_weights(training, all_true, classes), target_rows(targets, all_true, classes)
    smoothing = targets.get("label_smoothing", 0.0)
    if "loss" in training:
        gamma = training["loss"]["focal"]["gamma"]
        if rows is None:
            rows = torch.eye(classes, dtype=torch.float64) * (1 - smoothing) + smoothing / classes
        alpha = torch.ones(classes, dtype=torch.float64) if weights is None else weights

        def focal(logits, true):
            p = torch.softmax(logits, 1)
            return -(alpha * rows[true] * (1 - p) ** gamma * torch.log_softmax(logits, 1)).sum() / alpha[true].sum()

        return focal
    if rows is None:
        return torch.nn.CrossEntropyLoss(weight=weights, label_smoothing=smoothing)
    # With target rows, PyTorch divides by the number of windows.
    total = torch.nn.CrossEntropyLoss(weight=weights, reduction="sum")
    divisor = (lambda true: len(true)) if weights is None else (lambda true: weights[true].sum())
    return lambda logits, true: total(logits, rows[true]) / divisor(true)


def optimizer_of(training, values):
    (name, options), = training["optimizer"].items()
    rate = options["learning_rate"]
    if name == "adamw":
        decay = options["weight_decay"]
        return torch.optim.AdamW(values, lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
    if name == "adam":
        return torch.optim.Adam(values, lr=rate)
    return torch.optim.SGD(values, lr=rate, momentum=options["momentum"], nesterov=options["nesterov"])


def train(config, section):
    training = TRAINING | section
    network = Network(config)
    inputs = batch(config, STEPS * BATCH, LENGTH)
    true = torch.tensor([CLASSES[window % len(CLASSES)] for window in range(STEPS * BATCH)])
    loss_of = loss_function(training, true, config["classes"])
    logits = network(*inputs)
    values = list(network.parameters.values())
    penalties = training.get("penalties", {})
    optimizer = optimizer_of(training, values)
    losses, gradients = [], {}
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        optimizer.zero_grad()
        loss = loss_of(network(*(None if part is None else part[rows] for part in inputs)), true[rows])
        loss.backward()
        losses.append(loss)
        if step == 0:
            gradients = {name: rounded(value.grad) for name, value in network.parameters.items()}
        weights = [value for value in values if value.dim() > 1]
        penalty = penalties.get("l1", 0.0) * sum(value.abs().sum() for value in weights)
        penalty = penalty + penalties.get("l2", 0.0) * sum(value.square().sum() for value in weights)
        penalty.backward()
        if "gradient_clipping" in training:
            torch.nn.utils.clip_grad_norm_(values, training["gradient_clipping"])
        optimizer.step()
    return {
        "config": config,
        "windows": STEPS * BATCH,
        "length": LENGTH,
        "parameters": network.specs,
        "logits": rounded(logits),
        "classes": true.tolist(),
        "training": training,
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
        return config, {"targets": targets}

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

    config, section = case(("lstm", 5, 1, norm), (category, time, attention, mlp), smooth)
    adam = {"optimizer": {"adam": {"learning_rate": 1e-2}}, "penalties": {"l1": 1e-3, "l2": 1e-2}}
    yield "weighted_adam", (config, section | adam | {"class_weights": "inverse"})
    config, section = case(("gru", 5, 2, both), (blocks, mean, linear), {"true_class": [0.8, 1.0, 1.1]})
    sgd = {"optimizer": {"sgd": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}}, "gradient_clipping": 0.1}
    focal = {"loss": {"focal": {"gamma": 2.0}}, "class_weights": {"list": [1.0, 2.0, 0.5]}}
    yield "focal_sgd", (config, section | sgd | focal)


def losses():
    """Every kind of loss on logits of all sizes: its value and its gradient by the logits."""
    windows, classes = 6, 4
    true = torch.tensor([0, 1, 0, 3, 2, 0])
    logits = uniform("logits", (windows, classes)) * torch.tensor([0.1, 1.0, 5.0, 20.0, 1.0, 60.0])[:, None]
    smooth, soft = {"label_smoothing": 0.2}, {"majority": 0.7}
    each = {"true_class": [0.6, 1.0, 0.9, 1.2]}
    table = {"table": [[0.8, 0.1, 0.0, 0.0], [0.2, 0.9, 0.1, 0.0], [0.0, 0.0, 1.5, 0.1], [0.0, 0.3, 0.0, 0.7]]}
    inverse, gentle = {"class_weights": "inverse"}, {"class_weights": "inverse_log"}
    listed = {"class_weights": {"list": [0.5, 1.0, 3.0, 2.0]}}
    sections = [{"targets": targets} for targets in ({}, smooth, soft, smooth | soft, each, smooth | each, table)]
    sections += [inverse, gentle, listed, inverse | {"targets": smooth}, listed | {"targets": table}]
    for gamma in (0.0, 0.5, 2.0):
        focal = {"loss": {"focal": {"gamma": gamma}}}
        sections += [focal, focal | inverse, focal | listed | {"targets": smooth}]
    answers = []
    for section in sections:
        x = logits.float().double().requires_grad_()
        loss = loss_function(section, true, classes)(x, true)
        loss.backward()
        answers.append({"training": TRAINING | section, "loss": rounded(loss)[0], "gradient": rounded(x.grad)})
    return {"logits": rounded(logits.float()), "classes": true.tolist(), "answers": answers}


def cosine_rates(training, options, steps):
    lr_scheduler, epochs = torch.optim.lr_scheduler, training["epochs"]
    each = 1 if options.get("every") == "step" else steps
    count, warm_up = epochs * steps // each, options.get("warm_up", 0)
    optimizer = optimizer_of(training, [torch.zeros(1, requires_grad=True)])
    rest = lr_scheduler.CosineAnnealingLR(optimizer, count - warm_up, options.get("minimum", 0.0))
    schedule = rest
    if warm_up:
        first = lr_scheduler.LinearLR(optimizer, options.get("warm_up_from", 0.1), total_iters=warm_up)
        schedule = lr_scheduler.SequentialLR(optimizer, [first, rest], milestones=[warm_up])
    rates = []
    for _ in range(count):
        rates += [schedule.get_last_lr()[0]] * each
        optimizer.step()
        schedule.step()
    return rates


def plateau_rates(training, options, steps, scores):
    optimizer = optimizer_of(training, [torch.zeros(1, requires_grad=True)])
    mode = "min" if training["early_stopping"]["metric"] == "loss" else "max"
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode, options["factor"], options["patience"], min_lr=options.get("minimum", 0.0)
    )
    rates = []
    for score in scores:
        rates += [optimizer.param_groups[0]["lr"]] * steps
        schedule.step(score)
    return rates


def schedules():
    """The learning rate of every step; scores are those of the epochs."""
    steps, epochs = 3, 24
    losses = [2.0, 1.0, 0.9, 0.9, 0.9, 0.89999, 0.9, 0.8, 0.9, 0.9, 0.9, 0.9] + [0.7] * 12
    f1 = [0.0, 0.0, 0.5, 0.6, 0.60005, 0.6, 0.6001, 0.5, 0.5, 0.5, 0.7, 0.7] + [0.7] * 12
    on_loss, on_f1 = ({"metric": metric, "patience": 99} for metric in ("loss", "weighted_f1"))
    cosines = [
        {"warm_up": 0},
        {"warm_up": 5, "warm_up_from": 0.25, "minimum": 1e-4},
        {"every": "step", "warm_up": 10, "minimum": 1e-3},
    ]
    plateaus = [
        (on_loss, losses, {"factor": 0.5, "patience": 2, "minimum": 3e-3}),
        (on_f1, f1, {"factor": 0.1, "patience": 0}),
        (on_f1, f1, {"factor": 0.3, "patience": 3}),
    ]
    answers = []
    for options in cosines:
        training = TRAINING | {"epochs": epochs, "schedule": {"cosine": options}}
        rates = cosine_rates(training, options, steps)
        answers.append({"training": training, "steps": steps, "scores": losses, "rates": rates})
    for stopping, scores, options in plateaus:
        training = TRAINING | {"epochs": epochs, "schedule": {"plateau": options}, "early_stopping": stopping}
        rates = plateau_rates(training, options, steps, scores)
        answers.append({"training": training, "steps": steps, "scores": scores, "rates": rates})
    return answers


def dropout():
    """Where dropout acts: with a probability of 1 nothing is random."""
    last, linear, norm = {"pooling": "last"}, {"head": "linear"}, {"layer_norm": True}
    base = {"dense": 3, "classes": 3} | last | linear
    all_layers = {"dropout": 1.0}
    for layers in (
        recurrent("gru", 5, 2, **all_layers),
        recurrent("lstm", 5, 3, bidirectional=True, **all_layers, **norm),
        recurrent("rnn", 5, 1, **all_layers),
        recurrent("gru", 5, 2, output_dropout=1.0, **norm),
    ):
        config = base | {"recurrent": layers}
        network, inputs = Network(config), batch(config, BATCH, LENGTH)
        logits = rounded(network(*inputs))
        yield {"config": config, "windows": BATCH, "length": LENGTH, "parameters": network.specs, "logits": logits}


def write(path, answer):
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(answer, separators=(",", ":"))
    for key in ("name", "gradients", "weights", "training"):
        text = text.replace(f'{{"{key}"', f'\n{{"{key}"').replace(f',"{key}"', f',\n"{key}"')
    path.write_text(text + "\n")


if __name__ == "__main__":
    for name, (config, section) in cases():
        write(FOLDER / "training" / f"{name}.json", train(config, section))
    write(FOLDER / "losses.json", losses())
    write(FOLDER / "schedules.json", schedules())
    write(FOLDER / "dropout.json", list(dropout()))
