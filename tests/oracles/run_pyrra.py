"""Write what pyrra (pip install pyrra==0.1.1) makes of seeded rankings, for the test of robust rank aggregation.

    python tests/oracles/run_pyrra.py > tests/oracles/rra_pyrra.json

A missing rank is null. `exact` is pyrra's default for ten rankings or fewer.
"""

import json
import sys

import numpy as np
from pyrra import rho_scores

draw = np.random.default_rng(20261127)
cases = []
for rankings in (1, 2, 3, 5, 7, 10):
    ranks = draw.random((40, rankings)).round(3) + 0.0005
    ranks[::8] **= 3
    ranks[draw.random(ranks.shape) < 0.2] = np.nan
    ranks = ranks[~np.isnan(ranks).all(axis=1)]
    cases += [
        {"ranks": [None if np.isnan(r) else r for r in row.tolist()], "p": float(rho_scores(row, exact=True))}
        for row in ranks
    ]
json.dump({"pyrra": "0.1.1", "cases": cases}, sys.stdout, indent=0)
