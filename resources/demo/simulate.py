"""Simulate the embedded demo: conditioned medium of human myotubes under electrical pulse stimulation.

    python resources/demo/simulate.py [--out resources/demo]

Reads human.fasta.gz, other.fasta.gz and proteins.tsv beside this file (real accessions, symbols and sequences) and writes
proteinGroups.txt.gz in MaxQuant's layout, samples.tsv and truth.tsv; and, by plate.py, a bead-array plate of the samples:
plate.csv and panel.tsv. EVERY INTENSITY AND CONCENTRATION IS SIMULATED: the demo shows how MyoSieve works, never what muscle
does. Same seed, same bytes; SOURCES.md tells what the parameters mean.
"""

from __future__ import annotations

import argparse
import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import maxquant
import measurement
import numpy as np
import pandas as pd
import parameters
import plate


def samples() -> pd.DataFrame:
    """Return the sample sheet: 3 conditions x 5 donors, one dish each."""
    rows = [
        (f"{condition}_{donor}", f"{condition[0].upper()}_{donor}", condition, donor, parameters.BATCHES[donor])
        for condition in parameters.CONDITIONS
        for donor in parameters.DONORS
    ]
    return pd.DataFrame(rows, columns=["sample", "column", "condition", "subject", "batch"])


def read_fasta(path: Path) -> dict[str, tuple[str, str]]:
    """Return header and sequence by accession."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        entries = lines.read().removeprefix(">").split("\n>")
    split = (entry.split("\n", 1) for entry in entries)
    return {header.split("|")[1]: (header, residues.replace("\n", "")) for header, residues in split}


def read_proteins(folder: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row per simulated protein group: accession, class, basis, members and headers (lists), sequence.

    Decoys are reversed sequences; groups identified by site only are taken from the class `other`.
    """
    entries = read_fasta(folder / "human.fasta.gz") | read_fasta(folder / "other.fasta.gz")
    table = pd.read_csv(folder / "proteins.tsv", sep="\t")
    groups = table[table["accession"] == table["group"]].reset_index(drop=True)
    by_site = rng.choice(groups.index[groups["class"] == "other"], parameters.BY_SITE, replace=False)
    groups.loc[by_site, "class"] = "by_site"
    decoys = rng.choice(groups.index[groups["class"] == "cytosol"], parameters.DECOYS, replace=False)
    groups = pd.concat([groups, groups.loc[decoys].assign(**{"class": "decoy"})], ignore_index=True)

    paralogs = table[table["class"] == "paralog"].groupby("group")["accession"].agg(list)
    described = [
        members_of([accession, *paralogs.get(accession, [])], name, entries)
        for accession, name in zip(groups["accession"], groups["class"], strict=True)
    ]
    groups["members"], groups["headers"] = (list(column) for column in zip(*described, strict=True))
    groups["sequence"] = [entries[accession][1] for accession in groups["accession"]]
    reverse = groups["class"] == "decoy"
    groups.loc[reverse, "sequence"] = groups.loc[reverse, "sequence"].str[::-1]
    return groups


def members_of(accessions: list[str], name: str, entries: dict[str, tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the accessions of a group as MaxQuant writes them, and their FASTA headers."""
    lead, headers = accessions[0], [entries[accession][0] for accession in accessions]
    if name in ("contaminant", "decoy"):
        return [("CON__" if name == "contaminant" else "REV__") + lead], headers
    if lead not in (*parameters.ISOFORM_FIRST, *parameters.ISOFORM_SECOND):
        return accessions, headers
    isoform = re.sub(r"^sp\|(\w+)\|(\S+) (.+) OS=", r"sp|\1-2|\2 Isoform 2 of \3 OS=", headers[0])
    order = -1 if lead in parameters.ISOFORM_FIRST else 1
    return [lead, f"{lead}-2"][::order], [headers[0], isoform][::order]


def plant(proteins: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the planted truth: per protein its log2 effect in each condition (minus infinity = absent) and its kind."""
    truth = pd.DataFrame(0.0, index=proteins.index, columns=parameters.CONDITIONS).assign(kind="")
    known = proteins["accession"].isin(list(parameters.MYOKINES)) & (proteins["class"] != "decoy")
    truth.loc[known, "kind"] = "secreted"
    effects = [parameters.MYOKINES[accession] for accession in proteins.loc[known, "accession"]]
    truth.loc[known, ["endurance", "resistance"]] = np.array(effects)

    def free(classes: Sequence[str]) -> np.ndarray:
        return rng.permutation(truth.index[proteins["class"].isin(classes) & (truth["kind"] == "")])

    for kind, classes, counts in (
        ("secreted", parameters.SECRETED, parameters.SECRETED_COUNTS),
        ("intracellular", parameters.INTRACELLULAR, parameters.INTRACELLULAR_COUNTS),
    ):
        drawn = np.concatenate([responses(response, count, rng) for response, count in counts.items()])
        rows = free(classes)[: len(drawn)]
        truth.loc[rows, "kind"] = kind
        truth.loc[rows, ["endurance", "resistance"]] = drawn
    for row, present in zip(free(["secreted", "signal"]), parameters.SWITCHED, strict=False):
        truth.loc[row, "kind"] = "secreted"
        truth.loc[row, [condition for condition in parameters.CONDITIONS if condition not in present]] = -np.inf
    return truth


def responses(response: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return log2 effects of endurance and resistance (count x 2) for proteins that respond in one way."""
    low, high = parameters.OPPOSITE_EFFECTS if response == "opposite" else parameters.EFFECTS
    sign = np.where(rng.random(count) < parameters.UP_SHARE, 1.0, -1.0)
    first, second = (rng.uniform(low, high, (2, count)) * sign).round(3)
    nothing = np.zeros(count)
    pairs = {
        "both": (first, first),
        "opposite": (first, -second),
        "endurance": (first, nothing),
        "resistance": (nothing, second),
    }
    return np.column_stack(pairs[response])


def amounts(proteins: pd.DataFrame, planted: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the log2 amount of each protein in an undisturbed dish."""
    amount = proteins["class"].map(parameters.AMOUNT).to_numpy()
    amount = amount + parameters.AMOUNT_SD * rng.standard_normal(len(proteins))
    abundant = (proteins["basis"] == "listed") & proteins["class"].isin(list(parameters.SPILL))
    amount += parameters.LISTED_BONUS * abundant.to_numpy()
    # Reflected at the floor rather than cut off, so that planted proteins do not share one amount.
    floor = parameters.PLANTED_FLOOR
    amount = np.where(planted, floor + np.abs(amount - floor), amount)
    known = proteins["accession"].isin(list(parameters.MYOKINES))
    return np.where(known, rng.uniform(*parameters.MYOKINE_AMOUNTS, len(proteins)), amount)


def levels(proteins: pd.DataFrame, truth: pd.DataFrame, sheet: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return the log2 amount of each protein (rows) in each sample (columns); minus infinity where it is absent."""
    count, runs = len(proteins), len(sheet)
    level = np.repeat(amounts(proteins, (truth["kind"] != "").to_numpy(), rng)[:, None], runs, axis=1)
    made_by_cells = ~proteins["class"].isin(["contaminant", "bovine_serum"]).to_numpy()[:, None]
    for column, deviation in (("subject", parameters.DONOR_SD), ("batch", parameters.BATCH_SD)):
        names, position = np.unique(sheet[column], return_inverse=True)
        level += made_by_cells * deviation * rng.standard_normal((count, len(names)))[:, position]
    variance = parameters.RESIDUAL_VARIANCE * parameters.RESIDUAL_DF / rng.chisquare(parameters.RESIDUAL_DF, count)
    level += np.sqrt(variance)[:, None] * rng.standard_normal((count, runs))

    leak = parameters.LEAK_SD * rng.standard_normal(runs)
    condition, donor = parameters.LEAKING_SAMPLE
    leak[(sheet["condition"] == condition) & (sheet["subject"] == donor)] = parameters.LEAK
    level += proteins["class"].map(parameters.SPILL).fillna(0).to_numpy()[:, None] * leak
    header = proteins["headers"].str[0]
    for text, deviation in (("Bos taurus", parameters.MEDIUM_SD), ("Keratin", parameters.DUST_SD)):
        level += header.str.contains(text).to_numpy()[:, None] * deviation * rng.standard_normal(runs)
    return level + truth[sheet["condition"]].to_numpy()


def truth_table(proteins: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return one row per protein and contrast with a planted difference; log2fc is empty where one side has none of it."""
    genes = proteins["headers"].str[0].str.extract(r"GN=(\S+)")[0]
    parts = []
    for contrast, (treatment, reference) in parameters.CONTRASTS.items():
        log2fc = (truth[treatment] - truth[reference]).round(3)
        kind = truth["kind"].mask(log2fc == np.inf, "switched_on").mask(log2fc == -np.inf, "switched_off")
        part = pd.DataFrame({"accession": proteins["accession"], "gene": genes, "contrast": contrast})
        part = part.assign(log2fc=log2fc.replace([np.inf, -np.inf], np.nan), kind=kind)
        parts.append(part[log2fc.notna() & (log2fc != 0)])
    return pd.concat(parts)


def main() -> None:
    """Simulate and write the five files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    folder = parser.parse_args().out
    rng = np.random.default_rng(parameters.SEED)
    sheet = samples()
    proteins = read_proteins(Path(__file__).parent, rng)
    truth = plant(proteins, rng)
    measured = measurement.measure(proteins, levels(proteins, truth, sheet, rng), rng)
    table = maxquant.protein_groups(proteins, measured, list(sheet["column"]))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "proteinGroups.txt.gz").open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(table.to_csv(sep="\t", index=False, lineterminator="\n").encode())
    sheet.to_csv(folder / "samples.tsv", sep="\t", index=False, lineterminator="\n")
    truth_table(proteins, truth).to_csv(folder / "truth.tsv", sep="\t", index=False, lineterminator="\n")
    kit = plate.assays()
    (folder / "plate.csv").write_text(plate.export(sheet, kit), encoding="utf-8", newline="\n")
    plate.panel(kit).to_csv(folder / "panel.tsv", sep="\t", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
