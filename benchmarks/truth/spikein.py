"""Score the methods on spike-in mixtures, whose truth is what was pipetted.

    python benchmarks/truth/spikein.py [--methods limma_trend ...] [--normalization none] [--json out]

Needs the shared real data (MYOSIEVE_DATA). The tables go through MyoSieve's own intake and quantify steps with the default
filter. Normalization is not what is compared here, and a mixture in which a third of the proteins change defeats most of it:
unless one is named, the protein groups of the unchanged species are the reference that all samples are made equal in. FDP and
recall at q <= .05, the right sign counts; recall is over all spiked protein groups that pass the filter, tested or not; pAUC
up to a false-positive rate of 5 %, as a share of the whole.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy is imported

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pandas as pd
from methods import METHODS, PRECURSOR_METHODS
from normalizations import DATA, MIXTURES, Mixture, samples_of
from score import LEVEL, partial_auc, right_calls, scored
from simulate import Simulated

from myosieve import files, schema, settings
from myosieve.quant.normalization.methods import METHODS as NORMALIZATIONS
from myosieve.quant.normalization.methods import normalize
from myosieve.quant.step import quantify
from myosieve.tables.step import intake

UPS1, YEAST = "UPS1", "yeast"
_TABLES = ("intensities.tsv", "log2.tsv")


@dataclass(frozen=True)
class Test:
    """A mixture with the contrasts to test and what an informed analyst puts into the model."""

    mixture: Mixture
    batches: dict[str, str] | None = None  # of the sheet's columns


def _levels(*levels: tuple[str, str, float]) -> dict[str, dict[str, float]]:
    return {f"{high} - {low}": {UPS1: truth, YEAST: 0} for high, low, truth in levels}


_CPTAC = replace(
    MIXTURES["CPTAC 6, MaxQuant"],
    contrasts=_levels(("6B", "6A", 1.57), ("6C", "6A", 3.14), ("6C", "6B", 1.57)),
)
_PEPTIDES = replace(
    MIXTURES["CPTAC 6, precursors of quantms"],
    contrasts=_levels(("0.74", "0.25", 1.57), ("2.22", "0.74", 1.58), ("6.67", "2.22", 1.59), ("20.00", "6.67", 1.58)),
)
# The laboratories of CPTAC 6: runs 1-3, 4-6, 7-9 of every mixture.
_LABORATORIES = {column: f"lab{(int(column[-1]) + 2) // 3}" for column in _CPTAC.samples}


def ecoli_or_human(proteins: pd.DataFrame) -> pd.Series:
    """Return the species of MaxQuant's groups: E. coli with an accession of K12, human with a reviewed human one, not both.

    Groups often hold fragments and isoforms of neither list beside one that is; what holds none has no truth.
    """
    coli = accessions_of("spikein/ecoli_hela_PXD000279_maxquant/ecoli_UP000000625.fasta.gz")
    human = accessions_of("sequence/human_swissprot_2014.fasta.gz")

    def species(cell: str) -> str | None:
        members = {accession.split("-")[0] for accession in cell.split(";")}
        found = [name for name, known in (("coli", coli), ("human", human)) if members & known]
        return found[0] if len(found) == 1 else None

    return proteins["accessions"].map(species)


def accessions_of(fasta: str) -> set[str]:
    """Return the accessions of a FASTA file of the shared data."""
    with gzip.open(DATA / fasta, "rt", encoding="utf-8") as lines:
        return {line.split("|")[1] for line in lines if line.startswith(">")}


def _one_laboratory(first: int) -> Mixture:
    return replace(_CPTAC, samples={c: level for c, level in _CPTAC.samples.items() if first <= int(c[-1]) < first + 3})


TESTS = {
    "CPTAC 6, MaxQuant, 3 laboratories": Test(_CPTAC, _LABORATORIES),
    **{f"CPTAC 6, MaxQuant, laboratory {n}": Test(_one_laboratory(3 * n - 2)) for n in (1, 2, 3)},
    "CPTAC 6, precursors of quantms": Test(_PEPTIDES),
    **{title: Test(MIXTURES[title]) for title in ("UPS1 in E. coli, DIA-NN report", "HYE, DIA-NN")},
    "E. coli in HeLa, MaxQuant": Test(replace(MIXTURES["E. coli in HeLa, MaxQuant"], species=ecoli_or_human)),
}


def data_sets(test: Test, normalization: str | None, scratch: Path) -> Iterator[tuple[str, Simulated]]:
    """Return the data set of every contrast by its name: the kept protein groups, normalized, with their truth."""
    sheet = sheet_of(test)
    files.write_table(scratch / "sheet.tsv", sheet)
    intake(DATA / test.mixture.table, scratch / "sheet.tsv", settings.stage_defaults("tables"), scratch / "read")
    chosen = settings.stage_defaults("quant") | {"normalization": normalization or "none"}
    quantify(scratch / "read", chosen, scratch / "quant")
    proteins = files.read_table(scratch / "quant" / "proteins.tsv", schema.QUANTIFIED)
    values, raw = (files.read_table(scratch / "quant" / name).set_index("protein_group") for name in _TABLES)
    kept = proteins["excluded_because"].isna().to_numpy()
    species = test.mixture.species(proteins)[kept].to_numpy()
    values, raw = values[kept], raw[kept]
    for contrast, truths in test.mixture.contrasts.items():
        treatment, control = contrast.split(" - ")
        log2fc = pd.Series(species, index=values.index).map(truths)
        known = log2fc.notna()  # groups of several species have no truth
        table = _relative_to_unchanged(values, log2fc) if normalization is None else values
        seen = table[known].notna().any(axis=1)
        log2 = table[known][seen]
        truth = pd.DataFrame({"log2fc": log2fc[log2.index]})
        truth["kind"] = np.where(truth["log2fc"] == 0, "null", "changed")
        design = "~ condition + batch" if test.batches else "~ condition"
        precursors = _precursors(scratch / "read", log2, (table - raw).median())
        roles = {"treatment": treatment, "control": control}
        yield contrast, Simulated(log2, precursors, sheet, truth, design, roles)


def sheet_of(test: Test) -> pd.DataFrame:
    samples = samples_of(test.mixture)
    sheet = pd.DataFrame({"column": list(samples), "condition": list(samples.values())})
    sheet.insert(0, "sample", [f"s{place:02d}" for place in range(len(sheet))])
    return sheet.assign(batch=sheet["column"].map(test.batches)) if test.batches else sheet


def _relative_to_unchanged(values: pd.DataFrame, log2fc: pd.Series) -> pd.DataFrame:
    unchanged = list(values.index[log2fc == 0])
    return normalize(values, "reference", pd.Series(True, index=values.index), reference=unchanged).log2


def _precursors(read: Path, log2: pd.DataFrame, shift: pd.Series) -> pd.DataFrame | None:
    """Return the precursors of the protein groups, shifted as the groups' medians were."""
    stored = pd.read_parquet(read / "precursors.parquet")
    stored = stored[stored["protein_group"].isin(log2.index)]
    if stored.empty:
        return None
    linear = stored.set_index(["protein_group", "precursor"])[list(log2.columns)].astype(float)
    return np.log2(linear.where(linear > 0)) + shift


def scores_of(data: Simulated, method: str) -> dict[str, float]:
    """Score one method on one contrast."""
    found = (METHODS | PRECURSOR_METHODS)[method](data)
    rows = found.set_index("protein_group").reindex(data.truth.index)
    truth = data.truth["log2fc"].to_numpy()
    right = right_calls(rows["log2fc"].to_numpy(dtype=float), truth)
    score = scored(found, data.truth)
    score["pauc"] = partial_auc(rows["p_value"].to_numpy(dtype=float), right, truth != 0)
    score["true"] = float((truth != 0).sum())
    score["false_calls"] = float(((rows["q_value"].to_numpy(dtype=float) <= LEVEL) & ~right).sum())
    return score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--methods", nargs="+", choices=METHODS | PRECURSOR_METHODS)
    parser.add_argument("--normalization", choices=NORMALIZATIONS, help="instead of the unchanged species as reference")
    parser.add_argument("--json", type=Path, help="write the scores here as well")
    options = parser.parse_args()
    print("| data | contrast | true of all | method | calls | false | FDP | recall | pAUC | null P<.05 |")
    print("|" + "---|" * 10, flush=True)
    scores = []
    for title, test in TESTS.items():
        with tempfile.TemporaryDirectory() as folder:
            for contrast, data in data_sets(test, options.normalization, Path(folder)):
                usable = METHODS | (PRECURSOR_METHODS if data.precursors is not None else {})
                for method in usable:
                    if options.methods and method not in options.methods:
                        continue
                    s = scores_of(data, method)
                    scores.append({"data": title, "contrast": contrast, "method": method} | s)
                    print(
                        f"| {title} | {contrast} | {s['true']:.0f}/{len(data.truth)} | {method} | {s['calls']:.0f} "
                        f"| {s['false_calls']:.0f} | {s['fdp']:.3f} | {s['power']:.3f} | {s['pauc']:.3f} "
                        f"| {s['null_below']:.3f} |",
                        flush=True,
                    )
    if options.json:
        options.json.write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
