r"""Train and measure the helix predictor.

    python resources/models/training/transmembrane.py \
        --sequence-data FOLDER --signal HELDOUT.npz --work WORK --out transmembrane.npz

FOLDER is described in labels.py; HELDOUT.npz is what signal_peptide.py wrote into its work folder (which signal peptide a model
that never saw the protein calls: what a user's protein gets). WORK keeps each trained net and its held-out scores, so that a
run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import functools
import re
import time
from dataclasses import dataclass
from pathlib import Path

import helix_measures
import labels
import layers
import numpy as np
import pandas as pd
import torch
from helix_net import LONGEST, SHORTEST, HelixNet, length_scores
from semi_markov import IMPOSSIBLE
from torch import nn

from myosieve.sequence import regions, residues

CHANNELS, DROPOUT, RATE, DECAY = 48, 0.3, 3e-3, 3e-2
EPOCHS, BATCH = 20, 24
# Per epoch: times that each membrane protein is shown, and the shares of the soluble and of the weakly labeled that are.
REPEATS, NEGATIVES, WEAK = 4, 0.4, 0.25
WEAK_WEIGHT = 1.0
RESIDUE_WEIGHT = 5.0
SLACK = 2  # residues by which a helix may end elsewhere than its label
LONGEST_PROTEIN = 2500  # longer soluble ones are left out of the training, not of the measuring


@dataclass
class Protein:
    """One protein as the network sees it: codes, length of its signal peptide, what is known, and its weight."""

    row: int
    codes: np.ndarray
    signal: int
    labels: str
    helical: bool
    weight: float
    found: regions.Regions

    @property
    def weak(self) -> bool:
        """Whether it is only known to have a helix, not where."""
        return self.helical and not self.labels


def main() -> None:
    """Train what is missing, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence-data", type=Path, required=True)
    parser.add_argument("--signal", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=int, nargs="*", default=[*range(labels.FOLDS)])
    parser.add_argument("--seeds", type=int, nargs="*", default=[1])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    rows = labels.read(options.sequence_data)
    proteins = prepare(rows, options.signal)
    fold = rows["fold"].to_numpy()
    for seed in options.seeds:
        for number in options.folds:
            kept = options.work / f"helix_fold{number}_seed{seed}.npz"
            if not kept.exists():
                net = train([p for p in proteins if fold[p.row] != number], seed, options.epochs)
                torch.save(net.state_dict(), kept.with_suffix(".pt"))
                held_out(net, [p for p in proteins if fold[p.row] == number], kept)
    numbers = helix_measures.tables(rows, proteins, options.work, options.folds, options.seeds)
    if options.out:
        nets = []
        for seed in options.seeds:
            path = options.work / f"helix_all_seed{seed}.pt"
            net = HelixNet(CHANNELS, DROPOUT, np.zeros(LONGEST - SHORTEST + 1))
            if path.exists():
                net.load_state_dict(torch.load(path))
            else:
                net = train(proteins, seed, options.epochs)
                torch.save(net.state_dict(), path)
            nets.append(net.eval().arrays())
        layers.write(options.out, nets, numbers)


def prepare(rows: pd.DataFrame, signal: Path | None) -> list[Protein]:
    """Return the proteins to train and measure on: known structures, soluble ones, and those that surely have a helix."""
    end = rows["site"].to_numpy(copy=True)
    known = rows["signal"].notna().to_numpy()
    if signal is not None:
        with np.load(signal) as stored:
            end = np.where(known, end, stored["end"])
    use = (rows["set"] == "membrane") | ((rows["set"] == "human") & rows["helical"].notna())
    proteins = []
    for row in np.flatnonzero(use):
        codes = residues.encode(rows["sequence"].iloc[row])
        proteins.append(
            Protein(
                row,
                codes,
                0 if np.isnan(end[row]) else int(end[row]),
                rows["labels"].iloc[row],
                bool(rows["helical"].iloc[row]),
                1 / np.sqrt(min(rows["family"].iloc[row], 64)),
                regions.find([codes]),
            )
        )
    return proteins


def train(proteins: list[Protein], seed: int, epochs: int) -> HelixNet:
    """Return a net trained on the proteins."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    proteins = [p for p in proteins if len(p.found.start) and (p.labels or len(p.codes) <= LONGEST_PROTEIN)]
    membrane = [p for p in proteins if p.labels]
    soluble = [p for p in proteins if not p.helical]
    weak = [p for p in proteins if p.weak]
    net = HelixNet(
        CHANNELS,
        DROPOUT,
        length_scores([len(helix) for p in membrane for helix in re.findall("(?<=[12])H+(?=[12])", p.labels)]),
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    size = REPEATS * len(membrane) + int(NEGATIVES * len(soluble)) + int(WEAK * len(weak))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=epochs * (size // BATCH) + 1, pct_start=0.15
    )
    begun = time.monotonic()
    for epoch in range(epochs):
        net.train()
        chosen = membrane * REPEATS
        chosen += [soluble[i] for i in draw.choice(len(soluble), int(NEGATIVES * len(soluble)), replace=False)]
        chosen += [weak[i] for i in draw.choice(len(weak), int(WEAK * len(weak)), replace=False)]
        order = draw.permutation(len(chosen))
        total = 0.0
        for first in range(0, size - BATCH + 1, BATCH):
            batch = [chosen[i] for i in order[first : first + BATCH]]
            loss = batch_loss(net, batch, draw)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / (size // BATCH):.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    net.eval()
    return net


def thinned(protein: Protein, draw: np.random.Generator) -> regions.Regions:
    """Return all regions of a protein of known structure; of another its hydrophobic regions and a quarter of the rest."""
    found = protein.found
    if protein.labels:
        return found
    sums = residues.window_sums(residues.INSERTION_HUNDREDTHS[protein.codes], regions.WINDOW)
    best = [
        sums[a : max(b - regions.WINDOW + 1, a + 1)].min(initial=10_000) / regions.WINDOW
        for a, b in zip(found.start, found.stop, strict=True)
    ]
    kept = (np.array(best) < 20) | (draw.random(len(best)) < 0.4)
    if not kept.any():
        kept[0] = True
    return regions.Regions(found.protein[kept], found.start[kept], found.stop[kept], found.lengths)


def viewed(batch: list[Protein], found: list[regions.Regions]) -> regions.View:
    """Return the proteins packed together."""
    joined = regions.Regions(
        np.concatenate([np.full(len(f.start), i) for i, f in enumerate(found)]),
        np.concatenate([f.start for f in found]),
        np.concatenate([f.stop for f in found]),
        np.array([len(p.codes) for p in batch]),
    )
    return regions.view([p.codes for p in batch], joined, np.array([p.signal for p in batch]))


def batch_loss(net: HelixNet, batch: list[Protein], draw: np.random.Generator) -> torch.Tensor:
    """Return the mean negative log likelihood of a batch, with the residues' own cross-entropy beside it."""
    seen = viewed(batch, [thinned(p, draw) for p in batch])
    present = np.isin(np.arange(len(batch)), seen.protein)  # a short protein may be all signal peptide
    if not present.all():
        return batch_loss(net, [p for p, here in zip(batch, present, strict=True) if here], draw)
    after = [p.signal > 0 for p in batch]
    e = net(seen)
    free = np.ones((len(e), 4), dtype=bool)
    free[seen.edge, 2:] = False
    allowed = free & permitted(batch, seen)
    total = net.log_sums(e, free, seen.protein, after)
    none = net.without_helix(e, seen.protein, after)
    weak = torch.tensor([p.weak for p in batch])
    labeled = np.array([bool(p.labels) for p in batch])
    fitting = none.clone()
    if labeled.any():
        chosen = labeled[seen.protein]
        number = np.cumsum(labeled) - 1
        sums = net.log_sums(
            e[torch.from_numpy(chosen)],
            allowed[chosen],
            number[seen.protein[chosen]],
            [a for a, here in zip(after, labeled, strict=True) if here],
        )
        fitting = fitting.masked_scatter(torch.from_numpy(labeled), sums)
    likelihood = fitting - total
    some = torch.log(-torch.expm1((none - total).clamp(max=-1e-4)))  # log of the chance of any helix
    likelihood = torch.where(weak, WEAK_WEIGHT * some, likelihood)
    possible = likelihood.detach() > IMPOSSIBLE / 1e6  # else the labels fit no topology of this field
    count = torch.tensor([max(1, len(re.findall("H+", p.labels))) for p in batch])
    weight = possible * torch.tensor([p.weight for p in batch], dtype=torch.float32) / count.sqrt()
    likelihood = torch.where(possible, likelihood, 0.0)
    residue = residue_likelihood(e, allowed, ~weak.numpy()[seen.protein], seen.protein, len(batch))
    return -(weight * (likelihood + RESIDUE_WEIGHT * residue)).sum() / weight.sum()


def permitted(batch: list[Protein], seen: regions.View) -> np.ndarray:
    """Return which states the labels permit at each candidate residue, n x 4."""
    allowed = np.ones((len(seen.protein), 4), dtype=bool)
    for number, protein in enumerate(batch):
        here = seen.protein == number
        if protein.labels:
            allowed[here] = states(protein.labels)[seen.residue[here]]
        elif not protein.helical:
            allowed[here, 2:] = False
    return allowed


@functools.cache
def states(text: str) -> np.ndarray:
    """Return which states the labels of a protein permit at each residue, n x 4.

    Where a helix ends is known to two residues; one shorter than any that the field knows may be longer, and one with the same
    side at both ends, which does not cross the membrane, may be anything.
    """
    letters = np.frombuffer(text.encode(), dtype=np.uint8)
    rows = np.ones((len(letters), 4), dtype=bool)
    rows[letters == ord("1")] = [True, False, False, False]
    rows[letters == ord("2")] = [False, True, False, False]
    rows[letters == ord("H")] = [False, False, True, True]
    for helix in re.finditer("H+", text):
        first, last = helix.span()
        slack = SLACK + max(0, -(-(SHORTEST - (last - first)) // 2))
        sides = text[first - 1 : first] + text[last : last + 1]
        if sides in ("11", "22"):
            rows[first:last] = True
        rows[max(first - slack, 0) : first + SLACK] = True
        rows[last - SLACK : last + slack] = True
    return rows


def residue_likelihood(
    e: torch.Tensor, allowed: np.ndarray, used: np.ndarray, protein: np.ndarray, count: int
) -> torch.Tensor:
    """Return the mean log probability that each residue alone has a permitted state, for each protein."""
    told = torch.from_numpy(~allowed.all(axis=1) & used)
    chance = torch.log_softmax(e, dim=1).masked_fill(torch.from_numpy(~allowed), -60.0)
    each = torch.logsumexp(chance, dim=1) * told
    owner = torch.from_numpy(protein)
    total = torch.zeros(count).index_add(0, owner, each)
    return total / torch.zeros(count).index_add(0, owner, told.float()).clamp(min=1)


def held_out(net: HelixNet, proteins: list[Protein], path: Path) -> None:
    """Write row, log odds of any helix and e of each protein that the net never saw."""
    net.eval()
    row, odds, kept = [], [], {}
    with torch.no_grad():
        for first in range(0, len(proteins), 64):
            batch = proteins[first : first + 64]
            seen = viewed(batch, [p.found for p in batch])
            present = np.unique(seen.protein)
            inside = [batch[i] for i in present]
            row += [p.row for p in batch]
            found = np.full(len(batch), -np.inf)
            if len(present):
                after = [p.signal > 0 for p in inside]
                owner = np.searchsorted(present, seen.protein)
                e = net(seen)
                free = np.ones((len(e), 4), dtype=bool)
                free[seen.edge, 2:] = False
                excess = (
                    (net.log_sums(e, free, owner, after) - net.without_helix(e, owner, after)).double().clamp(min=1e-9)
                )
                found[present] = torch.where(excess > 30, excess, torch.log(torch.expm1(excess))).numpy()
                for number, p in enumerate(inside):
                    here = owner == number
                    kept[f"e{p.row}"] = e.numpy()[here].astype(np.float32)
                    kept[f"residue{p.row}"] = seen.residue[here]
                    kept[f"edge{p.row}"] = seen.edge[here]
            odds.append(found)
    np.savez(
        path,
        row=np.array(row),
        odds=np.concatenate(odds),
        start=net.start.detach().numpy(),
        end=net.end.detach().numpy(),
        duration=net.duration.detach().numpy(),
        **kept,
    )


if __name__ == "__main__":
    main()
