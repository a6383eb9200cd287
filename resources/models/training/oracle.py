"""Write what PyTorch makes of a few sequences with tiny random nets, for the test that numpy makes the same of them.

    python resources/models/training/oracle.py --out tests/oracles/sequence_nets.json

The nets are those of the predictors with fewer channels; their batch normalization is given statistics of its own, so that
folding it into the weights is tested too. Arrays are written as base64 of little-endian float32, with their shapes.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import torch
from helix_net import LONGEST, SHORTEST, HelixNet, length_scores
from layers import Norm
from signal_net import SignalNet
from torch import nn

from myosieve.sequence import regions, residues
from myosieve.sequence.signal_peptide import LENGTH

SEED = 20_261
CHANNELS = {"signal": 6, "helix": 5}

# Made sequences: a signal peptide before two helices, all letters around one helix, one letter, shorter than a start, and
# seven helices.
_POLAR = "MSDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKESNDTGKPEQRDSNETKGPDQERSN"
_HELIX = "GLVIAFLLSIVAGLFWIVLA"
SEQUENCES = (
    "MKRTLLLLALLALLLAPASA" + _POLAR[1:] + _HELIX + _POLAR[1:40] + _HELIX + "RKRSEQ",
    "ACDEFGHIKLMNPQRSTVWYXBZJUO" * 2 + _HELIX + "ACDEFGHIKLMNPQRSTVWYXBZJUO" * 2,
    "M",
    "MKLLVVLLALLA",
    _POLAR[:45] + "".join(_HELIX + _POLAR[i : i + 15] for i in range(1, 50, 7)),
)
SIGNAL_END = (20, 0, 0, 5, 0)  # as if a signal peptide had been called there


def main() -> None:
    """Make the nets, run them, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    signal = SignalNet(CHANNELS["signal"], 0.1)
    helix = HelixNet(CHANNELS["helix"], 0.1, length_scores([17, 19, 20, 20, 21, 22, 25, 30]))
    content = {
        "made_by": f"resources/models/training/oracle.py, seed {SEED}, PyTorch {torch.__version__}",
        "sequences": SEQUENCES,
        "signal_end": SIGNAL_END,
        "shortest": SHORTEST,
        "longest": LONGEST,
        "signal": written({**unsettled(signal).arrays(), "expected.log_probability": signal_outputs(signal)}),
        "helix": written({**unsettled(helix).arrays(), **helix_outputs(helix)}),
    }
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def unsettled(net: nn.Module) -> nn.Module:
    """Return the net as if it had been trained: no number is left at what it began with."""
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, Norm):
                module.norm.running_mean.normal_(0, 0.3)
                module.norm.running_var.uniform_(0.3, 2)
                module.norm.weight.uniform_(0.5, 1.5)
                module.norm.bias.normal_(0, 0.3)
        for name, value in net.named_parameters():
            if name in ("place", "start", "end"):
                value.add_(torch.randn_like(value) * 0.3)
    return net.eval()


@torch.no_grad()
def signal_outputs(net: SignalNet) -> np.ndarray:
    """Return log probabilities, sequences x outcomes."""
    return net(torch.from_numpy(residues.n_termini(SEQUENCES, LENGTH).astype(np.int64))).numpy()


@torch.no_grad()
def helix_outputs(net: HelixNet) -> dict[str, np.ndarray]:
    """Return e of each candidate residue (n x 4), and per protein the sums over all topologies and over those without any."""
    codes = [residues.encode(sequence) for sequence in SEQUENCES]
    seen = regions.view(codes, regions.find(codes), np.array(SIGNAL_END))
    present = np.unique(seen.protein)
    owner = np.searchsorted(present, seen.protein)
    after = [SIGNAL_END[number] > 0 for number in present]
    e = net(seen)
    free = np.ones((len(e), 4), dtype=bool)
    free[seen.edge, 2:] = False
    return {
        "expected.protein": present,
        "expected.e": e.numpy(),
        "expected.log_sum": net.log_sums(e, free, owner, after).numpy(),
        "expected.without_helix": net.without_helix(e, owner, after).numpy(),
    }


def written(arrays: dict[str, np.ndarray]) -> dict[str, dict[str, object]]:
    """Return arrays as what JSON can hold."""
    return {
        name: {"shape": array.shape, "float32": base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()}
        for name, array in arrays.items()
    }


if __name__ == "__main__":
    main()
