"""Which source is believed: one order of sources per feature, as data.

For each feature the first source with a call other than unknown wins; the others stay in the evidence, and where they
differ they are named in `conflicts`. The default follows published accuracy on held-out proteins (docs/methods.md):

    the user's own table
    UniProt: experimental or curated, then reviewed entries
    SignalP 6 (signal peptides), DeepTMHMM and TMbed (helices, signal peptides), NetGPI (GPI anchors)
    SignalP 5, Phobius, TOPCONS, InterProScan
    SignalP 4, DeepSig, OutCyte, SecretomeP, TMHMM 2, PredGPI
    UniProt's automatic annotation, Gene Ontology, the embedded predictor
    DeepLoc 2, whose signals have neither place nor number

`precedence: [source, ...]` in the config replaces it by one list for all features, in which a source that does not speak of
a feature is passed over. A source that is not listed never decides and stays in the evidence.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from myosieve.errors import InputError

EMBEDDED = "embedded"
GENE_ONTOLOGY = "go"
UNIPROT = ("uniprot_experimental", "uniprot_reviewed", "uniprot_automatic")

# What is decided between sources. The sides of the membrane and beta barrels go by the order of tm_helix.
FEATURES = ("signal_peptide", "tm_helix", "gpi", "extracellular", "unconventional", "location")

# Taken at their word even where nothing else points the same way; the others predict.
CURATED = ("user", "uniprot_experimental", "uniprot_reviewed")
# Tell a beta barrel from helices: if one of them decides on helices and reports no barrel, there is none.
SEES_BARRELS = ("user", *UNIPROT, "deeptmhmm", "tmbed")
# Tell that there is a helix, and neither where nor how many.
VAGUE = ("outcyte", "deeploc")


@dataclass(frozen=True)
class Source:
    """A source as people name it, its version where the file does not tell, and the features that it speaks of."""

    words: str
    version: str
    features: tuple[str, ...]


_SIGNAL = ("signal_peptide",)
_MEMBRANE = ("signal_peptide", "tm_helix")
_ALL = FEATURES

# In the default order.
SOURCES: dict[str, Source] = {
    "user": Source("user's table", "", _ALL),
    "uniprot_experimental": Source("UniProt", "", _ALL),
    "uniprot_reviewed": Source("UniProt", "", _ALL),
    "signalp6": Source("SignalP", "6", _SIGNAL),
    "deeptmhmm": Source("DeepTMHMM", "", _MEMBRANE),
    "tmbed": Source("TMbed", "", _MEMBRANE),
    "netgpi": Source("NetGPI", "", ("gpi",)),
    "signalp5": Source("SignalP", "5", _SIGNAL),
    "phobius": Source("Phobius", "", _MEMBRANE),
    "topcons": Source("TOPCONS", "", _MEMBRANE),
    "interproscan": Source("InterProScan", "", ("signal_peptide", "tm_helix", "gpi")),
    "signalp4": Source("SignalP", "4", _SIGNAL),
    "deepsig": Source("DeepSig", "", _MEMBRANE),
    "outcyte": Source("OutCyte", "", ("signal_peptide", "tm_helix", "unconventional")),
    "secretomep": Source("SecretomeP", "", ("unconventional",)),
    "tmhmm": Source("TMHMM", "2", ("tm_helix",)),
    "predgpi": Source("PredGPI", "", ("gpi",)),
    "uniprot_automatic": Source("UniProt", "", _ALL),
    GENE_ONTOLOGY: Source("Gene Ontology", "", ("extracellular", "location")),
    EMBEDDED: Source("embedded predictor", "", ("signal_peptide", "tm_helix", "gpi")),
    "deeploc": Source("DeepLoc", "2", ("signal_peptide", "tm_helix", "gpi", "extracellular", "location")),
}
_KINDS = {
    "uniprot_experimental": "experimental",
    "uniprot_reviewed": "reviewed",
    "uniprot_automatic": "automatic",
}


@dataclass(frozen=True)
class Precedence:
    """For each feature the sources that may decide on it, the first one first."""

    order: dict[str, tuple[str, ...]]

    def rank(self, feature: str, source: str) -> int | None:
        """Return the place of a source in the order for a feature, or None if it does not decide there."""
        order = self.order[feature]
        return order.index(source) if source in order else None


def read(listed: Sequence[str] | None = None, where: Path | str = "precedence") -> Precedence:
    """Return the precedence that a list of sources means.

    Parameters
    ----------
    listed
        Names of sources, the first one believed first; None = the default.
    where
        What to call the list in an error.

    Raises
    ------
    InputError
        A name is unknown or repeated, or the list is empty.
    """
    names = tuple(SOURCES) if listed is None else tuple(listed)
    if not names:
        raise InputError("no source is listed", where, "list at least one, or leave the key out for the default")
    for name in names:
        if name not in SOURCES:
            near = difflib.get_close_matches(str(name).lower(), SOURCES, n=1, cutoff=0.5)
            remedy = f"did you mean {near[0]!r}?" if near else f"known sources are {', '.join(SOURCES)}"
            raise InputError(f"unknown source {name!r}", where, remedy)
    repeated = [name for at, name in enumerate(names) if name in names[:at]]
    if repeated:
        raise InputError(f"source {repeated[0]!r} is listed twice", where, "list each source once")
    return Precedence({feature: tuple(n for n in names if feature in SOURCES[n].features) for feature in FEATURES})


DEFAULT = read()


def words(source: str, version: str = "") -> str:
    """Return a source as people name it: "SignalP 6.0", "UniProt 2026_01, experimental", "embedded predictor"."""
    if source not in SOURCES:
        return " ".join(filter(None, [source, version]))
    known = SOURCES[source]
    shown = "" if source == EMBEDDED else version or known.version
    return ", ".join(filter(None, [f"{known.words} {shown}".strip(), _KINDS.get(source, "")]))
