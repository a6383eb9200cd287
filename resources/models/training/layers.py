"""The layers of `myosieve.sequence.network`, as PyTorch trains them, and how their weights are written for it."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from myosieve.sequence import residues

CODES = residues.ABSENT + 1

# Residues of like nature, for replacing; rows in the order of residues.ALPHABET.
_SIMILAR = (
    "AGST", "CSA", "DEN", "EDQ", "FYWLM", "GASN", "HNQY", "IVLM", "KRQ", "LIMVF",
    "MLIV", "NDSH", "PASG", "QEKR", "RKQ", "STAN", "TSAV", "VILA", "WFYL", "YFHW",
)  # fmt: skip
SIMILAR = torch.tensor([[residues.ALPHABET.index(row[i % len(row)]) for i in range(12)] for row in _SIMILAR])


def varied(codes: torch.Tensor, hidden: float, replaced: float) -> torch.Tensor:
    """Return codes of which a share is hidden (read as unknown) and a share replaced by a similar residue."""
    codes = codes.clone()
    chance = torch.rand(codes.shape)
    residue = codes < residues.UNKNOWN
    codes[residue & (chance < hidden)] = residues.UNKNOWN
    other = residue & (chance > 1 - replaced)
    codes[other] = SIMILAR[codes[other], torch.randint(0, SIMILAR.shape[1], (int(other.sum()),))]
    return codes


class Norm(nn.Module):
    """Batch normalization over the residues only; gaps stay 0."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return x normalized where the mask is 1, n x channels x residues."""
        if not self.training:
            return self.norm(x)
        rows, kept = x.transpose(1, 2).reshape(-1, x.shape[1]), mask.reshape(-1) > 0
        out = torch.zeros_like(rows)
        out[kept] = self.norm(rows[kept])
        return out.reshape(x.shape[0], x.shape[2], -1).transpose(1, 2)


class Embed(nn.Module):
    """Codes and features -> channels; what lies beyond the row reads as ABSENT."""

    def __init__(self, features: int, channels: int, width: int) -> None:
        super().__init__()
        self.features, self.width = features, width
        self.conv = nn.Conv1d(CODES + features, channels, width, bias=False)
        self.norm = Norm(channels)

    def forward(
        self, codes: torch.Tensor, features: torch.Tensor | None, mask: torch.Tensor, offset: torch.Tensor | float = 0.0
    ) -> torch.Tensor:
        """Return n x channels x residues; `offset` is added before the relu."""
        reach = self.width // 2
        x = functional.one_hot(functional.pad(codes, (reach, reach), value=residues.ABSENT), CODES).float()
        if features is not None:
            x = torch.cat([x, functional.pad(features, (0, 0, reach, reach))], dim=2)
        return functional.relu(self.norm(self.conv(x.transpose(1, 2)), mask) + offset) * mask

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the weights as `myosieve.sequence.network.embed` reads them."""
        kernel, bias = folded(self.conv, self.norm)
        return {"embed.codes": kernel[:, :CODES], "embed.features": kernel[:, CODES:], "embed.bias": bias}


class Block(nn.Module):
    """x + dropout(relu(norm(conv(x))))."""

    def __init__(self, channels: int, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        padding = width // 2 * dilation
        self.conv = nn.Conv1d(channels, channels, width, padding=padding, dilation=dilation, bias=False)
        self.norm, self.dropout = Norm(channels), nn.Dropout(dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return n x channels x residues."""
        return (x + self.dropout(functional.relu(self.norm(self.conv(x), mask)))) * mask


def folded(conv: nn.Conv1d, norm: Norm) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel (width x in x out) and bias of a convolution with its normalization."""
    inner = norm.norm
    scale = (inner.weight / torch.sqrt(inner.running_var + inner.eps)).detach()
    kernel = (conv.weight.detach() * scale[:, None, None]).permute(2, 1, 0).numpy()
    return kernel, (inner.bias.detach() - inner.running_mean * scale).numpy()


def block_arrays(blocks: nn.ModuleList) -> dict[str, np.ndarray]:
    """Return `block<i>.kernel` and `block<i>.bias` of residual blocks."""
    arrays = {}
    for number, block in enumerate(blocks):
        arrays[f"block{number}.kernel"], arrays[f"block{number}.bias"] = folded(block.conv, block.norm)
    return arrays


def lstm_arrays(lstm: nn.LSTM) -> dict[str, np.ndarray]:
    """Return the arrays of a bidirectional LSTM of one layer, as `myosieve.sequence.network.lstm` reads them.

    PyTorch's order of gates is input, forget, cell, output; the three sigmoid gates are halved, since
    sigmoid(z) = (1 + tanh(z / 2)) / 2.
    """
    size = lstm.hidden_size
    half = np.repeat([0.5, 0.5, 1.0, 0.5], size).astype(np.float32)
    arrays = {}
    for name, ending in (("forward", ""), ("backward", "_reverse")):
        weight = {kind: getattr(lstm, f"{kind}_l0{ending}").detach().numpy() for kind in ("weight_ih", "weight_hh")}
        bias = sum(getattr(lstm, f"{kind}_l0{ending}").detach().numpy() for kind in ("bias_ih", "bias_hh"))
        arrays[f"{name}.input"] = weight["weight_ih"].T * half
        arrays[f"{name}.state"] = weight["weight_hh"].T * half
        arrays[f"{name}.bias"] = bias * half
    return arrays


def write(path: str, nets: list[dict[str, np.ndarray]], numbers: dict[str, float]) -> None:
    """Write the nets of a model, in 16 bits, and its further numbers, in 64, as `myosieve.sequence.network` reads them."""
    arrays = {f"net{i}.{name}": array.astype(np.float16) for i, net in enumerate(nets) for name, array in net.items()}
    np.savez_compressed(path, **arrays, **{name: np.array(value, dtype=np.float64) for name, value in numbers.items()})
