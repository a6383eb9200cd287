"""The immunoassay steps: plate -> concentrations; concentrations + sheet + MS result -> agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from myosieve import files, schema
from myosieve.differential.design import Contrast, DesignMatrix, contrasts
from myosieve.differential.inputs import read_design
from myosieve.errors import InputError
from myosieve.immunoassay.agreement import assay_contrasts, compare, not_measured
from myosieve.immunoassay.concentrations import MAX_CV, MIN_BEADS, concentrations
from myosieve.immunoassay.panel import read_panel
from myosieve.immunoassay.standards import check_standards, computed_with_repaired, standard_flags, standard_range
from myosieve.immunoassay.xponent import Plate, read_xponent
from myosieve.provenance import Summary
from myosieve.tables.samples import read_samples


def immunoassay(plate: Path, panel: Path | None, out: Path) -> Summary:
    """Write one row per sample and analyte of a plate.

    Parameters
    ----------
    plate
        xPONENT's CSV export.
    panel
        Table of analyte and accession; without it accessions stay empty.
    out
        `schema.ASSAY`.
    """
    read = read_xponent(plate)
    wells = read.wells[read.wells["kind"] == "sample"]
    if not read.has_results:
        raise InputError(
            "the export has no block 'Result', so no concentrations", plate,
            "export the batch after xPONENT has analyzed it (protocol setting: quantitative)",
        )  # fmt: skip
    if wells.empty:
        raise InputError("every well is a standard, a control or a blank", plate, "give the plate with the samples")
    checked = check_standards(read.standards)
    table = concentrations(wells, standard_range(checked), standard_flags(checked))
    analytes = list(dict.fromkeys(table["analyte"]))
    accessions = {} if panel is None else read_panel(panel, analytes)
    table["accession"] = [accessions.get(name, "") for name in table["analyte"]]
    files.write_table(out, schema.ASSAY.arrange(table))

    summary = Summary(warnings=[*_on_plate(read, checked), *_on_panel(accessions, analytes, panel)])
    program = " ".join(read.metadata.get(key, "") for key in ("Program", "Build")).strip() or "xPONENT"
    summary.methods.append(
        f"Immunoassay concentrations are those computed by the instrument's software ({program}), dilution included, as "
        "geometric means of replicate wells; values beyond the standard curve were kept as censored, not replaced."
    )
    kinds = read.wells.drop_duplicates("well")["kind"].value_counts()
    summary.counts |= {f"wells: {kind}": int(number) for kind, number in kinds.items()}
    summary.counts |= {"samples": int(table["sample"].nunique()), "analytes": len(analytes)}
    summary.counts |= {f"censored: {word}": int(n) for word, n in table["censored"].value_counts().items() if word}
    summary.counts[f"fewer than {MIN_BEADS} beads"] = int((table["min_beads"] < MIN_BEADS).sum())
    summary.counts[f"replicate CV over {MAX_CV:g} %"] = int((table["cv_percent"] > MAX_CV).sum())
    summary.counts["implausible expected concentrations"] = int(checked["implausible"].sum())
    return summary


def agreement(assay: Path, samples: Path, differential: Path, settings: dict[str, Any], out: Path) -> Summary:
    """Write one row per contrast and analyte: the assay's fold change beside that of the mass spectrometer.

    Parameters
    ----------
    assay
        What `immunoassay` wrote.
    samples
        Sample sheet; rows of another fraction than secretome are left out, for matrices are never pooled.
    differential
        `schema.DIFFERENTIAL` of the same study.
    settings
        `design`, `design_matrix`, `contrasts`, `fdr`.
    out
        `schema.AGREEMENT`.
    """
    if not settings.get("contrasts"):
        raise InputError("no contrast is given", "contrasts", "name one, as --contrast 'b_vs_a=b - a'")
    table = _read_assay(assay)
    everything = read_samples(samples).frame
    sheet = everything[everything["fraction"] == "secretome"]
    on_plate = list(dict.fromkeys(table["sample"]))
    measured = sheet[sheet["sample"].isin(on_plate)].reset_index(drop=True)
    if measured.empty:
        raise InputError(
            f"none of its samples is a secretome sample of {samples} (the sheet has {_some(sheet['sample'])})",
            assay,
            f"give the samples the same names in both: the plate has {_some(on_plate)}",
        )
    ms = files.read_table(differential, schema.DIFFERENTIAL)
    for name in settings["contrasts"]:
        if name not in set(ms["contrast"]):
            raise InputError(
                f"contrast {name!r} is not in it", differential, f"contrasts there: {_some(ms['contrast'].unique())}"
            )
    design = read_design(measured, settings, f"{samples}, samples on the plate")
    wanted, missing = _answerable(design, sheet, settings)

    analytes = list(dict.fromkeys(table["analyte"]))
    keys = pd.MultiIndex.from_product([analytes, design.samples], names=["analyte", "sample"])
    cells = table.set_index(keys.names)[["log2_concentration", "censored"]].reindex(keys)
    shape = {"index": analytes, "columns": design.samples}
    values = pd.DataFrame(cells["log2_concentration"].to_numpy().reshape(len(analytes), -1), **shape)
    censored = pd.DataFrame(cells["censored"].notna().to_numpy().reshape(len(analytes), -1), **shape)
    blocks = [assay_contrasts(values, censored, design, wanted)] if wanted else []
    blocks += [not_measured(name, analytes, reason) for name, reason in missing.items()]
    accessions = table.drop_duplicates("analyte").set_index("analyte")["accession"].fillna("").to_dict()
    rows = compare(pd.concat(blocks, ignore_index=True), accessions, ms, settings["fdr"])
    files.write_table(out, schema.AGREEMENT.arrange(rows))
    return _summary(rows, on_plate, measured, everything, missing, accessions, settings)


def _read_assay(path: Path) -> pd.DataFrame:
    table = files.read_table(path, schema.ASSAY)
    if table.empty:
        raise InputError("the table has no rows", path, "give what `myosieve immunoassay` wrote")
    twice = table.duplicated(["sample", "analyte"])
    if twice.any():
        row = table[twice].iloc[0]
        raise InputError(
            f"sample {row['sample']!r} has two rows for {row['analyte']!r}", path, "give the table of one plate"
        )
    if np.isinf(table["log2_concentration"]).any():
        raise InputError("a log2 concentration is infinite", path, "leave cells without a concentration empty")
    return table


def _answerable(
    design: DesignMatrix, sheet: pd.DataFrame, settings: dict[str, Any]
) -> tuple[list[Contrast], dict[str, str]]:
    """Return the contrasts that the plate's samples can answer, and why not for those that only the whole sheet can."""
    wanted, missing = [], {}
    for name, value in settings["contrasts"].items():
        try:
            wanted += contrasts(design, {name: value}, "samples on the plate")
        except InputError as error:
            # What the whole study cannot answer either is a mistake in the settings, and is raised.
            contrasts(read_design(sheet, settings, "design"), {name: value}, "contrasts")
            missing[name] = f"not measured on this plate: {error.what}"
    return wanted, missing


def _on_plate(read: Plate, checked: pd.DataFrame) -> list[str]:
    """Return what a reader must know of the plate before trusting its concentrations."""
    warnings = []
    if not read.complete:
        warnings.append("the export does not end with '-- CRC --': it may have been cut off")
    if read.standards.empty:
        warnings.append("the export lists no expected concentrations: standards and their range were not checked")
    wrong = checked[checked["implausible"]]
    if len(wrong):
        first = wrong.iloc[0]
        offered = wrong["repaired"].notna()
        text = (
            f"{len(wrong)} of {checked['expected'].notna().sum()} expected concentrations of standards do not fit their "
            f"dilution series, as {first['analyte']} {first['standard']} = {first['expected']:.10g}"
        )
        if offered.any():
            proven = int(computed_with_repaired(checked, read.wells).sum())
            text += (
                f"; {offered.sum()} of them fit once their decimal point is put back (a spreadsheet of another locale loses "
                f"it), and by its recoveries the instrument computed with the right value for {proven} of these"
            )
        warnings.append(f"{text}; nothing was repaired: export the batch again, and open no export in a spreadsheet")
    crooked = checked[checked["series"].isna()]["analyte"].unique()
    if len(crooked):
        warnings.append(f"the standards of {_some(crooked)} have no constant dilution factor to check them by")
    if read.wells["beads"].isna().all():
        warnings.append("the export has no bead counts: wells with too few beads cannot be told")
    return warnings


def _on_panel(accessions: dict[str, str], analytes: list[str], panel: Path | None) -> list[str]:
    if panel is None:
        return ["no panel was given: accessions stay empty, and nothing can be compared with the mass spectrometer"]
    unknown = [name for name in analytes if not accessions.get(name)]
    absent = [name for name in accessions if name not in analytes]
    return [
        *([f"no accession in {panel} for {', '.join(unknown)}"] if unknown else []),
        *([f"not on the plate, but in {panel}: {', '.join(absent)}"] if absent else []),
    ]


def _summary(
    rows: pd.DataFrame,
    on_plate: list[str],
    measured: pd.DataFrame,
    everything: pd.DataFrame,
    missing: dict[str, str],
    accessions: dict[str, str],
    settings: dict[str, Any],
) -> Summary:
    summary = Summary()
    strangers = [name for name in on_plate if name not in set(everything["sample"])]
    other = everything[everything["sample"].isin(on_plate) & (everything["fraction"] != "secretome")]["sample"]
    absent = everything[~everything["sample"].isin(on_plate) & (everything["fraction"] == "secretome")]["sample"]
    for names, text in (
        (strangers, "samples of the plate are not in the sheet and were left out"),
        (other, "samples of the plate are of another fraction than secretome and were left out"),
        (absent, "secretome samples of the sheet are not on the plate"),
    ):
        if len(names):
            summary.warnings.append(f"{len(names)} {text}: {', '.join(names)}")
    summary.warnings += [f"contrast {name}: {reason}" for name, reason in missing.items()]
    nameless = [name for name, accession in accessions.items() if not accession]
    if nameless:
        whose = "any analyte" if len(nameless) == len(accessions) else ", ".join(nameless)
        summary.warnings.append(f"no accession is known for {whose}: give `immunoassay` a panel")
    summary.methods.append(
        f"Immunoassay log2 concentrations of {len(measured)} samples were tested by linear models ({settings['design']}) on "
        "each analyte's own residual variance, censored samples left out, p-values adjusted over the analytes within each "
        "contrast (Benjamini & Hochberg 1995). A protein is called confirmed where both methods are significant at "
        f"{100 * settings['fdr']:g} % FDR with the same sign."
    )
    for (contrast, word), number in rows.groupby(["contrast", "agreement"], sort=False).size().items():
        summary.counts[f"{contrast}: {word}"] = int(number)
    return summary


def _some(names: Any, most: int = 6) -> str:
    names = list(names)
    return ", ".join(map(str, names[:most])) + (", ..." if len(names) > most else "")
