"""The tables that pass between the rooms and to the user: names, order, kind and meaning of every column, written once.

The descriptions are what a reader sees in the legend of `candidates.xlsx`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from myosieve.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TEXT, NUMBER, COUNT, YES_NO = "text", "number", "count", "yes or no"


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind (TEXT, NUMBER, COUNT, YES_NO) and what it says."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table of the contract. `open` tables may carry further columns behind the listed ones."""

    name: str
    rows: str
    columns: tuple[Column, ...]
    open: bool = False

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def dtypes(self) -> dict[str, str]:
        """Pandas dtypes to read each column with; counts may be missing, hence floats."""
        return {c.name: "float64" if c.kind in (NUMBER, COUNT) else "str" for c in self.columns}

    def require(self, frame: pd.DataFrame, where: Path | str) -> None:
        """Raise InputError unless every column of the contract is in the frame."""
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise InputError(
                f"column {missing[0]!r} of the {self.name} table is missing",
                where,
                f"give a table with the columns {', '.join(self.names)}",
            )

    def arrange(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with the contract's columns in order; a column too many or too few is a bug (ValueError)."""
        missing = [name for name in self.names if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.names]
        if missing or (extra and not self.open):
            raise ValueError(f"{self.name}: missing {missing}, unexpected {extra}")
        ordered = frame[[*self.names, *extra]].copy()
        for column in self.columns:
            if column.kind == COUNT:
                ordered[column.name] = ordered[column.name].astype("Int64")
        return ordered


def columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    """Return columns from rows of name, kind and meaning."""
    return tuple(Column(*row) for row in rows)


_GROUP = ("protein_group", TEXT, "unique key of the protein group; genes are never a key")
_ACCESSION = ("accession", TEXT, "leading accession of the group")
_GENE = ("gene", TEXT, "gene symbol of the leading accession")
_EXCLUDED = ("excluded_because", TEXT, "why the protein group was left out; empty where it was not")

SAMPLES = Table(
    "samples",
    "one per sample",
    columns(
        ("sample", TEXT, "unique name of the sample"),
        ("column", TEXT, "column or run of the table that holds it"),
        ("condition", TEXT, "experimental condition"),
        ("fraction", TEXT, "secretome, lysate or blank"),
    ),
    open=True,
)

PROTEINS = Table(
    "proteins",
    "one per protein group, in the order of the search engine's table",
    columns(
        _GROUP,
        _ACCESSION,
        ("accessions", TEXT, "majority accessions, separated by ';'"),
        _GENE,
        ("protein_name", TEXT, "protein name of the leading accession"),
        ("organism", TEXT, "species name, as 'Homo sapiens'; empty where the table does not tell"),
        ("peptides", COUNT, "razor and unique peptides, or what the engine counts nearest to them"),
        ("unique_peptides", COUNT, "peptides found in this group only"),
        ("decoy", YES_NO, "reverse or decoy hit"),
        ("contaminant", YES_NO, "contaminant by any of the marks in contaminant_by"),
        (
            "contaminant_by",
            TEXT,
            "what marks it as a contaminant: engine (its flag), prefix (of the accession), list (the shipped one)",
        ),
        ("only_by_site", YES_NO, "identified by a modified site only"),
    ),
)

# Behind these stands one column per sample with linear intensities; a table of protein groups alone has no rows here.
PRECURSORS = Table(
    "precursors",
    "one per precursor (or peptide)",
    columns(
        ("precursor", TEXT, "unique key of the precursor"),
        _GROUP,
        ("sequence", TEXT, "its amino acids; empty where the table does not tell"),
    ),
    open=True,
)

QUANTIFIED = Table("quantified proteins", PROTEINS.rows, (*PROTEINS.columns, Column(*_EXCLUDED)))

ESTIMATES = Table(
    "estimates",
    "one per protein group and sample where `rollup: dpc` ran, else none",
    columns(
        _GROUP,
        ("sample", TEXT, "sample"),
        ("log2", NUMBER, "estimated log2 intensity before normalization, also where no precursor is observed"),
        ("se", NUMBER, "standard error of the estimate (log2 units)"),
        ("precursors", NUMBER, "observed precursors that it rests on (count)"),
    ),
)

DIFFERENTIAL = Table(
    "differential",
    "every protein group and contrast, also the ones not tested",
    columns(
        ("contrast", TEXT, "name of the contrast"),
        _GROUP,
        _ACCESSION,
        _GENE,
        ("log2fc", NUMBER, "log2 fold change, always treatment / control; a bound where log2fc_bound says so"),
        ("ci_low", NUMBER, "lower end of the 95 % confidence interval of log2fc; empty where it is open"),
        ("ci_high", NUMBER, "upper end of the 95 % confidence interval of log2fc; empty where it is open"),
        (
            "log2fc_bound",
            YES_NO,
            "whether the protein is silent on one side, so that the change may be larger than log2fc",
        ),
        ("se", NUMBER, "standard error of log2fc after moderation"),
        ("t", NUMBER, "moderated t statistic"),
        ("df", NUMBER, "degrees of freedom of t, residual plus prior"),
        ("p_value", NUMBER, "p-value, two-sided; of a silent condition, the chance of its absence without a change"),
        ("log10_p", NUMBER, "log10 of p_value, also where that is too small for a number"),
        ("q_value", NUMBER, "Benjamini-Hochberg adjusted p-value within the contrast"),
        ("mean_log2", NUMBER, "mean log2 intensity over the observed samples"),
        ("n_treatment", COUNT, "observed samples of the conditions with a positive weight in the contrast"),
        ("n_control", COUNT, "observed samples of the conditions with a negative weight in the contrast"),
        ("of_treatment", COUNT, "samples of the conditions with a positive weight"),
        ("of_control", COUNT, "samples of the conditions with a negative weight"),
        ("imputed_share", NUMBER, "share of imputed values among the contrast's samples"),
        ("test", TEXT, "moderated_t, deqms, dpc, detection (present in one condition only) or none"),
        ("note", TEXT, "why there is no test, or what to know about it"),
    ),
)

F_TESTS = Table(
    "F tests",
    "one per protein group: do any of the contrasts differ from zero",
    columns(
        _GROUP,
        _ACCESSION,
        _GENE,
        ("contrasts", COUNT, "contrasts that the protein's samples can estimate"),
        ("f", NUMBER, "moderated F statistic; empty where not all contrasts can be estimated"),
        ("df1", NUMBER, "degrees of freedom of the contrasts: their rank"),
        ("df2", NUMBER, "degrees of freedom of the variance, residual plus prior"),
        ("p_value", NUMBER, "p-value of all contrasts at once"),
        ("q_value", NUMBER, "Benjamini-Hochberg adjusted p-value"),
    ),
)

IMPUTED = Table(
    "imputed",
    "one per value that was imputed before the test; none without imputation",
    columns(
        _GROUP,
        ("sample", TEXT, "sample"),
        ("log2", NUMBER, "the imputed log2 intensity"),
    ),
)

SENSITIVITY = Table(
    "sensitivity",
    "one per contrast and normalization",
    columns(
        ("contrast", TEXT, "name of the contrast"),
        ("normalization", TEXT, "the normalization that these hits belong to"),
        ("chosen", YES_NO, "whether it is the study's own"),
        ("hits", COUNT, "protein groups at or below the false discovery rate"),
        ("up", COUNT, "hits with more in the treatment"),
        ("down", COUNT, "hits with less in the treatment"),
        ("shared", COUNT, "hits of the study's own normalization that are hits here too"),
        ("gained", COUNT, "hits here that are none under the study's own"),
        ("lost", COUNT, "hits of the study's own that are none here"),
        ("jaccard", NUMBER, "shared / (shared + gained + lost); empty where neither has hits"),
        ("sign_flips", COUNT, "hits of either whose log2fc changes its sign"),
        ("median_log2fc", NUMBER, "median log2fc over all tested protein groups"),
    ),
)

_SEQUENCE = columns(
    ("signal_peptide", TEXT, "yes, no or unknown"),
    ("sp_end", COUNT, "last residue of the signal peptide"),
    ("sp_score", NUMBER, "score of the source that made the call, on that source's scale"),
    ("sp_source", TEXT, "what made the signal peptide call"),
    ("tm_count", COUNT, "transmembrane helices beyond the signal peptide; empty = unknown"),
    ("tm_segments", TEXT, "helices as start-end, separated by ';'"),
    ("tm_source", TEXT, "what made the helix call"),
    (
        "topology",
        TEXT,
        "signal peptide, helices and sides from the first to the last residue, as 'SP 1-24;outside 25-340;TM 341-361'",
    ),
    ("gpi", TEXT, "GPI anchor: yes, no or unknown"),
    ("er_motif", TEXT, "C-terminal ER retention motif: the motif, 'no', or 'unknown' without a sequence"),
    (
        "secretion_class",
        TEXT,
        "classical, shed, gpi_anchored, er_resident, annotated, unconventional, membrane, intracellular or unknown",
    ),
    ("secretion_reason", TEXT, "why this class, in words"),
    ("conflicts", TEXT, "sources that disagree with the call used"),
)

FEATURES = Table(
    "sequence features",
    "one per FASTA entry",
    columns(
        _ACCESSION,
        _GENE,
        ("protein_name", TEXT, "protein name of the FASTA header"),
        ("organism", TEXT, "species of the FASTA header"),
        ("length", COUNT, "residues"),
        ("signal_peptide", TEXT, "embedded call: yes, no or unknown"),
        ("sp_end", COUNT, "last residue of the signal peptide"),
        ("sp_score", NUMBER, "probability of a signal peptide"),
        ("tm_count", COUNT, "transmembrane helices behind the signal peptide; empty = unknown"),
        ("tm_segments", TEXT, "helices as start-end, separated by ';'"),
        ("tm_score", NUMBER, "probability of any transmembrane helix"),
        ("n_terminus", TEXT, "side of the residues before the first helix: inside or outside; empty without a helix"),
        ("gpi", TEXT, "GPI anchor, given that there is a signal peptide: yes, no or unknown"),
        ("gpi_site", COUNT, "omega site, the last residue that stays"),
        ("gpi_score", NUMBER, "probability of a GPI anchor, given that there is a signal peptide"),
        ("er_motif", TEXT, "C-terminal ER retention motif of soluble proteins, or 'no'"),
        ("dilysine", TEXT, "C-terminal ER retrieval motif of membrane proteins, or 'no'"),
    ),
)

ANNOTATION = Table(
    "annotation",
    "one per protein group",
    (*columns(_GROUP, _ACCESSION, _GENE, ("organism", TEXT, "species name")), *_SEQUENCE),
)

# What `myosieve annotate` writes for a FASTA alone.
ANNOTATED_FASTA = Table(
    "annotated FASTA",
    "one per FASTA entry",
    (
        *columns(_ACCESSION, _GENE, ("organism", TEXT, "species name"), ("length", COUNT, "residues")),
        *_SEQUENCE[:6],
        Column("tm_score", NUMBER, "probability of any transmembrane helix, embedded predictor"),
        *_SEQUENCE[6:],
    ),
)

EVIDENCE = Table(
    "evidence",
    "one per protein, source and feature; one per helix",
    columns(
        _GROUP,
        _ACCESSION,
        ("source", TEXT, "tool or database"),
        ("version", TEXT, "its version, where it tells"),
        (
            "feature",
            TEXT,
            "signal_peptide, tm_helix, beta_barrel, outside, inside, gpi, er_motif, extracellular, unconventional or location",
        ),
        ("call", TEXT, "yes, no or unknown; a source that was not run has no row"),
        ("start", COUNT, "first residue"),
        ("end", COUNT, "last residue"),
        ("score", NUMBER, "score on the source's own scale"),
        ("evidence_code", TEXT, "ECO or GO evidence code, where the source gives one"),
        ("detail", TEXT, "the source's own words, where a call needs them"),
    ),
)

SHEDDING = Table(
    "shedding",
    "one per protein group",
    columns(
        ("protein_group", TEXT, "unique key of the protein group; genes are never a key"),
        ("accession", TEXT, "the member whose sequence and topology the peptides were laid on"),
        ("length", COUNT, "residues of this sequence; empty where there is none"),
        ("topology", TEXT, "its segments, as 'SP 1-24;outside 25-340;TM 341-361;inside 362-397'"),
        ("peptides_mapped", COUNT, "distinct peptides on this sequence; empty where peptides are not told"),
        ("peptides_unmapped", COUNT, "distinct peptides of the group that are not on this sequence"),
        ("peptides_shared", COUNT, "peptides on it that another gene's protein has too; not counted below"),
        (
            "peptide_spans",
            TEXT,
            "residues that peptides cover, from 1, each span once, as '25-38;60-71*'; * = another gene's protein has it too",
        ),
        ("peptides_ectodomain", COUNT, "distinct peptides of the part outside the cell; empty without topology"),
        ("peptides_tm", COUNT, "distinct peptides with at least five residues of a helix"),
        ("peptides_cytoplasmic", COUNT, "distinct peptides of the part inside the cell"),
        ("peptides_signal", COUNT, "distinct peptides with residues of the signal peptide"),
        ("precursors_ectodomain", COUNT, "precursors of the peptides of the part outside the cell"),
        ("precursors_cytoplasmic", COUNT, "precursors of the peptides of the part inside the cell"),
        ("coverage_ectodomain", NUMBER, "share of the residues outside the cell that peptides cover"),
        ("coverage_cytoplasmic", NUMBER, "share of the residues inside the cell that peptides cover"),
        (
            "detectable_cytoplasmic",
            COUNT,
            "fragments of the digest with 7 to 30 residues in the part inside the cell",
        ),
        (
            "expected_cytoplasmic",
            NUMBER,
            "how many of the fragments seen would be cytoplasmic if the whole protein were there",
        ),
        (
            "shedding",
            TEXT,
            "shed (ectodomain only), intact (the rest as well), uninformative, none (no peptide); empty = not two-sided",
        ),
        ("p_value", NUMBER, "chance of so few cytoplasmic fragments if the whole protein were there"),
        ("q_value", NUMBER, "Benjamini-Hochberg adjusted p-value over the proteins that could tell"),
        (
            "mature_n_terminus",
            TEXT,
            "a peptide begins where the signal peptide was cut: yes, near, against (it begins inside), not telling, no",
        ),
        ("peptide_evidence", TEXT, "what the peptides say, in words"),
    ),
)

SECRETOME = Table(
    "secretome",
    "one per protein group",
    columns(
        _GROUP,
        ("leak_marker", YES_NO, "one of the intracellular marker proteins"),
        (
            "leak_probability",
            NUMBER,
            "probability that it follows the leak index; empty where the index is steady or there is none",
        ),
        ("leak_loading", NUMBER, "by how much it rises where the index rises by 1 (log2); what leaks has about 1"),
        ("leak_loading_sd", NUMBER, "posterior standard deviation of leak_loading"),
        (
            "leak_flag",
            TEXT,
            "marker, follows leak, or empty; 'not run' without a leak index or with too few samples of the protein",
        ),
        (
            "lysate_log2_ratio",
            NUMBER,
            "log2 medium / lysate beyond that of the leak markers; empty without lysates or where not in both",
        ),
        ("lysate_log2_ratio_se", NUMBER, "its standard error over pairs of medium and lysate"),
        ("lysate_pairs", COUNT, "pairs of medium and lysate that it rests on"),
        (
            "lysate_flag",
            TEXT,
            "higher in the medium, as in the lysate, lower in the medium, not seen in the lysate, or 'not run'",
        ),
        (
            "serum_flag",
            TEXT,
            "serum protein of another species, shared with one, or empty; 'not run' where the table holds no serum protein",
        ),
        ("peptides_host", COUNT, "peptides in the medium that no serum sequence has; empty where that is not known"),
        ("peptides_shared", COUNT, "peptides in the medium that a serum sequence has as well"),
        (
            "host_share",
            NUMBER,
            "share of the group's precursor intensity in the medium that is in host-unique peptides",
        ),
        ("n_blank", COUNT, "medium-only blanks in which the protein is seen; empty without blanks"),
        (
            "blank_log2_ratio",
            NUMBER,
            "log2 of medium over blank before normalization; empty without blanks or where seen in none",
        ),
        (
            "blank_flag",
            TEXT,
            "in the blank as much as in the medium, not in the blank, or empty in between; 'not run' without blanks",
        ),
    ),
)

LEAK = Table(
    "leak",
    "one per contrast and protein group",
    columns(
        ("contrast", TEXT, "name of the contrast"),
        _GROUP,
        ("leak_log2fc", NUMBER, "part of log2fc that the leak explains: leak_loading times the index's change"),
        ("residual_log2fc", NUMBER, "log2fc at equal leak: log2fc - leak_log2fc"),
        ("residual_se", NUMBER, "its standard error, with that of the loading"),
    ),
)

LEAK_TESTS = Table(
    "leak tests",
    "one per contrast and measure",
    columns(
        ("contrast", TEXT, "name of the contrast"),
        ("measure", TEXT, "leak_index, or a column of the sample sheet on the cells' viability"),
        ("scale", TEXT, "log2 (differences are log2 fold changes) or as given"),
        ("estimate", NUMBER, "change of the measure, treatment - control"),
        ("ci_low", NUMBER, "lower end of its 95 % confidence interval"),
        ("ci_high", NUMBER, "upper end of its 95 % confidence interval"),
        ("t", NUMBER, "t statistic on the measure's own residual variance"),
        ("df", NUMBER, "residual degrees of freedom"),
        ("p_value", NUMBER, "two-sided p-value"),
        ("correlation", NUMBER, "Pearson correlation of the measure with the leak index over the samples"),
    ),
)

# Behind these stand the sheet's columns on viability (LDH, ...), as they are.
SAMPLES_QC = Table(
    "samples QC",
    "one per sample",
    columns(
        ("sample", TEXT, "sample"),
        ("condition", TEXT, "condition"),
        ("n_proteins", COUNT, "quantified protein groups that passed the filter"),
        ("n_peptides", COUNT, "peptides of these groups in the sample; empty where the table does not tell"),
        ("missing", NUMBER, "share of the protein groups that passed the filter without a value here"),
        ("median_log2", NUMBER, "median log2 intensity before normalization"),
        ("iqr_log2", NUMBER, "interquartile range of log2 intensity before normalization"),
        ("median_normalized", NUMBER, "median log2 intensity after normalization"),
        ("shift", NUMBER, "log2 shift that normalization added; its median where the method is more than a shift"),
        ("cv", NUMBER, "median coefficient of variation of a protein between the samples of the condition (share)"),
        ("correlation", NUMBER, "median Pearson correlation of log2 intensities with the condition's other samples"),
        ("pc1", NUMBER, "first principal component of the samples (log2 units)"),
        ("pc2", NUMBER, "second principal component of the samples (log2 units)"),
        (
            "leak_index",
            NUMBER,
            "leak: median centered log2 intensity of intracellular markers less that of secreted proteins; 0 = average",
        ),
        (
            "serum_share",
            NUMBER,
            "share of the summed intensity in proteins of another species or in serum contaminants",
        ),
        (
            "serum_share_upper",
            NUMBER,
            "the same with all that serum may have given: shared groups, by peptides where these tell",
        ),
        ("outlier", TEXT, "why the sample stands out, or empty"),
    ),
    open=True,
)

# What quantification knows of a sample; leak and serum come behind it in samples_qc.tsv.
SAMPLES_QUANTIFIED = Table("quantified samples", SAMPLES_QC.rows, SAMPLES_QC.columns[:13])

TISSUES = Table(
    "tissues",
    "one per atlas, protein, kind and organ",
    columns(
        ("organism", TEXT, "human, mouse or rat: the species of the accession"),
        ("accession", TEXT, "UniProt accession"),
        ("gene", TEXT, "gene symbol, to read"),
        ("kind", TEXT, "rna, plasma_ms or plasma_immunoassay"),
        ("organ", TEXT, "muscle, adipose, liver and so on, by the shipped list; 'plasma' for concentrations"),
        ("tissues", TEXT, "the atlas's own names of its tissues, highest first, separated by ';'"),
        ("proxy", YES_NO, "yes where these tissues only stand for the organ, as bone marrow for bone"),
        ("value", NUMBER, "highest value of these tissues, or the concentration"),
        ("unit", TEXT, "nTPM, NX, TPM or another one that the atlas tells; pg/L; empty where it tells none"),
        ("rank", COUNT, "rank of the highest of them among all tissues of the atlas, 1 = highest; empty = not known"),
        ("of", COUNT, "tissues of the atlas with a value for this protein; empty = the atlas names some tissues only"),
        ("source", TEXT, "kind and name of the file, and whether it speaks by orthology"),
    ),
)

CANDIDATES = Table(
    "candidates",
    "one per protein group and contrast, ranked within the contrast",
    columns(
        ("contrast", TEXT, "name of the contrast; log2fc is always treatment / control"),
        ("rank", COUNT, "1 = best candidate of the contrast; empty where excluded"),
        (
            "rank_low",
            COUNT,
            "lowest of: 5 % quantile over random weights, the same over draws of the subjects, ranks without one criterion",
        ),
        ("rank_high", COUNT, "highest of the same, with 95 % quantiles"),
        (
            "rra_rank",
            COUNT,
            "rank by robust rank aggregation of the same criteria: a second opinion without weights and knots",
        ),
        ("rra_p", NUMBER, "its p: chance of such ranks by the criteria, were they independent; an order, no evidence"),
        ("score", NUMBER, "score_experiment^a * score_prior^(1-a), 0 to 1"),
        _GENE,
        _ACCESSION,
        _GROUP,
        ("protein_name", TEXT, "protein name"),
        ("direction", TEXT, "up or down with the treatment"),
        ("log2fc", NUMBER, "log2 fold change, treatment / control"),
        ("ci_low", NUMBER, "lower end of its 95 % confidence interval"),
        ("ci_high", NUMBER, "upper end of its 95 % confidence interval"),
        ("q_value", NUMBER, "Benjamini-Hochberg adjusted p-value within the contrast"),
        ("test", TEXT, "how it was tested"),
        ("n_treatment", COUNT, "observed treatment samples"),
        ("n_control", COUNT, "observed control samples"),
        ("peptides", COUNT, "peptides of the group"),
        ("secretion_class", TEXT, "how it would leave the cell"),
        ("secretion_reason", TEXT, "why this class"),
        (
            "shedding",
            TEXT,
            "what peptides say of a membrane protein: shed (ectodomain only), intact, uninformative, none; empty = not asked",
        ),
        ("leak_flag", TEXT, "does it behave like a protein that leaked from dying cells"),
        ("leak_probability", NUMBER, "probability that it does; empty where the leak index is steady or there is none"),
        ("residual_log2fc", NUMBER, "log2fc at equal leak"),
        ("residual_se", NUMBER, "standard error of residual_log2fc"),
        (
            "lysate_log2_ratio",
            NUMBER,
            "log2 of medium / cells relative to the median of the leak markers; empty without lysates",
        ),
        ("serum_flag", TEXT, "may it come from the culture serum"),
        ("known_myokine", TEXT, "name of the known myokine; shown, never scored"),
        ("own_list", TEXT, "its name in the lab's own list, or yes; shown, never scored"),
        ("receptors", TEXT, "receptors by curated ligand-receptor pairs (number of resources)"),
        ("target_organs", TEXT, "organs that literature names for the known myokine"),
        ("muscle_expression", TEXT, "expression in muscle, and its rank among the tissues of the atlas"),
        ("assay", TEXT, "on the study's immunoassay panel, or known in plasma; empty = neither is known"),
        ("score_experiment", NUMBER, "weighted geometric mean of the experiment's criteria"),
        ("score_prior", NUMBER, "weighted geometric mean of the prior criteria"),
        ("coverage", NUMBER, "share of the criteria's weight that is known of the protein, 0 to 1"),
        ("d_effect", NUMBER, "lower confidence bound of |log2fc|, as desirability 0 to 1"),
        ("d_significance", NUMBER, "q-value, as desirability; 0 where the fold change may well be chance"),
        ("d_reliability", NUMBER, "observed samples and peptides, as desirability"),
        ("d_leak", NUMBER, "independence from the leak index, as desirability"),
        ("d_purity", NUMBER, "not from the culture serum, as desirability"),
        ("d_lysate", NUMBER, "more of it in the medium than in the cells, beside what leaks, as desirability"),
        ("d_secretion", NUMBER, "secretion class and shedding, as desirability"),
        ("d_receptor", NUMBER, "a receptor is known, as desirability; soft"),
        ("d_expression", NUMBER, "expression in muscle, as desirability; soft"),
        ("d_assay", NUMBER, "measurable by an assay or in plasma, as desirability; soft"),
        (
            "contributions",
            TEXT,
            "what each criterion adds to the logarithm of the score, heaviest first; their sum is ln score",
        ),
        ("reason", TEXT, "what carries the candidate and what speaks against it"),
        _EXCLUDED,
    ),
)

CROSSTALK = Table(
    "crosstalk",
    "one per contrast, ranked candidate, receptor and organ; a candidate without a receptor keeps a row",
    columns(
        ("contrast", TEXT, "name of the contrast; log2fc is always treatment / control"),
        ("rank", COUNT, "rank of the candidate within the contrast"),
        _GENE,
        _ACCESSION,
        _GROUP,
        ("direction", TEXT, "up or down with the treatment"),
        ("log2fc", NUMBER, "log2 fold change, treatment / control"),
        ("secretion_class", TEXT, "how it would leave the cell"),
        ("receptor_gene", TEXT, "gene of the receptor, subunits joined by '+'; empty = none is known"),
        ("receptor_accession", TEXT, "UniProt accession of the receptor, subunits joined by '+'"),
        ("resources", COUNT, "databases that list the pair; they copy each other"),
        ("curated", YES_NO, "whether one of them is curated from the literature"),
        ("sources", TEXT, "names of these databases, separated by ';'"),
        ("organ", TEXT, "organ that the signal may reach; empty = none is known"),
        ("evidence", TEXT, "what speaks for it, in words"),
        ("receptor_value", NUMBER, "expression of the receptor in the organ, of a complex its least expressed subunit"),
        ("unit", TEXT, "unit of receptor_value; empty where the atlas tells none"),
        ("receptor_rank", COUNT, "rank of the organ's tissue among the atlas's tissues for that subunit, 1 = highest"),
        ("proxy", YES_NO, "yes where another tissue stands for the organ, as bone marrow for bone"),
        ("organ_source", TEXT, "receptor expression, literature or empty"),
        ("pathway", TEXT, "shipped pathways of this myokine, separated by ';'"),
        ("known_myokine", TEXT, "name of the known myokine; shown, never scored"),
    ),
)

STUDY_PATHWAYS = Table(
    "pathways of the study",
    "one per edge of a shipped pathway whose myokine the study detected",
    columns(
        _GROUP,
        ("pathway", TEXT, "id of the pathway"),
        ("title", TEXT, "what it shows"),
        ("myokine_accession", TEXT, "human UniProt accession of the myokine"),
        ("myokine_gene", TEXT, "human gene symbol of the myokine"),
        ("organ", TEXT, "where it happens"),
        ("step", COUNT, "order of the edge"),
        ("source", TEXT, "node that acts"),
        ("source_kind", TEXT, "myokine, receptor, kinase, transcription_factor, gene, effect or cell"),
        ("relation", TEXT, "activates, inhibits, induces, releases or binds"),
        ("target", TEXT, "node that is acted on"),
        ("target_kind", TEXT, "as source_kind"),
        ("reference", TEXT, "DOI, PubMed number or name of the source"),
        ("doubtful", TEXT, "why the edge is in doubt; empty where it is not"),
    ),
)

STUDY_FACTS = Table(
    "myokine facts of the study",
    "one per fact and source of a known myokine that the study detected",
    columns(
        _GROUP,
        ("gene", TEXT, "human gene symbol of the myokine, to read"),
        ("accession_human", TEXT, "human UniProt accession of the myokine"),
        ("fact", TEXT, "organ, effect, receptor, pathway, exercise_response or basal_level"),
        ("organ", TEXT, "organ that the fact is about"),
        ("value", TEXT, "what the source says, not this study: words, a receptor, a pathway, a number or range"),
        ("unit", TEXT, "unit of the number; fold: treatment / control"),
        ("direction", TEXT, "of a response to exercise: up, down or none"),
        ("matrix", TEXT, "where the source measured it, as plasma or muscle mRNA; empty = it does not tell"),
        ("protocol", TEXT, "the exercise"),
        ("source", TEXT, "DOI, PubMed or PMC number, title, or 'source guide'"),
        ("doubtful", TEXT, "what speaks against it or limits it; empty = nothing is known to"),
    ),
)

# Behind these stand log2fc:<member>, se:<member>, q_value:<member> and note:<member> for each member.
VALIDATION = Table(
    "validation",
    "one per contrast, analysis, measure and predictor",
    columns(
        ("contrast", TEXT, "name of the contrast"),
        (
            "analysis",
            TEXT,
            "recovery (of known myokines), recovery_core, fame_matched, leave_one_out, permutation, prior_shuffle or base_rate",
        ),
        (
            "measure",
            TEXT,
            "what was measured; ..._null: its median and central 95 % by chance; of base_rate, the class of the odds ratio",
        ),
        (
            "predictor",
            TEXT,
            "what orders the proteins: score, its two axes, p_value, abs_log2fc, fame (papers); of base_rate, who is chosen",
        ),
        ("value", NUMBER, "the measure; empty where it cannot be taken, see note"),
        ("ci_low", NUMBER, "lower end of its 95 % interval"),
        ("ci_high", NUMBER, "upper end of its 95 % interval"),
        ("p_value", NUMBER, "p-value, not adjusted for the number of measures"),
        ("n_positive", COUNT, "known myokines (of base_rate: members of the class) among the proteins it was taken on"),
        ("n_background", COUNT, "proteins that it was taken on, these included"),
        ("note", TEXT, "how, or why not; of leave_one_out, the myokine: gene, accession, name, list"),
    ),
)

COMPARISON = Table(
    "comparison",
    "one per accession that is in any member",
    columns(
        (
            "accession",
            TEXT,
            "leading accession without isoform suffix, by which the members are joined; its human ortholog's between species",
        ),
        ("gene", TEXT, "gene symbol by the first member that names one"),
        ("n_members", COUNT, "members with a log2fc and its standard error"),
        ("log2fc", NUMBER, "pooled log2 fold change, treatment / control; empty if n_members < 2"),
        ("ci_low", NUMBER, "lower end of the 95 % confidence interval of the pooled log2fc"),
        ("ci_high", NUMBER, "upper end of the 95 % confidence interval of the pooled log2fc"),
        ("se", NUMBER, "standard error of the pooled log2fc"),
        ("statistic", NUMBER, "pooled log2fc / se: z or t, see test"),
        ("df", NUMBER, "degrees of freedom of the statistic; inf for z"),
        ("test", TEXT, "z (two members), hartung_knapp_t (three or more) or none"),
        ("p_value", NUMBER, "two-sided p-value of the pooled log2fc"),
        ("q_value", NUMBER, "Benjamini-Hochberg adjusted p-value over the rows with at least two members"),
        ("i2", NUMBER, "share of the scatter between members beyond their standard errors, 0 to 1"),
        ("tau2", NUMBER, "variance of the true log2fc between members"),
        ("p_heterogeneity", NUMBER, "p-value of Cochran's Q: do the members differ beyond their errors"),
        (
            "concordance",
            TEXT,
            "shared up, shared down, opposite, specific, none; empty if not tested in two",
        ),
    ),
    open=True,
)

PANEL = Table(
    "panel",
    "one per analyte of the kit",
    columns(
        ("analyte", TEXT, "name of the analyte as the plate's export writes it"),
        ("accession", TEXT, "UniProt accession; the subunits of a heterodimer separated by ';'"),
    ),
    open=True,
)

ASSAY = Table(
    "immunoassay",
    "one per sample and analyte",
    columns(
        ("sample", TEXT, "name of the sample on the plate"),
        ("analyte", TEXT, "name of the analyte on the plate"),
        ("accession", TEXT, "UniProt accession by the panel; empty without one"),
        ("log2_concentration", NUMBER, "mean over replicate wells of log2 concentration; empty where censored"),
        ("concentration", NUMBER, "2^log2_concentration: geometric mean over replicate wells, dilution included"),
        ("unit", TEXT, "unit of the concentration"),
        ("n_wells", COUNT, "replicate wells with a concentration or a bound on it"),
        ("cv_percent", NUMBER, "coefficient of variation of the replicate wells' concentrations, in percent"),
        ("min_beads", COUNT, "fewest beads counted in a replicate well"),
        ("censored", TEXT, "below, above or empty: a well beyond the standard curve makes the whole sample censored"),
        ("flag", TEXT, "what to know before trusting the value; empty where nothing stands out"),
    ),
)

AGREEMENT = Table(
    "agreement",
    "one per contrast and analyte",
    columns(
        ("contrast", TEXT, "name of the contrast; fold changes are always treatment / control"),
        ("analyte", TEXT, "name of the analyte on the plate"),
        ("accession", TEXT, "UniProt accession by the panel; empty without one"),
        ("assay_log2fc", NUMBER, "log2 fold change of the immunoassay, from uncensored samples"),
        ("assay_ci_low", NUMBER, "lower end of its 95 % confidence interval"),
        ("assay_ci_high", NUMBER, "upper end of its 95 % confidence interval"),
        ("assay_p_value", NUMBER, "two-sided p-value of the t-test on the analyte's own residual variance"),
        (
            "assay_q_value",
            NUMBER,
            "Benjamini-Hochberg adjusted p-value over the plate's analytes, within the contrast",
        ),
        ("n_treatment", COUNT, "uncensored samples of the conditions with a positive weight in the contrast"),
        ("n_control", COUNT, "uncensored samples of the conditions with a negative weight in the contrast"),
        ("of_treatment", COUNT, "samples on the plate of the conditions with a positive weight"),
        ("of_control", COUNT, "samples on the plate of the conditions with a negative weight"),
        ("censored_treatment", COUNT, "samples among of_treatment that are below or above the standard curve"),
        ("censored_control", COUNT, "samples among of_control that are below or above the standard curve"),
        ("ms_protein_group", TEXT, "protein group that it is compared with: the least significant of several"),
        ("ms_log2fc", NUMBER, "log2 fold change of that protein group"),
        ("ms_q_value", NUMBER, "adjusted p-value of that protein group"),
        (
            "agreement",
            TEXT,
            "confirmed, contradicted, not confirmed, MS not significant, MS not detected, assay out of range, not compared",
        ),
        ("note", TEXT, "why it is not compared, or what to know about the comparison"),
    ),
)
