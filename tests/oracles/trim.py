"""Trim what the scripts beside this one wrote to what the tests compare. Usage: trim.py FROM TO.

All proteins stay, since the prior is estimated over all of them; columns go that no test reads. Intensities keep
all their digits, results twelve: the tests compare to 1e-8.
"""

import gzip
import sys
from pathlib import Path

import pandas as pd

# What the moderation of variances starts from, and what it gives: one row per protein, the same for every contrast.
VARIANCES = ["protein_group", "sigma", "df_residual", "mean_log2"]
MODERATED = ["protein_group", "s2_post", "df_total", "df_prior"]
KEEP = ["contrast", "protein_group", "log2fc", "t", "df_total", "p_value", "q_value", "s2_post", "stdev_unscaled"]


def write(path: Path, table: pd.DataFrame, number_format: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = table.to_csv(sep="\t", index=False, float_format=number_format, lineterminator="\n")
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def one_contrast(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["contrast"] == table["contrast"].iloc[0]]


source, target = Path(sys.argv[1]), Path(sys.argv[2])
for path in sorted(source.glob("*.samples.tsv")):
    case = path.name.split(".")[0]
    (target / path.name).write_bytes(path.read_bytes())
    # All digits of the input: trimming it would move the results.
    write(target / f"{case}.intensities.tsv.gz", pd.read_csv(source / f"{case}.intensities.tsv", sep="\t"), "%.17g")
    for result in sorted((source / "limma-3.63").glob(f"{case}.*.tsv.gz")):
        kind = result.name.split(".")[1]
        if kind in ("plain", "trend", "exact_plain", "exact_trend"):
            table = pd.read_csv(result, sep="\t")
            write(target / "limma-3.63" / result.name, table[[c for c in KEEP if c in table]], "%.12g")
    plain = one_contrast(pd.read_csv(source / "limma-3.63" / f"{case}.plain.tsv.gz", sep="\t"))
    write(target / f"{case}.variances.tsv.gz", plain[VARIANCES], "%.17g")
    for version, kinds in (
        ("3.63", ["robust", "trend_robust"]),
        ("3.54", ["plain", "trend", "robust", "trend_robust"]),
    ):
        for kind in kinds:
            name = f"limma-{version}/{case}.{kind}.tsv.gz"
            write(target / name, one_contrast(pd.read_csv(source / name, sep="\t"))[MODERATED], "%.13g")
    for kind, columns in (("treat0.5", ["t", "p_value"]), ("exact_trend_robust", ["t", "df_total", "p_value"])):
        name = f"limma-3.63/{case}.{kind}.tsv.gz"
        if (source / name).exists():
            table = pd.read_csv(source / name, sep="\t")
            write(target / name, table[["contrast", "protein_group", *columns]], "%.13g")
for path in sorted((source / "limma-3.63").glob("*.normalize_*.tsv.gz")):
    table = pd.read_csv(path, sep="\t", index_col=0).rename_axis("protein_group").reset_index()
    write(target / "limma-3.63" / path.name, table, "%.12g")
for name, digits in (
    *(("maxlfq_iq", "%.12g"), ("dpcde_limpa", "%.12g")),
    *(("dpcquant_limpa", "%.8g"), ("dpcquant_limpa_se", "%.8g")),
):
    write(target / f"{name}.tsv.gz", pd.read_csv(source / f"{name}.tsv.gz", sep="\t"), digits)
for name in ("precursors.tsv.gz", "dpc_limpa.txt"):
    (target / name).write_bytes((source / name).read_bytes())
for version in ("limma-3.63", "limma-3.54"):
    (target / version / "VERSION").write_bytes((source / version / "VERSION").read_bytes())
