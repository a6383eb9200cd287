"""The network of the helix predictor in PyTorch, with the semi-Markov field on top of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from layers import Block, Embed, block_arrays, varied
from semi_markov import IMPOSSIBLE, forward_backward
from torch import nn

from myosieve.sequence.regions import View

SHORTEST, LONGEST = 15, 36  # residues of a helix
DILATIONS = (1, 2, 4, 8)
HIDDEN, REPLACED = 0.05, 0.1  # share of residues that are hidden, and replaced by a similar one, in training


class LogSum(torch.autograd.Function):
    """log of the sum over topologies of one protein: e (residues x 4), start, end (4), duration."""

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx,
        e: torch.Tensor,
        start: torch.Tensor,
        end: torch.Tensor,
        duration: torch.Tensor,
    ) -> torch.Tensor:
        """Return the log of the sum, and keep its derivatives."""
        arrays = [tensor.detach().numpy().astype(np.float64) for tensor in (e, start, end, duration)]
        log_sum, *slopes = forward_backward(*arrays, SHORTEST)
        context.save_for_backward(*(torch.from_numpy(slope.astype(np.float32)) for slope in slopes))
        return torch.tensor(log_sum, dtype=torch.float32)

    @staticmethod
    def backward(context: torch.autograd.function.FunctionCtx, slope: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the derivatives by the inputs of `forward`."""
        return tuple(slope * saved for saved in context.saved_tensors)


class HelixNet(nn.Module):
    """Packed regions -> e of each residue.

    `duration` holds the score of a helix by its length, `start` that of the first residue without and after a signal peptide.
    """

    def __init__(self, channels: int, dropout: float, lengths: np.ndarray) -> None:
        super().__init__()
        self.embed = Embed(2, channels, 9)
        self.blocks = nn.ModuleList([Block(channels, 5, dilation, dropout) for dilation in DILATIONS])
        self.out = nn.Conv1d(channels, 4, 1)
        # The shape of the lengths comes from the training proteins; what a helix costs at all is learned.
        self.register_buffer("lengths", torch.from_numpy(lengths.astype(np.float32)))
        self.entering = nn.Parameter(torch.tensor(-4.0))
        self.start = nn.Parameter(torch.tensor([[0.0, 0.0, -2.0, -2.0], [-3.0, 1.0, -6.0, -3.0]]))
        self.end = nn.Parameter(torch.zeros(4))

    @property
    def duration(self) -> torch.Tensor:
        """Score of helices of SHORTEST ... LONGEST residues."""
        return self.entering + self.lengths

    def forward(self, seen: View) -> torch.Tensor:
        """Return e of every candidate residue, n x 4."""
        codes = torch.from_numpy(seen.packed.codes.astype(np.int64))[None]
        if self.training:
            codes = varied(codes, HIDDEN, REPLACED)
        mask = torch.from_numpy(seen.packed.mask[:, 0])[None, None]
        x = self.embed(codes, torch.from_numpy(seen.packed.features)[None], mask)
        for block in self.blocks:
            x = block(x, mask)
        return self.out(x)[0].T[torch.from_numpy(seen.place)]

    def log_sums(
        self, e: torch.Tensor, allowed: np.ndarray, protein: np.ndarray, after_signal: Sequence[bool]
    ) -> torch.Tensor:
        """Return the log of the sum over the topologies that `allowed` (residues x 4) permits, for each protein."""
        limited = e.masked_fill(torch.from_numpy(~allowed), IMPOSSIBLE)
        bounds = np.searchsorted(protein, np.arange(len(after_signal) + 1))
        duration = self.duration
        sums = [
            LogSum.apply(limited[first:last], self.start[int(signal)], self.end, duration)
            for first, last, signal in zip(bounds[:-1], bounds[1:], after_signal, strict=True)
        ]
        return torch.stack(sums)

    def without_helix(self, e: torch.Tensor, protein: np.ndarray, after_signal: Sequence[bool]) -> torch.Tensor:
        """Return the log of the sum over the two topologies that have no helix, for each protein."""
        owner = torch.from_numpy(protein)
        sums = torch.zeros(len(after_signal), 2).index_add(0, owner, e[:, :2])
        start = torch.stack([self.start[int(signal)] for signal in after_signal])[:, :2]
        return torch.logsumexp(sums + start + self.end[:2], dim=1)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights as `myosieve.sequence.network` and `transmembrane` read them."""
        return {
            **self.embed.arrays(),
            **block_arrays(self.blocks),
            "out.kernel": self.out.weight.detach()[:, :, 0].T.numpy(),
            "out.bias": self.out.bias.detach().numpy(),
            "start": self.start.detach().numpy(),
            "end": self.end.detach().numpy(),
            "duration": self.duration.detach().numpy(),
        }


def length_scores(lengths: Sequence[int]) -> np.ndarray:
    """Return log probabilities of helices of SHORTEST ... LONGEST residues, smoothed over five lengths and never 0."""
    counts = np.bincount(np.clip(lengths, SHORTEST, LONGEST), minlength=LONGEST + 1)[SHORTEST:].astype(float)
    smooth = np.convolve(counts, np.array([1, 2, 3, 2, 1]) / 9, mode="same") + 0.1
    return np.log(smooth / smooth.sum())
