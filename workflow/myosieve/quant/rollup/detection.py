r"""The detection-probability curve: how likely a precursor of a given intensity is to be in the table at all.

With y the log2 intensity that a precursor has in a sample, seen or not,

    P(detected | y) = expit(b0 + b1 y).

b1 = 0 is missing at random, b1 -> infinity a sharp limit of detection; the curve lies between, near 0.7 to 0.9 for
data-independent acquisition (Li & Smyth 2023, doi:10.1093/bioinformatics/btad200).

**Estimation (observed-normal).** If the observed values of precursor i are N(m_i, s_i^2), Bayes' rule with the curve makes the
density of the missing ones proportional to N(y; m_i, s_i^2) exp(-b1 y), which is N(m_i - b1 s_i^2, s_i^2), and the log-odds of
detection are

    logit p_i = b0 + b1 x_i,    x_i = m_i - b1 s_i^2 / 2,

halfway between the means of the observed and of the missing values. So b0 and b1 follow from how often each precursor was
detected, d_i of n samples, with d_i >= 1 since a precursor that was never detected is not in the table:

    d_i ~ binomial(n, p_i) given d_i >= 1.

m_i is the mean of the observed values, s_i^2 their variance, moderated with a trend over m_i (`statistics.moderation`). As x_i
depends on b1, fit and x_i are repeated until b1 stays.

**Robustness.** Precursors that are absent from a whole group, samples of low quality, ions that are hard to detect at any
intensity: all make counts that scatter more than binomial ones, and would flatten the curve. The counts are therefore
beta-binomial, with mean n p_i and a correlation rho of detection between samples that is estimated along:
with M = (1 - rho) / rho,

    P(d) = (n over d) B(d + p M, n - d + (1 - p) M) / B(p M, (1 - p) M).

Where the curve explains the counts, rho is 0 and nothing is lost; where it does not, the slope errs to the flat side.

**Fallback.** A slope below 0.1 or above 1.0 is not believed: it becomes 0.7 and the intercept is fitted to it. Too flat a slope
is conservative, not invalid.

**Depth.** Samples that were measured less deeply have a curve of their own intercept, b0 + o_j; the offsets o_j are estimated
where the proteins of the precursors are known (`depth`), and are none where samples do not differ beyond doubt.

**Use.** What a missing value says about its expected level eta is `log_missing`: the log of E[1 - expit(b0 + o_j + b1 Y)],
Y ~ N(eta, s^2), by Gauss-Hermite quadrature with as many nodes as the spread b1 s asks for. It is concave in eta, since
1 - expit(b0 + b1 y) and the normal density are log-concave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from myosieve.quant.rollup.depth import depth_offsets
from myosieve.quant.rollup.quadrature import log_missed_mean
from myosieve.statistics.moderation import moderate

LOWEST_SLOPE, HIGHEST_SLOPE = 0.1, 1.0
PRESET_SLOPE = 0.7
# The slope is settled when a repetition moves it by less than this.
SLOPE_TOLERANCE = 1e-6
MOST_REPETITIONS = 100
# 1 / M = rho / (1 - rho) is this much at least: log-gamma functions of a larger M would lose the counts in rounding.
_LEAST_SCATTER = 1e-4
# Evidence for rho = 0 beforehand, worth so many precursors: two samples can hardly tell rho from the intercept.
_PRIOR_PRECURSORS = 10.0
# Log-odds of detection beyond which nothing changes.
_EXTREME = 15.0


@dataclass(frozen=True)
class DetectionCurve:
    """P(detected in sample j | y) = expit(intercept + offsets[j] + slope y).

    Attributes
    ----------
    intercept
        Log-odds at y = 0.
    slope
        Log-odds per log2 unit.
    source
        In words, where the curve comes from.
    offsets
        (n,) log-odds by which samples differ, in the order of the columns; () where they are alike.
    """

    intercept: float
    slope: float
    source: str
    offsets: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Make a list, as JSON gives it, a tuple."""
        object.__setattr__(self, "offsets", tuple(self.offsets))

    def by_sample(self, n: int) -> np.ndarray:
        """Return the offsets (n,) of n samples."""
        if self.offsets and len(self.offsets) != n:
            raise ValueError(f"the curve has offsets of {len(self.offsets)} samples, not {n}")
        return np.array(self.offsets) if self.offsets else np.zeros(n)


def detection_curve(log2: np.ndarray, groups: np.ndarray | None = None) -> DetectionCurve:
    """Estimate the detection-probability curve.

    Parameters
    ----------
    log2
        (p x n) log2 intensities of precursors, NaN = missing. Rows and columns without any value are ignored.
    groups
        (p,) protein of each precursor, non-decreasing; with it, samples may differ in depth. None: one curve for all.

    Returns
    -------
    DetectionCurve
        Its slope is 0.7 where the data give none between 0.1 and 1.0.

    Raises
    ------
    ValueError
        There is no value at all, or one is infinite.
    """
    if np.isinf(log2).any():
        raise ValueError("infinite intensity")
    observed = ~np.isnan(log2)
    seen, alive = observed.any(axis=1), observed.any(axis=0)
    if not seen.any():
        raise ValueError("no observed value to estimate a detection-probability curve from")
    n = int(alive.sum())
    count, mean, variance = _observed_moments(log2[np.ix_(seen, alive)], observed[np.ix_(seen, alive)])
    middle = mean.mean()
    fit = None
    if n > 1 and (count < n).any() and np.ptp(mean) > 0:
        fit = _fit(mean - middle, variance, count.astype(float), n)
    if fit is not None and LOWEST_SLOPE <= fit[1] <= HIGHEST_SLOPE:
        level, slope, rho = fit
        source = (
            f"estimated from {len(count)} precursors in {n} samples, "
            f"whose detection counts vary {1 + (n - 1) * rho:.2f} times as much as by chance alone"
        )
    else:
        slope = PRESET_SLOPE
        found = "no slope can be estimated" if fit is None else f"the estimated slope is {fit[1]:.3g}"
        source = (
            f"preset slope {PRESET_SLOPE}: {found} from {len(count)} precursors in {n} samples, "
            f"{LOWEST_SLOPE} to {HIGHEST_SLOPE} is expected"
        )
        level = _level_at(slope, mean - middle - slope * variance / 2, count, n)
    curve = DetectionCurve(float(level - slope * middle), float(slope), source)
    return curve if groups is None else _with_depth(curve, log2, groups, alive)


def _with_depth(curve: DetectionCurve, log2: np.ndarray, groups: np.ndarray, alive: np.ndarray) -> DetectionCurve:
    """Return the curve with the offsets of its samples (`depth`), in words too; samples without any value have none."""
    offsets = np.zeros(len(alive))
    offsets[alive] = depth_offsets(log2[:, alive], groups, curve.slope)
    if not offsets.any():
        return curve
    told = f"{curve.source}; samples differ in depth by log-odds from {offsets.min():.2f} to {offsets.max():.2f}"
    return replace(curve, source=told, offsets=tuple(offsets.tolist()))


def log_missing(
    curve: DetectionCurve, expected: np.ndarray, noise: np.ndarray, offset: np.ndarray | float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the log probability that a value is missing, and its derivatives by the expected level.

    Parameters
    ----------
    curve
        The detection-probability curve.
    expected
        (c,) expected log2 intensities.
    noise
        (c,) standard deviations around them, log2.
    offset
        (c,) what the samples of the values add to the log-odds of detection (`DetectionCurve.by_sample`).

    Returns
    -------
    (c,) log P(missing), first derivative (<= 0), second derivative (<= 0).
    """
    log_missed, detected, second = log_missed_mean(
        curve.intercept + offset + curve.slope * expected, curve.slope * noise
    )
    return log_missed, -curve.slope * detected, curve.slope**2 * second


def _observed_moments(log2: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return per precursor the number of values, their mean, and their variance moderated with a trend over the mean."""
    count = observed.sum(axis=1)
    mean = np.where(observed, log2, 0.0).sum(axis=1) / count
    squares = (np.where(observed, log2 - mean[:, None], 0.0) ** 2).sum(axis=1)
    df = (count - 1).astype(float)
    variance = np.divide(squares, df, out=np.full(len(df), np.nan), where=df > 0)
    moderated = moderate(variance, df, mean).variance
    pooled = squares.sum() / max(df.sum(), 1.0)  # fewer than three variances cannot be moderated
    return count, mean, np.where(np.isfinite(moderated), moderated, pooled)


def _fit(mean: np.ndarray, variance: np.ndarray, count: np.ndarray, n: int) -> tuple[float, float, float]:
    """Return the log-odds at mean 0, the slope and rho, by maximum likelihood; means and variances are per precursor."""
    from scipy.optimize import minimize

    scale = mean.std()

    def minus_log_likelihood(theta: np.ndarray, x: np.ndarray) -> tuple[float, np.ndarray]:
        scatter = np.exp(min(theta[2], 20.0))
        value, by_log_odds, by_size = _beta_binomial(
            theta[0] + theta[1] / scale * x, 1 / (scatter + _LEAST_SCATTER), count, n
        )
        by_scatter = -by_size.sum() / (scatter + _LEAST_SCATTER) ** 2 - _PRIOR_PRECURSORS / (1 + scatter)
        gradient = np.array([by_log_odds.sum(), (by_log_odds * x).sum() / scale, by_scatter * scatter])
        return -float(value.sum() - _PRIOR_PRECURSORS * np.log1p(scatter)) / len(x), -gradient / len(x)

    # The first start is the preset slope and little scatter; each repetition starts from the answer before.
    theta = np.array([0.0, PRESET_SLOPE * scale, -3.0])
    for _ in range(MOST_REPETITIONS):
        before = theta[1] / scale
        x = mean - before * variance / 2
        theta = minimize(minus_log_likelihood, theta, args=(x,), jac=True, method="BFGS", options={"gtol": 1e-6}).x
        if abs(theta[1] / scale - before) < SLOPE_TOLERANCE:
            break
    scatter = np.exp(min(theta[2], 20.0))
    return float(theta[0]), float(theta[1] / scale), float(scatter / (1 + scatter))


def _beta_binomial(
    log_odds: np.ndarray, size: float, count: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log P(count | count >= 1) of the beta-binomial without its binomial coefficient, derivatives by log-odds and M.

    Parameters
    ----------
    log_odds
        (p,) log-odds of the mean of the probability.
    size
        M, the sum of the two parameters of the beta distribution.
    count
        (p,) detections, 1 to n.
    n
        Samples.
    """
    from scipy.special import expit, gammaln, psi

    log_odds = np.clip(log_odds, -_EXTREME, _EXTREME)
    p, q = expit(log_odds), expit(-log_odds)
    a, b = p * size, q * size
    log_all = gammaln(n + size) - gammaln(size)
    psi_all = psi(n + size) - psi(size)
    log_a, log_b, psi_a, psi_b = gammaln(a), gammaln(b), psi(a), psi(b)
    # log P(0), and what is left of the probability
    log_none = gammaln(n + b) - log_b - log_all
    log_any = np.log(-np.expm1(log_none))
    odds_none = np.exp(log_none - log_any)
    none_b = psi(n + b) - psi_b
    hits, misses = psi(count + a) - psi_a, psi(n - count + b) - psi_b
    value = gammaln(count + a) - log_a + gammaln(n - count + b) - log_b - log_all - log_any
    by_p = size * (hits - misses - odds_none * none_b)
    by_size = p * hits + q * misses - psi_all + odds_none * (q * none_b - psi_all)
    return value, by_p * p * q, by_size


def _level_at(slope: float, x: np.ndarray, count: np.ndarray, n: int) -> float:
    """Return the log-odds at x = 0 for a given slope.

    One imagined detection and one imagined miss at x = 0 keep it finite where nothing is missing.
    """
    from scipy.optimize import brentq
    from scipy.special import expit, log_expit

    def score(level: float) -> float:
        """Return the derivative of the zero-truncated binomial likelihood, sum of d - n p / (1 - (1 - p)^n)."""
        log_odds = level + slope * x
        log_any = np.log(-np.expm1(n * log_expit(-log_odds)))
        return float((count - n * np.exp(log_expit(log_odds) - log_any)).sum() + 1 - 2 * expit(level))

    bound = 30.0 + slope * float(np.abs(x).max())
    return brentq(score, -bound, bound, xtol=1e-12)
