"""What page and workbook say, gathered once."""

import pandas as pd

from myosieve.report.content import Contrast


def contrast(reasons: list[str]) -> Contrast:
    nothing = pd.DataFrame({"q_value": [], "log2fc": []})
    return Contrast("c", "", nothing, nothing, pd.DataFrame({"excluded_because": reasons}), 0.05)


def test_reasons_that_differ_only_in_the_counts_of_samples_are_counted_as_one() -> None:
    reasons = [
        "seen in 3 of 5 treatment and 0 of 5 control samples: no fold change can be estimated",
        "seen in 0 of 5 treatment and 12 of 15 control samples: no fold change can be estimated",
        "seen in 1 of 5 treatment and 1 of 5 control samples: the design cannot estimate the contrast from these samples",
        "serum protein of Bos taurus",
    ]
    assert contrast(reasons).exclusions == [
        ("seen in too few samples: no fold change can be estimated", 2),
        ("seen in too few samples: the design cannot estimate the contrast from these samples", 1),
        ("serum protein of Bos taurus", 1),
    ]
