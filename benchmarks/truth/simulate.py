r"""A label-free experiment with known truth, from precursors that are lost the less intense they are.

A precursor k of protein i in sample j has the log2 intensity

    y_kj = level_i + response_k + effect_ij + biology_ij + noise_kj,

with level ~ N(22, level_sd^2), response ~ N(0, response_sd^2), biology ~ N(0, s_i^2), 1 / s_i^2 ~ chi^2(d_0) / (d_0 s_0^2)
(the model of moderated t-tests, Smyth 2004, Stat Appl Genet Mol Biol 3:3) and noise ~ N(0, precursor_sd^2). Proteins have
1 + geometric precursors, `most_precursors` at most. The precursor is detected with probability

    1 / (1 + exp(-slope (y_kj - midpoint)))

(slopes near 0.9 are typical of DIA reports; Li & Smyth 2023, doi:10.1093/bioinformatics/btad200), with the midpoint at which
the wanted share of the cells of the *protein* table, among proteins that are seen at all, is empty. MaxLFQ makes proteins
of precursors.

Most proteins do not differ between the conditions; some change by 0.5 to 2.5 log2 either way; some are on or off: 6 log2
lower in one of the two conditions, where little of them is detected. What is otherwise wrong with an experiment is a
`Scenario`. All random numbers come from the seed; the truth of the contrast is treatment - control.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from myosieve.quant.normalization.methods import normalize
from myosieve.quant.rollup.methods import roll_up

CONTROL, TREATMENT = "control", "treatment"
CONTRAST = {"treatment": TREATMENT, "control": CONTROL}
UNCHANGED, CHANGED, ON_OFF = "null", "changed", "on_off"


@dataclass(frozen=True)
class Parameters:
    """The free parameters, log2 units; README.md says what the noise was calibrated to.

    Attributes
    ----------
    mean_precursors
        Of a protein, before the cut at `most_precursors`.
    biology_sd, biology_df
        s_0 and d_0 of the variance between samples.
    missing
        Share of empty cells in the protein table, where nothing shifts the detection.
    """

    proteins: int = 2000
    mean_precursors: float = 5.0
    most_precursors: int = 25
    level_sd: float = 4.5
    response_sd: float = 1.5
    biology_sd: float = 0.205
    biology_df: float = 6.0
    precursor_sd: float = 0.25
    slope: float = 0.9
    missing: float = 0.25
    changed: float = 0.07
    changed_least: float = 0.5
    changed_most: float = 2.5
    on_off: float = 0.03
    on_off_log2fc: float = 6.0


@dataclass(frozen=True)
class Scenario:
    """What sets an experiment apart; log2 units.

    Attributes
    ----------
    control, treatment
        Samples of each condition.
    null
        Nothing changes at all.
    paired_sd
        Standard deviation of protein x subject; every subject gives a sample to both conditions. 0: no subjects.
    batch_sd
        Standard deviation of protein x batch; two batches. 0: no batches.
    unbalanced
        The first batch holds a quarter of one condition and three quarters of the other.
    depth, batch_depth
        By how much the detection midpoint is higher in the treatment, in the second batch; intensities stay.
    variance_ratio
        Of the biological variance, treatment over control.
    shift
        Of everything in the treatment, before normalization by medians.
    detection_sd
        Standard deviation of a logit common to the samples of a condition, for every precursor, as where matches between runs
        carry an identification through the replicates.
    least_values
        Fewer values than this of a protein in a condition are emptied.
    """

    control: int = 4
    treatment: int = 4
    null: bool = False
    paired_sd: float = 0.0
    batch_sd: float = 0.0
    unbalanced: bool = False
    depth: float = 0.0
    batch_depth: float = 0.0
    variance_ratio: float = 1.0
    shift: float = 0.0
    detection_sd: float = 0.0
    least_values: int = 0

    @property
    def design(self) -> str:
        """The model formula that an informed analyst takes."""
        covariates = (["subject"] if self.paired_sd else []) + (["batch"] if self.batch_sd else [])
        return " + ".join(["~ condition", *covariates])


def _scenarios() -> dict[str, Scenario]:
    kinds = {
        "two_groups": {},
        "null": {"null": True},
        "depth": {"depth": 1.0},
        "batch": {"batch_sd": 0.5},
        "batch_missing": {"batch_sd": 0.5, "unbalanced": True, "batch_depth": 1.0},
        "paired": {"paired_sd": 0.8},
        "unequal_variances": {"variance_ratio": 4.0},
        "shift": {"shift": 0.5},
        "matching": {"detection_sd": 1.5},
        "prefiltered": {"least_values": 2},
    }
    named = {f"{kind}_{n}": Scenario(n, n, **how) for n in (4, 6) for kind, how in kinds.items()}
    return named | {"unequal_sizes": Scenario(4, 8, variance_ratio=0.25)}


SCENARIOS = _scenarios()


@dataclass(frozen=True)
class Simulated:
    """One data set.

    Attributes
    ----------
    proteins
        (m x n) log2 intensities, NaN = missing; index protein_group, columns samples. No row is empty.
    precursors
        (p x n) log2 intensities of the same proteins' precursors; index (protein_group, precursor). None where there are none.
    sheet
        sample, condition, and subject and batch where the design names them.
    truth
        (m rows, index protein_group) log2fc, kind: null, changed, on_off.
    design, contrast
        For `myosieve.differential.design`.
    """

    proteins: pd.DataFrame
    precursors: pd.DataFrame | None
    sheet: pd.DataFrame
    truth: pd.DataFrame
    design: str
    contrast: dict[str, str]


def simulate(scenario: Scenario | str, seed: int, parameters: Parameters | None = None) -> Simulated:
    """Make one data set.

    Parameters
    ----------
    scenario
        A scenario or the name of one of `SCENARIOS`.
    seed
        The same seed gives the same data set.
    parameters
        The calibrated ones, if None.
    """
    scenario = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    parameters = parameters or Parameters()
    rng = np.random.default_rng(seed)
    sheet = sheet_of(scenario)
    truth = _truth(rng, scenario, parameters)
    groups = np.repeat(np.arange(parameters.proteins), _precursor_counts(rng, parameters))
    complete = _complete(rng, scenario, parameters, sheet, truth["log2fc"].to_numpy(), groups)
    logit = parameters.slope * complete + _detection_effects(rng, scenario, sheet, len(complete))
    logit -= midpoint_logit(logit, groups, parameters.missing)
    treated, second = _treated(sheet), _second_batch(sheet)
    logit -= parameters.slope * (scenario.depth * (treated - 0.5) + scenario.batch_depth * second)
    detected = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    observed = _prefiltered(np.where(detected, complete, np.nan), groups, treated, scenario.least_values)
    return _assembled(observed, groups, sheet, truth, scenario)


def sheet_of(scenario: Scenario) -> pd.DataFrame:
    """Return the sample sheet: control samples, then treatment samples."""
    sizes = {CONTROL: scenario.control, TREATMENT: scenario.treatment}
    place = np.concatenate([np.arange(size) for size in sizes.values()])
    sheet = pd.DataFrame({"condition": np.repeat(list(sizes), list(sizes.values()))})
    sheet.insert(0, "sample", [f"s{j:02d}" for j in range(1, len(sheet) + 1)])
    if scenario.paired_sd:
        sheet["subject"] = [f"subject{j + 1}" for j in place]
    if scenario.batch_sd:
        share = {CONTROL: 0.75, TREATMENT: 0.25} if scenario.unbalanced else dict.fromkeys(sizes, 0.5)
        first = [place[j] < round(share[c] * sizes[c]) for j, c in enumerate(sheet["condition"])]
        sheet["batch"] = np.where(first, "batch1", "batch2")
    return sheet


def midpoint_logit(logit: np.ndarray, groups: np.ndarray, missing: float) -> float:
    """Return what to subtract from logits (p x n) so that the wanted share of the protein table is expected to be empty.

    The share is over the cells of proteins that are seen at all: with e_ij the chance that no precursor of protein i is
    detected in sample j, sum_ij (e_ij - prod_j e_ij) / (n sum_i (1 - prod_j e_ij)).
    """
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    low, high = logit.min() - 20, logit.max() + 20
    for _ in range(40):
        middle = (low + high) / 2
        undetected = -np.logaddexp(0, logit - middle)
        empty = np.exp(np.add.reduceat(undetected, starts, axis=0))
        never = empty.prod(axis=1, keepdims=True)
        share = (empty - never).sum() / (empty.shape[1] * (1 - never).sum())
        low, high = (middle, high) if share < missing else (low, middle)
    return (low + high) / 2


def _treated(sheet: pd.DataFrame) -> np.ndarray:
    return (sheet["condition"] == TREATMENT).to_numpy()


def _second_batch(sheet: pd.DataFrame) -> np.ndarray:
    return (sheet["batch"] == "batch2").to_numpy() if "batch" in sheet else np.zeros(len(sheet), dtype=bool)


def _truth(rng: np.random.Generator, scenario: Scenario, parameters: Parameters) -> pd.DataFrame:
    m = parameters.proteins
    shares = [1 - parameters.changed - parameters.on_off, parameters.changed, parameters.on_off]
    kind = rng.permutation(np.repeat([UNCHANGED, CHANGED, ON_OFF], _counts(shares, m)))
    sign = rng.choice([-1.0, 1.0], m)
    size = rng.uniform(parameters.changed_least, parameters.changed_most, m)
    log2fc = np.select([kind == CHANGED, kind == ON_OFF], [sign * size, sign * parameters.on_off_log2fc], 0.0)
    names = pd.Index([f"P{i:05d}" for i in range(m)], name="protein_group")
    if scenario.null:
        return pd.DataFrame({"log2fc": 0.0, "kind": UNCHANGED}, index=names)
    return pd.DataFrame({"log2fc": log2fc, "kind": kind}, index=names)


def _counts(shares: list[float], total: int) -> list[int]:
    rest = [round(share * total) for share in shares[1:]]
    return [total - sum(rest), *rest]


def _precursor_counts(rng: np.random.Generator, parameters: Parameters) -> np.ndarray:
    more = rng.geometric(1 / parameters.mean_precursors, parameters.proteins) - 1  # mean: mean_precursors - 1
    return np.minimum(1 + more, parameters.most_precursors)


def _complete(
    rng: np.random.Generator,
    scenario: Scenario,
    parameters: Parameters,
    sheet: pd.DataFrame,
    log2fc: np.ndarray,
    groups: np.ndarray,
) -> np.ndarray:
    """Return what one would see with nothing missing, (p x n) log2."""
    m, n = parameters.proteins, len(sheet)
    treated = _treated(sheet)
    level = rng.normal(22, parameters.level_sd, (m, 1))
    spread = parameters.biology_sd * np.sqrt(parameters.biology_df / rng.chisquare(parameters.biology_df, (m, 1)))
    protein = level + spread * rng.normal(size=(m, n)) * np.where(treated, np.sqrt(scenario.variance_ratio), 1.0)
    # An on/off protein is lowered where it is off; that of the others is a convention without consequence.
    lowered = np.minimum(log2fc, 0)[:, None] * treated - np.maximum(log2fc, 0)[:, None] * ~treated
    raised = log2fc[:, None] * treated
    protein += np.where(np.abs(log2fc)[:, None] >= parameters.on_off_log2fc, lowered, raised) + scenario.shift * treated
    for name, sd in (("subject", scenario.paired_sd), ("batch", scenario.batch_sd)):
        if sd:
            codes = pd.factorize(sheet[name])[0]
            protein += rng.normal(0, sd, (m, codes.max() + 1))[:, codes]
    response = rng.normal(0, parameters.response_sd, (len(groups), 1))
    return protein[groups] + response + rng.normal(0, parameters.precursor_sd, (len(groups), n))


def _detection_effects(rng: np.random.Generator, scenario: Scenario, sheet: pd.DataFrame, rows: int) -> np.ndarray:
    common = rng.normal(0, 1, (rows, 2))[:, _treated(sheet).astype(int)]
    return scenario.detection_sd * common


def _prefiltered(observed: np.ndarray, groups: np.ndarray, treated: np.ndarray, least: int) -> np.ndarray:
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    seen = np.logical_or.reduceat(~np.isnan(observed), starts, axis=0)
    emptied = np.zeros_like(seen)
    for members in (treated, ~treated):
        emptied[:, members] = (seen[:, members].sum(axis=1) < least)[:, None]
    return np.where(emptied[groups], np.nan, observed)


def _assembled(
    observed: np.ndarray, groups: np.ndarray, sheet: pd.DataFrame, truth: pd.DataFrame, scenario: Scenario
) -> Simulated:
    seen = ~np.isnan(observed).all(axis=1)
    observed, groups = observed[seen], groups[seen]
    places, codes = np.unique(groups, return_inverse=True)
    names = truth.index[places]
    number = np.arange(len(groups)) - np.flatnonzero(np.diff(codes, prepend=-1))[codes]
    index = pd.MultiIndex.from_arrays([names[codes], number], names=["protein_group", "precursor"])
    precursors = pd.DataFrame(observed, index=index, columns=sheet["sample"].to_numpy())
    proteins = pd.DataFrame(roll_up(observed, codes, "maxlfq").log2, index=names, columns=precursors.columns)
    if scenario.shift:
        normalized = normalize(proteins, "median", pd.Series(True, index=names))
        proteins, precursors = normalized.log2, precursors + normalized.shift
    return Simulated(proteins, precursors, sheet, truth.loc[names], scenario.design, CONTRAST)
