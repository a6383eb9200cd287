"""Compare the ranking with simpler orders on simulated experiments whose truth is known.

    python benchmarks/ranking.py [--seeds 20] [--first 1] [--cores 2] [--work FOLDER]

Each seed is an experiment as the demo simulates it (`resources/demo/simulate.py`: three conditions, five donors, secreted
proteins that change, proteins that leak, contaminants, missing values), and goes through the workflow as a study of its own,
up to candidates.tsv. Planted positives are proteins of the secretory pathway that change in the contrast; intracellular ones
that change are none.

Orders, each over the rows of one contrast:
    score       rank of candidates.tsv
    rra         rra_rank, the same criteria by robust rank aggregation
    p-value     p of the test, among all rows that pass the filter
    |log2fc|    size of the change, among the same
    strict + p  p of the test, among those with a signal peptide and no helix
Precision among the first 25, and recall among the first 100, averaged over the contrasts of a seed. Printed: means over the
seeds, and the difference to the score, paired by seed, with its 95 % confidence interval (t).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.special import stdtrit

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "resources" / "demo"
FIRST, DEEPER = 25, 100
PLANTED = ("secreted", "switched_on", "switched_off")


def simulated(seed: int, folder: Path) -> dict:
    """Simulate one experiment into a folder, and return its study of the config."""
    sys.path.insert(0, str(DEMO))
    import parameters
    import simulate

    parameters.SEED = seed
    sys.argv = ["simulate.py", "--out", str(folder)]
    simulate.main()
    study = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text(encoding="utf-8"))["studies"]["demo"]
    study |= {"table": str(folder / "proteinGroups.txt.gz"), "samples": str(folder / "samples.tsv")}
    study["fasta"] = [str(DEMO / "human.fasta.gz")]
    del study["immunoassay"]
    return study


def orders(candidates: pd.DataFrame, tested: pd.DataFrame) -> dict[str, list[str]]:
    """Return the accessions of one contrast in each order."""
    rows = candidates.merge(tested[["protein_group", "p_value"]], on="protein_group", validate="one_to_one")
    open_ = rows[rows["p_value"].notna()]
    strict = open_[open_["secretion_class"] == "classical"]
    sizes = open_.assign(size=-open_["log2fc"].abs())
    found = {
        "score": rows[rows["rank"].notna()].sort_values("rank"),
        "rra": rows[rows["rra_rank"].notna()].sort_values("rra_rank"),
        "p-value": open_.sort_values(["p_value", "protein_group"]),
        "|log2fc|": sizes.sort_values(["size", "protein_group"]),
        "strict + p": strict.sort_values(["p_value", "protein_group"]),
    }
    return {name: table["accession"].tolist() for name, table in found.items()}


def measured(results: Path, truth: pd.DataFrame) -> pd.DataFrame:
    """Return precision and recall of each order (rows), averaged over the contrasts."""
    candidates = pd.read_csv(results / "candidates.tsv", sep="\t")
    tested = pd.read_csv(results / "differential.tsv", sep="\t")
    planted = truth[truth["kind"].isin(PLANTED)].groupby("contrast")["accession"].agg(set)
    found = []
    for contrast, rows in candidates.groupby("contrast"):
        for name, accessions in orders(rows, tested[tested["contrast"] == contrast]).items():
            right = [accession in planted[contrast] for accession in accessions]
            found.append((name, np.mean(right[:FIRST]), sum(right[:DEEPER]) / len(planted[contrast])))
    table = pd.DataFrame(found, columns=["order", "precision", "recall"])
    return table.groupby("order", sort=False).mean()


def interval(values: np.ndarray) -> str:
    """Return mean and 95 % confidence interval as text."""
    half = stdtrit(len(values) - 1, 0.975) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+.3f} [{values.mean() - half:+.3f}, {values.mean() + half:+.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--work", type=Path, help="kept, so that a run that was stopped goes on where it was")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (options.work or Path(scratch)).absolute()
        names = {f"seed{seed}": seed for seed in range(options.first, options.first + options.seeds)}
        studies = {name: simulated(seed, work / "simulated" / name) for name, seed in names.items()}
        (work / "config.yaml").write_text(yaml.safe_dump({"studies": studies}), encoding="utf-8")
        command = [
            str(Path(sys.executable).parent / "snakemake"),
            "--snakefile",
            str(ROOT / "Snakefile"),
            "--quiet",
            "all",
        ]
        command += ["--directory", str(work), "--configfile", str(work / "config.yaml"), "--cores", str(options.cores)]
        subprocess.run([*command, "--", *(f"results/{name}/candidates.tsv" for name in names)], check=True)
        tables = [
            measured(work / "results" / name, pd.read_csv(work / "simulated" / name / "truth.tsv", sep="\t"))
            for name in names
        ]
    print(f"{len(names)} simulated experiments, seeds {options.first} to {options.first + options.seeds - 1}")
    print(
        f"{'order':<12} {'precision@' + str(FIRST):<14} {'recall@' + str(DEEPER):<12} score less this: precision, recall"
    )
    for name in tables[0].index:
        values = np.array([table.loc[name].to_numpy() for table in tables])
        less = np.array([(table.loc["score"] - table.loc[name]).to_numpy() for table in tables])
        ahead = "" if name == "score" else f"{interval(less[:, 0])}  {interval(less[:, 1])}"
        print(f"{name:<12} {values[:, 0].mean():<14.3f} {values[:, 1].mean():<12.3f} {ahead}")


if __name__ == "__main__":
    main()
