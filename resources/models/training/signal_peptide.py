"""Train and measure the signal peptide predictor.

    python resources/models/training/signal_peptide.py --sequence-data FOLDER --work WORK --out signal_peptide.npz

FOLDER is described in labels.py. WORK keeps each trained net and its held-out probabilities, so that a run that was stopped
goes on where it was, and `heldout_signal.npz`: what a model that never saw a protein says of it, for the helix predictor.

Several nets, each from its own seed, are averaged. Each fold is predicted by nets that saw no relative of its proteins; the
curve from their mean to a probability and the threshold of a fold come from the other folds. Printed: the table of
docs/methods.md.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import labels
import layers
import measures
import numpy as np
import pandas as pd
import torch
from signal_net import SignalNet
from torch import nn

from myosieve.sequence import residues
from myosieve.sequence.signal_peptide import FIRST_SITE, LAST_SITE, LENGTH, open_to_others

CHANNELS, DROPOUT, RATE, DECAY = 48, 0.2, 2e-3, 3e-2
EPOCHS, DRAWN, BATCH = 20, 12_800, 128  # proteins drawn per epoch, by the square root of their family's size
SEEDS = (1, 2, 3)  # one net each
# Varied in training: share of residues hidden, of residues replaced by a similar one, of sequences with residues inserted or
# removed (up to MOST) ahead of the site, and of those that get another protein's residues behind it.
HIDDEN, REPLACED, MOVED, EXCHANGED = 0.05, 0.12, 0.5, 0.25
MOST = 3
KEPT_AHEAD, KEPT_BEHIND = 9, 8  # residues around the site that stay as they are
NONE, ANCHOR, SITES = 0, 1, 2  # outcomes; a cut behind residue s is outcome SITES + s - FIRST_SITE
OUTCOMES = SITES + LAST_SITE - FIRST_SITE + 1


def main() -> None:
    """Train what is missing, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="write the model, trained on all folds")
    parser.add_argument("--folds", type=int, nargs="*", default=[*range(labels.FOLDS)])
    parser.add_argument("--seeds", type=int, nargs="*", default=[*SEEDS])
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    rows = labels.read(options.sequence_data)
    codes = residues.n_termini(rows["sequence"].tolist(), LENGTH + MOST)
    fold = rows["fold"].to_numpy()
    for seed in options.seeds:
        for number in options.folds:
            path = options.work / f"signal_fold{number}_seed{seed}.npz"
            if not path.exists():
                net = train(rows, codes, fold != number, seed)
                held = np.flatnonzero(fold == number)
                np.savez(path, rows=held, chances=predict(net, codes[held, :LENGTH]))
    chances = gathered(options.work, len(rows), options.folds, options.seeds)
    model = measures.signal_tables(rows, codes[:, :LENGTH], chances, options.folds)
    np.savez(options.work / "heldout_signal.npz", **model.held_out)
    if options.out:
        nets = []
        for seed in options.seeds:
            path = options.work / f"signal_all_seed{seed}.pt"
            net = SignalNet(CHANNELS, DROPOUT)
            if path.exists():
                net.load_state_dict(torch.load(path))
            else:
                net = train(rows, codes, np.ones(len(rows), dtype=bool), seed)
                torch.save(net.state_dict(), path)
            nets.append(net.eval().arrays())
        layers.write(options.out, nets, model.numbers)


def permitted(rows: pd.DataFrame) -> np.ndarray:
    """Return which outcomes the labels permit for each protein, n x OUTCOMES; none where nothing is known."""
    signal, site = rows["signal"].to_numpy(), rows["site"].to_numpy()
    yes = np.array([value is True for value in signal])
    no = np.array([value is False for value in signal])
    placed = yes & (site >= FIRST_SITE) & (site <= LAST_SITE)
    allowed = np.zeros((len(rows), OUTCOMES), dtype=bool)
    allowed[np.flatnonzero(placed), (SITES + site[placed] - FIRST_SITE).astype(int)] = True
    allowed[yes & np.isnan(site), SITES:] = True
    allowed[no, :SITES] = True
    first = rows["labels"].str.find("H").to_numpy()
    allowed[no & (first >= 0) & (first < 60), NONE] = False  # its structure shows a helix at the start: an anchor
    return allowed


def train(rows: pd.DataFrame, codes: np.ndarray, use: np.ndarray, seed: int) -> SignalNet:
    """Return a net trained on the rows that `use` marks; one sequence counts once."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    allowed = permitted(rows)
    use = use & allowed.any(axis=1) & ~rows["sequence"].duplicated().to_numpy()
    # Proteins without a hydrophobic start teach little: fewer of them are drawn, and count for more.
    stretch = residues.window_sums(residues.HYDROPATHY_TENTHS[codes[:, :LAST_SITE]], 9).max(axis=1) / 90
    telling = allowed[:, SITES:].any(axis=1) | (rows["set"] == "membrane").to_numpy() | (stretch > 1.8)
    share = np.where(telling, 1.0, np.where(stretch > 1.3, 0.4, 0.1))
    pool = np.flatnonzero(use)
    chance = share[pool] / np.sqrt(np.minimum(rows["family"].to_numpy()[pool], 64))
    chance /= chance.sum()
    weight = torch.from_numpy(np.minimum(1 / share, 4).astype(np.float32))
    net = SignalNet(CHANNELS, DROPOUT)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = DRAWN // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * steps + 1, pct_start=0.15)
    begun = time.monotonic()
    for epoch in range(EPOCHS):
        net.train()
        drawn = draw.choice(pool, DRAWN, p=chance)
        total = 0.0
        for first in range(0, DRAWN, BATCH):
            batch = drawn[first : first + BATCH]
            others = draw.choice(pool, len(batch))
            varied, permits = moved(codes[batch], allowed[batch], codes[others], draw)
            x = layers.varied(torch.from_numpy(varied.astype(np.int64)), HIDDEN, REPLACED)
            likelihood = torch.logsumexp(net(x).masked_fill(~torch.from_numpy(permits), -60.0), dim=1)
            loss = -(weight[batch] * likelihood).sum() / weight[batch].sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {time.monotonic() - begun:.0f} s", flush=True)
    return net.eval()


def moved(
    codes: np.ndarray, allowed: np.ndarray, others: np.ndarray, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return starts (n x LENGTH) with residues inserted, removed or exchanged, and what their labels then permit.

    Nothing changes within KEPT_AHEAD residues ahead of a known site and KEPT_BEHIND behind it; an inserted residue repeats one
    that stands there.

    Parameters
    ----------
    codes, allowed
        Codes, n x (LENGTH + MOST), and outcomes that the labels permit.
    others
        Codes of other proteins, of the same shape.
    """
    count, length = codes.shape
    column = np.arange(length)
    placed = allowed[:, SITES:].sum(axis=1) == 1
    site = np.where(placed, FIRST_SITE + allowed[:, SITES:].argmax(axis=1), 0)
    exchanged = placed & (draw.random(count) < EXCHANGED)
    behind = exchanged[:, None] & (column >= (site + KEPT_BEHIND)[:, None])
    behind &= (codes != residues.ABSENT) & (others != residues.ABSENT)
    codes = np.where(behind, others, codes)
    step = draw.integers(1, MOST + 1, count) * draw.choice([-1, 1], count)
    step[draw.random(count) > MOVED] = 0
    step[placed & ((site + step < FIRST_SITE) | (site + step > LAST_SITE) | (site < KEPT_AHEAD + 7))] = 0
    last = np.where(placed, site - KEPT_AHEAD, 25)
    place = (1 + draw.random(count) * (np.maximum(last, 2) - 1)).astype(int)[:, None]
    column = column[:LENGTH]
    repeated = (step[:, None] > 0) & (column < place + step[:, None])
    source = np.where((column < place) | repeated, column, column - step[:, None])
    permits = allowed.copy()
    there = np.flatnonzero(placed & (step != 0))
    permits[there] = False
    permits[there, SITES + site[there] + step[there] - FIRST_SITE] = True
    return np.take_along_axis(codes, source, axis=1), permits


def predict(net: SignalNet, codes: np.ndarray) -> np.ndarray:
    """Return probabilities of the outcomes, n x OUTCOMES."""
    net.eval()
    with torch.no_grad():
        parts = [net(torch.from_numpy(codes[i : i + 512].astype(np.int64))).exp() for i in range(0, len(codes), 512)]
    return torch.cat(parts).numpy()


def gathered(work: Path, count: int, folds: list[int], seeds: list[int]) -> np.ndarray:
    """Return the held-out probabilities of every protein, combined as the shipped model does it; NaN where none."""
    chances = np.full((count, OUTCOMES), np.nan, dtype=np.float32)
    for number in folds:
        stored = [np.load(work / f"signal_fold{number}_seed{seed}.npz") for seed in seeds]
        mean = stored[0]["chances"]
        several = open_to_others(mean)
        mean[several] = np.mean([one["chances"][several] for one in stored], axis=0)
        chances[stored[0]["rows"]] = mean
    return chances


if __name__ == "__main__":
    main()
