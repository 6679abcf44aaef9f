"""Fits the postures of `src/model.rs`: joints 00 to 05 in the joints' own units.

Needs NumPy and PyTorch. Prints the constants that belong into `src/model.rs`:

    python3 trainer/synthetic/postures.py

The levels of these joints are a mixture of normal ones: postures that everybody takes, a rare one of every class, and
two that guard a body in low pain and in high pain each. Fitted are the published histograms, correlations and class means;
postures that guard keep their distance from those of other classes. What the histograms still miss, `src/marginal.rs` puts right.
"""

import csv
from pathlib import Path

import numpy as np
import torch

COMMON, GUARDS, JOINTS = 6, 4, 6
SEED, STEPS = 1, 1500
# As in `src/model.rs`: NOISE, DRIFT, EXPRESSED, GUARDING, RARE, and subjects by class.
NOISE = torch.tensor([0.049, 0.047, 0.038, 0.039, 0.038, 0.035], dtype=torch.float64)
DRIFT = torch.tensor([[0.09, 0.05, 0.10, 0.05, 0.10, 0.05], [0.06, 0.08, 0.06, 0.09, 0.06, 0.10]], dtype=torch.float64)
# Standard deviation of the parabola over a recording.
BEND = 0.30
EXPRESSED = np.array([[0.988, 0.007, 0.005], [0.045, 0.930, 0.025], [0.085, 0.055, 0.860]])
SUBJECTS = np.array([511, 94, 56])
GUARDING, RARE = 0.97, 0.05
# Published: class means, and all correlations above 0.7.
CLASS_MEANS = np.array(
    [
        [0.960, 0.927, 0.779, 0.760, 0.703, 0.704],
        [0.878, 0.896, 0.775, 0.805, 0.765, 0.774],
        [0.898, 0.860, 0.789, 0.775, 0.675, 0.670],
    ]
)
CORRELATIONS = {
    (0, 2): 0.845,
    (3, 5): 0.838,
    (2, 3): 0.835,
    (1, 3): 0.817,
    (4, 5): 0.777,
    (2, 4): 0.769,
    (0, 1): 0.764,
    (0, 3): 0.707,
}
OTHERS = [(i, j) for j in range(JOINTS) for i in range(j) if (i, j) not in CORRELATIONS]
# Published shift of joints 00 to 03 in the test set, less TEST_OFFSETS.
TEST_SHIFT = torch.tensor([0.041 - 0.020, 0.085 - 0.055, 0.054 - 0.033, 0.072 - 0.044], dtype=torch.float64)
# Least distance of a guarding posture from those of other classes, in the joints' units, and as Bhattacharyya's.
DISTANCE, BHATTACHARYYA = 0.55, 15.0
# Bounds of the standard deviations: of all but the rare posture's, near the published .028 to .063.
SPREAD, RARE_SPREAD = (0.035, 0.07), (0.035, 0.30)

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def published():
    """Inner edges of the bins, shares of the bins, and quantile functions of the six joints."""
    table = Path(__file__).parent / "data" / "histograms.csv"
    rows = [row for row in csv.reader(table.open()) if row[0] in [f"joint_{k:02}" for k in range(JOINTS)]]
    least, greatest = np.array([[float(row[3]), float(row[7])] for row in rows]).T
    counts = np.array([[float(cell) for cell in row[8:]] for row in rows])
    shares = counts / counts.sum(axis=1, keepdims=True)
    edges = least[:, None] + (greatest - least)[:, None] * np.arange(51) / 50
    below = np.concatenate([np.zeros((JOINTS, 1)), shares.cumsum(axis=1)], axis=1)

    def quantile(share):
        return np.array([np.interp(share[j], below[j], edges[j]) for j in range(JOINTS)])

    return torch.tensor(edges[:, 1:-1]), torch.tensor(shares), quantile


def start(quantile):
    """The usual posture, others of random ranks, the rare one, and the guarding ones."""
    rng = np.random.default_rng(SEED)
    ranks = lambda: np.clip(rng.uniform(0.05, 0.95) + 0.25 * rng.standard_normal(JOINTS), 0.03, 0.97)
    usual = np.array([1.06, 1.04, 0.98, 0.98, 1.04, 1.02])
    common = [usual] + [quantile(ranks()) for _ in range(COMMON - 1)]
    rare = quantile(np.full(JOINTS, 0.02))
    guarding = np.array(
        [
            [0.88, 0.67, 1.02, 0.90, 1.00, 1.00],
            [0.82, 0.84, 0.76, 0.88, 1.08, 1.03],
            [0.95, 0.83, 0.84, 0.60, 0.08, 0.13],
            [0.82, 1.00, 0.50, 0.77, 0.80, 0.67],
        ]
    ) + 0.06 * rng.standard_normal((GUARDS, JOINTS))
    return np.concatenate([np.stack(common + [rare]), guarding])


def clamped(logarithm, bounds):
    return torch.exp(logarithm).clamp(*bounds)


def main():
    edges, shares, quantile = published()
    below = shares.cumsum(1)[:, :-1]
    expressed_shares = torch.tensor(SUBJECTS @ EXPRESSED / SUBJECTS.sum())
    means_of_expressed = torch.tensor(np.linalg.solve(EXPRESSED, CLASS_MEANS))

    levels = torch.tensor(start(quantile), requires_grad=True)
    first = np.full((COMMON + 1 + GUARDS, JOINTS), np.log(0.05))
    first[COMMON] = np.log(0.12)
    spreads = torch.tensor(first, requires_grad=True)
    logits = torch.tensor(np.where(np.arange(COMMON) == 0, 2.0, 0.0), requires_grad=True)
    guard_logits = torch.zeros(2, requires_grad=True)

    def model():
        common = torch.softmax(logits, 0)
        first_guard = torch.sigmoid(guard_logits)
        rows = [(1 - RARE) * common, torch.tensor([RARE])]
        none = torch.zeros(GUARDS)
        by_class = [torch.cat([*rows, none])]
        for pain in range(2):
            guard = none.clone()
            guard[2 * pain] = first_guard[pain]
            guard[2 * pain + 1] = 1 - first_guard[pain]
            free = (1 - RARE) * (1 - GUARDING)
            by_class.append(torch.cat([free * common, rows[1], (1 - RARE) * GUARDING * guard]))
        spread = torch.cat(
            [
                clamped(spreads[:COMMON], SPREAD),
                clamped(spreads[COMMON : COMMON + 1], RARE_SPREAD),
                clamped(spreads[COMMON + 1 :], SPREAD),
            ]
        )
        return common, first_guard, torch.stack(by_class), spread

    def loss():
        _, first_guard, by_class, spread = model()
        weights = expressed_shares @ by_class
        drift = torch.zeros_like(levels)
        drift[COMMON + 1 :] = BEND * DRIFT.repeat_interleave(2, 0)
        deviation = torch.sqrt(spread**2 + NOISE**2 + drift**2)
        z = (edges[None] - levels[:, :, None]) / deviation[:, :, None]
        found = (weights[:, None, None] * torch.special.ndtr(z)).sum(0)
        ends = torch.zeros(JOINTS, 1), torch.ones(JOINTS, 1)
        bins = torch.cat([ends[0], found, ends[1]], 1).diff(dim=1)
        variation = 0.5 * (bins - shares).abs().sum()

        mean = weights @ levels
        covariance = torch.einsum("k,ki,kj->ij", weights, levels - mean, levels - mean)
        sd = torch.sqrt(torch.diagonal(covariance) + weights @ deviation**2)
        correlation = covariance / sd[:, None] / sd[None]
        apart = sum((correlation[pair] - value) ** 2 for pair, value in CORRELATIONS.items())
        above = sum(torch.relu(correlation[pair] - 0.69) ** 2 for pair in OTHERS)
        of_class = ((by_class @ levels - means_of_expressed) ** 2).sum()

        near = 0.0
        for guard in range(COMMON + 1, COMMON + 1 + GUARDS):
            low = guard < COMMON + 3
            others = [*range(COMMON + 1), *([COMMON + 3, COMMON + 4] if low else [])]
            for other in others:
                variance = spread[guard] ** 2 + spread[other] ** 2
                square = (levels[guard] - levels[other]) ** 2
                overlap = 0.25 * (square / variance).sum()
                overlap = overlap + 0.5 * torch.log(variance / (2 * spread[guard] * spread[other])).sum()
                near = near + torch.relu(DISTANCE - square.sum().sqrt()) ** 2
                near = near + 0.01 * torch.relu(BHATTACHARYYA - overlap) ** 2
        uneven = (torch.relu((first_guard - 0.5).abs() - 0.15) ** 2).sum()
        cumulated = 3 * ((found - below) ** 2).sum()
        return cumulated + variation + 40 * (apart + above) + 150 * of_class + 10 * near + 2 * uneven

    optimizer = torch.optim.Adam([levels, spreads, logits, guard_logits], lr=0.01)
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / STEPS) + 1e-4
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        # A level far below zero is as good as one at zero.
        with torch.no_grad():
            levels.clamp_(min=-0.05)

    common, first_guard, by_class, spread = (value.detach() for value in model())
    fixed = levels.detach()
    order = torch.argsort(common, descending=True)
    common, held = common[order], fixed[:COMMON][order]
    # The likeliest weights of the test set that move the means as published.
    tilt = torch.zeros(4, requires_grad=True)
    share = (expressed_shares @ by_class)[:COMMON].sum()
    optimizer = torch.optim.Adam([tilt], lr=0.05)
    for _ in range(1500):
        test = torch.softmax(common.log() + held[:, :4] @ tilt, 0)
        moved = share * (test - common) @ held[:, :4]
        value = 1e4 * ((moved - TEST_SHIFT) ** 2).sum() + 0.5 * (test * (test / common).log()).sum()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()

    line = lambda values, digits: "[" + ", ".join(f"{x:.{digits}f}" for x in values) + "]"
    rows = [*order.tolist(), *range(COMMON, COMMON + 1 + GUARDS)]
    print(f"// loss {float(loss().detach()):.3f}; the test set's means move by {line(moved.detach(), 3)}")
    for row in rows:
        print(f"posture({line(fixed[row], 2)}, {line(spread[row], 2)}),")
    print("COMMON_WEIGHTS", line(common, 3))
    print("TEST_COMMON_WEIGHTS", line(test.detach(), 3))
    print("GUARDING_WEIGHTS", [line([float(x), 1 - float(x)], 3) for x in first_guard])


if __name__ == "__main__":
    main()
