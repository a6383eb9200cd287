"""Small neural networks, run with numpy alone: dilated convolutions over packed sequences, and a bidirectional LSTM.

Sequences of different length are packed into one long row of residues with gaps between them. A mask is 1 on residues and 0 in
gaps; it is multiplied in after every layer, so that the zeros of a gap, at least as long as a convolution reaches, separate the
sequences as the border of each would (zero padding). Layers are

    embed      y[t] = relu(sum_k E[k, code[t + k]] + features[t + k] F[k] + b + p[t])     codes are looked up, not multiplied
    block      y[t] = x[t] + relu(sum_k x[t + k d] W[k] + b)                              He et al. 2016, arXiv:1512.03385
    lstm       i, f, g, o = x W + h U + b;  c = s(f) c + s(i) tanh(g);  h = s(o) tanh(c)  Hochreiter, Schmidhuber 1997,
                                                                                         Neural Comput 9:1735

with batch normalization (Ioffe, Szegedy 2015, arXiv:1502.03167) folded into W and b when the weights were written. Weights are
stored with 16 bits and computed with 32.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import as_strided

from myosieve.errors import InputError
from myosieve.sequence import residues

GAP = 16  # zeros between packed sequences; no convolution reaches further
_CHUNK = 2048  # residues computed at a time: the arrays of a chunk stay in the processor's cache

Weights = dict[str, np.ndarray]

_RESTORE = "restore the file that ships with MyoSieve"


def read_weights(path: Path | str) -> Weights:
    """Read the arrays of a model, in 32 bits.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as stored:
            return {name: stored[name].astype(np.float32) for name in stored.files}
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"not readable as a model ({error})", path, _RESTORE) from None


def read_model(path: Path | str, numbers: Sequence[str]) -> tuple[list[Weights], list[float]]:
    """Read the nets of a model (`net0.*`, `net1.*`, ...), and its further numbers by name.

    Raises
    ------
    InputError
        The file is missing or damaged, or lacks a number or all nets.
    """
    weights = read_weights(path)
    nets: list[Weights] = []
    while net := part(weights, f"net{len(nets)}"):
        nets.append(net)
    lacking = [name for name in numbers if name not in weights] + ["net0"] * (not nets)
    if lacking:
        raise InputError(f"not readable as a model (it lacks {lacking[0]})", path, _RESTORE)
    return nets, [float(weights[name]) for name in numbers]


def part(weights: Weights, prefix: str) -> Weights:
    """Return the arrays whose name starts with `prefix.`, without it."""
    start = f"{prefix}."
    return {name.removeprefix(start): array for name, array in weights.items() if name.startswith(start)}


@dataclass(frozen=True)
class Packed:
    """Sequences in one row: codes (n), features (n x f), mask (n, 1 on residues), and where each sequence begins."""

    codes: np.ndarray
    features: np.ndarray
    mask: np.ndarray
    starts: np.ndarray


def pack(codes: Sequence[np.ndarray], features: Sequence[np.ndarray]) -> Packed:
    """Pack sequences with a gap before each and one behind the last.

    Parameters
    ----------
    codes
        uint8 codes of each sequence.
    features
        Further numbers of each residue, residues x f.
    """
    lengths = np.array([len(code) for code in codes], dtype=np.int64)
    starts = GAP + np.cumsum(lengths + GAP) - (lengths + GAP)
    size = GAP + int((lengths + GAP).sum())
    packed = Packed(
        np.full(size, residues.ABSENT, dtype=np.uint8),
        np.zeros((size, features[0].shape[1] if len(features) else 0), dtype=np.float32),
        np.zeros((size, 1), dtype=np.float32),
        starts,
    )
    for start, code, feature in zip(starts, codes, features, strict=True):
        packed.codes[start : start + len(code)] = code
        packed.features[start : start + len(code)] = feature
        packed.mask[start : start + len(code)] = 1
    return packed


def embed(packed: Packed, weights: Weights, offset: np.ndarray | None = None) -> np.ndarray:
    """Return the first layer, n x c: `embed.codes` (k x 22 x c), `embed.features` (k x f x c), `embed.bias` (c).

    `offset` (n x c) is added before the relu, for what depends on the place alone.
    """
    tables, linear = weights["embed.codes"], weights["embed.features"]
    width, kinds, outer = linear.shape
    reach = width // 2
    out = np.empty((len(packed.codes), outer), dtype=np.float32)
    codes = np.pad(packed.codes, reach, constant_values=residues.ABSENT).astype(np.intp)
    features = np.pad(packed.features, ((reach, reach), (0, 0)))
    for rows in _chunks(len(out)):
        size = rows.stop - rows.start
        if kinds:
            seen = as_strided(features[rows.start :], (size, width * kinds), features.strides)
            total = seen @ linear.reshape(width * kinds, outer)
            total += weights["embed.bias"]
        else:
            total = np.broadcast_to(weights["embed.bias"], (size, outer)).copy()
        for step, table in enumerate(tables):
            # twice as fast as table[codes]
            total += np.take(table, codes[rows.start + step : rows.stop + step], axis=0)
        if offset is not None:
            total += offset[rows]
        np.maximum(total, 0, out=total)
        np.multiply(total, packed.mask[rows], out=out[rows])
    return out


def blocks(x: np.ndarray, mask: np.ndarray, weights: Weights, dilations: Sequence[int]) -> np.ndarray:
    """Return the residual blocks' output, n x c: `block<i>.kernel` (k x c x c), `block<i>.bias` (c)."""
    for number, dilation in enumerate(dilations):
        x = _block(x, mask, weights[f"block{number}.kernel"], weights[f"block{number}.bias"], dilation)
    return x


def _block(x: np.ndarray, mask: np.ndarray, kernel: np.ndarray, bias: np.ndarray, dilation: int) -> np.ndarray:
    width, inner, outer = kernel.shape
    reach = width // 2 * dilation
    padded = np.pad(x, ((reach, reach), (0, 0)))
    across, along = padded.strides
    matrix = kernel.reshape(width * inner, outer)
    out = np.empty_like(x)
    for rows in _chunks(len(x)):
        size = rows.stop - rows.start
        # what each residue sees, copied side by side: one product is faster than one for each offset
        seen = as_strided(padded[rows.start :], (size, width, inner), (across, across * dilation, along))
        total = seen.reshape(size, width * inner) @ matrix
        total += bias
        np.maximum(total, 0, out=total)
        total += x[rows]
        np.multiply(total, mask[rows], out=out[rows])
    return out


def lstm(x: np.ndarray, weights: Weights) -> np.ndarray:
    """Return the states of a bidirectional LSTM, b x t x 2 h.

    Weights are `forward.*` and `backward.*` of `input` (c x 4 h), `state` (h x 4 h) and `bias` (4 h).

    Parameters
    ----------
    x
        b sequences of t steps with c numbers each.
    """
    ways = [_lstm(x, part(weights, "forward"), 1), _lstm(x, part(weights, "backward"), -1)]
    return np.concatenate(ways, axis=2)


def _lstm(x: np.ndarray, weights: Weights, direction: int) -> np.ndarray:
    count, steps, _ = x.shape
    size = len(weights["state"])
    out = np.empty((count, steps, size), dtype=np.float32)
    hidden, cell = np.zeros((count, size), dtype=np.float32), np.zeros((count, size), dtype=np.float32)
    for step in range(steps)[::direction]:
        gates = x[:, step] @ weights["input"] + hidden @ weights["state"] + weights["bias"]
        # sigmoid(z) = (1 + tanh(z / 2)) / 2, with the halves already in the weights of the three gates
        gates = np.tanh(gates)
        opened = 0.5 + 0.5 * gates
        cell = opened[:, size : 2 * size] * cell + opened[:, :size] * gates[:, 2 * size : 3 * size]
        hidden = opened[:, 3 * size :] * np.tanh(cell)
        out[:, step] = hidden
    return out


def _chunks(size: int) -> Iterator[slice]:
    for start in range(0, size, _CHUNK):
        yield slice(start, min(start + _CHUNK, size))
