"""The network of the signal peptide predictor in PyTorch."""

from __future__ import annotations

import numpy as np
import torch
from layers import Block, Embed, block_arrays, lstm_arrays
from torch import nn
from torch.nn import functional

from myosieve.sequence import residues
from myosieve.sequence.signal_peptide import FIRST_SITE, LAST_SITE, LENGTH

DILATIONS = (1, 2)


class SignalNet(nn.Module):
    """First residues -> log probabilities of no signal, anchor, and a cut behind residue FIRST_SITE ... LAST_SITE.

    Whether there is a signal peptide and where it is cut are one decision, so that no site can be called without the signal and
    no signal without a site.
    """

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        self.embed = Embed(0, channels, 7)
        self.place = nn.Parameter(torch.zeros(channels, LENGTH))
        self.blocks = nn.ModuleList([Block(channels, 5, dilation, dropout) for dilation in DILATIONS])
        self.lstm = nn.LSTM(channels, channels, batch_first=True, bidirectional=True)
        self.site = nn.Conv1d(2 * channels, 1, 3, padding=1)
        self.attention = nn.Conv1d(2 * channels, 1, 1)
        self.hidden = nn.Linear(4 * channels, 32)
        self.other = nn.Linear(32, 2)
        self.dropout = nn.Dropout(dropout)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        """Return log probabilities, n x (2 + sites), of codes n x LENGTH."""
        present = codes != residues.ABSENT
        mask = torch.ones(len(codes), 1, LENGTH)
        x = self.embed(codes, None, mask, self.place)
        for block in self.blocks:
            x = block(x, mask)
        states = self.lstm(self.dropout(x).transpose(1, 2))[0].transpose(1, 2)
        sites = self.site(states)[:, 0, FIRST_SITE - 1 : LAST_SITE].masked_fill(
            ~present[:, FIRST_SITE : LAST_SITE + 1], -30.0
        )
        attention = torch.softmax(self.attention(states)[:, 0].masked_fill(~present, -30.0), dim=1)
        pooled = torch.cat([(states * attention[:, None]).sum(2), states.amax(2)], dim=1)
        other = self.other(self.dropout(functional.relu(self.hidden(pooled))))
        return torch.log_softmax(torch.cat([other, sites], dim=1), dim=1)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights as `myosieve.sequence.signal_peptide` reads them."""
        return {
            **self.embed.arrays(),
            "place": self.place.detach().T.numpy(),
            **block_arrays(self.blocks),
            **lstm_arrays(self.lstm),
            "site.kernel": self.site.weight.detach()[0].T.numpy(),
            "site.bias": self.site.bias.detach().numpy(),
            "attention.kernel": self.attention.weight.detach()[0, :, 0].numpy(),
            "attention.bias": self.attention.bias.detach().numpy(),
            "hidden.kernel": self.hidden.weight.detach().T.numpy(),
            "hidden.bias": self.hidden.bias.detach().numpy(),
            "other.kernel": self.other.weight.detach().T.numpy(),
            "other.bias": self.other.bias.detach().numpy(),
        }
