"""Each format of an atlas is told from its content, and what is no atlas is refused in one line."""

import gzip
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tissues.formats import read_atlas

PLASMA = "\t".join(f"Blood concentration - Conc. blood {method} [pg/L]" for method in ("MS", "IM"))
ATLAS = f"""Gene\tEnsembl\tUniprot\tRNA tissue specific nTPM\t{PLASMA}
IL6R\tENSG00000160712\tP08887\tliver: 12.3;skeletal muscle: 4.5\t1200000\t
MSTN\tENSG00000138379\tO14793, P00001\t\t\t350
"""
FULL = """Gene\tEnsembl\tUniprot\tTissue RNA - liver [nTPM]\tTissue RNA - bone marrow [nTPM]\tTissue RNA - liver [TPM]
IL6R\tENSG00000160712\tP08887\t30.5\t2\t99
MSTN\tENSG00000138379\tO14793\t0\t\t99
"""
LONG = """Gene\tGene name\tTissue\tnTPM
ENSG00000160712\tIL6R\tliver\t30.5
ENSG00000160712\tIL6R\tskeletal muscle\t50
ENSG00000138379\tMSTN\tliver\t0.1
"""
WIDE = """GeneID\tskeletal_muscle\ttotal_PBMC\tcorpus_callosum\tpons_and_medulla
ENSG00000160712\t59.6\t1\t2\t3
ENSG00000138379\t20\t0\t0\t0.5
"""
GCT = """#1.2
2\t3
Name\tDescription\tMuscle - Skeletal\tLiver\tArtery - Tibial
ENSG00000160712.13\tIL6R\t6.5\t30\t1.25
ENSG00000138379.4_PAR_Y\tMSTN\t1\t0\t0
"""
OWN = """protein;remark;soleus;liver
P08887;membrane;12,5;3
O14793-2;secreted;0,5;0
"""


def written(folder: Path, text: str, name: str = "atlas") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_hpas_atlas_without_all_tissues_names_some_and_is_incomplete(tmp_path):
    atlas = read_atlas(written(tmp_path, ATLAS))
    assert (atlas.kind, atlas.unit, atlas.complete) == ("HPA protein atlas", "nTPM", False)
    assert atlas.expression.iloc[0].to_dict() == {"liver": 12.3, "skeletal muscle": 4.5}
    assert atlas.expression.iloc[1].isna().all()  # not named is unknown, never 0
    assert atlas.keys["accession"].tolist() == ["P08887", "O14793;P00001"]


def test_hpas_atlas_tells_plasma_by_both_methods_in_pg_per_liter(tmp_path):
    plasma = read_atlas(written(tmp_path, ATLAS)).plasma
    np.testing.assert_array_equal(plasma["plasma_ms"], [1200000, np.nan])
    np.testing.assert_array_equal(plasma["plasma_immunoassay"], [np.nan, 350])


def test_hpas_atlas_with_all_tissues_is_complete_and_read_in_its_best_unit(tmp_path):
    atlas = read_atlas(written(tmp_path, FULL))
    assert (atlas.unit, atlas.complete) == ("nTPM", True)
    assert atlas.expression.iloc[0].to_dict() == {"liver": 30.5, "bone marrow": 2}
    assert np.isnan(atlas.expression.iloc[1]["bone marrow"])


def test_hpas_consensus_is_a_row_per_gene_and_tissue(tmp_path):
    atlas = read_atlas(written(tmp_path, LONG))
    assert (atlas.kind, atlas.unit) == ("HPA tissue consensus", "nTPM")
    assert atlas.keys["ensembl"].tolist() == ["ENSG00000160712", "ENSG00000138379"]
    assert atlas.expression["liver"].tolist() == [30.5, 0.1]
    assert np.isnan(atlas.expression["skeletal muscle"].iloc[1])


def test_a_wide_table_with_the_tissues_of_hpas_old_releases_is_in_nx(tmp_path):
    atlas = read_atlas(written(tmp_path, WIDE))
    assert (atlas.kind, atlas.unit) == ("HPA tissue consensus", "NX")
    assert atlas.expression["skeletal_muscle"].tolist() == [59.6, 20]


def test_gtex_medians_lose_the_versions_of_their_ids(tmp_path):
    atlas = read_atlas(written(tmp_path, GCT))
    assert (atlas.kind, atlas.unit) == ("GTEx median", "TPM")
    assert atlas.keys["ensembl"].tolist() == ["ENSG00000160712", "ENSG00000138379"]
    assert atlas.expression.columns.tolist() == ["Muscle - Skeletal", "Liver", "Artery - Tibial"]


def test_a_laboratorys_table_may_have_semicolons_decimal_commas_and_remarks(tmp_path):
    atlas = read_atlas(written(tmp_path, OWN))
    assert (atlas.kind, atlas.unit) == ("own table", "")  # nobody told the unit
    assert atlas.expression.to_dict("list") == {"soleus": [12.5, 0.5], "liver": [3, 0]}
    assert atlas.keys["accession"].tolist() == ["P08887", "O14793-2"]


def test_a_laboratorys_table_may_name_genes_and_tell_its_unit(tmp_path):
    atlas = read_atlas(written(tmp_path, "Gene symbol,liver [TPM],muscle [TPM]\nIL6R,3,4\nMSTN,0,9\n"))
    assert atlas.unit == "TPM"
    assert atlas.expression.columns.tolist() == ["liver", "muscle"]
    assert atlas.keys["gene"].tolist() == ["IL6R", "MSTN"]


def test_numbers_that_are_names_of_genes_are_no_tissue(tmp_path):
    atlas = read_atlas(written(tmp_path, "symbol\tEntrez ID\tliver\nIL6R\t3570\t4\nMSTN\t2660\t9\n"))
    assert atlas.expression.columns.tolist() == ["liver"]


@pytest.mark.parametrize("text", [ATLAS, FULL, LONG, WIDE, GCT, OWN])
def test_the_name_and_the_packing_of_a_file_change_nothing(tmp_path, text):
    plain = read_atlas(written(tmp_path, text, "something.xyz"))
    with gzip.open(tmp_path / "packed.tsv", "wt", encoding="utf-8") as handle:
        handle.write(text)
    with zipfile.ZipFile(tmp_path / "packed.gct", "w") as archive:
        archive.writestr("inside.txt", text)
    for name in ("packed.tsv", "packed.gct"):
        packed = read_atlas(tmp_path / name)
        assert packed.kind == plain.kind
        assert packed.expression.equals(plain.expression)
        assert packed.keys.equals(plain.keys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\tcolor\nIL6R\tred\nMSTN\tblue\n", "the format is not known"),
        ("gene\tcolor\nIL6R\tred\nMSTN\tblue\n", "the format is not known"),
        (GCT.replace("2\t3\n", "5\t3\n"), "the file is cut off"),
        (GCT.replace("2\t3\n", "two\n"), "line 2 does not tell the number of rows"),
        (GCT.replace("Description", "Symbol"), "lacks the columns Name and Description"),
        (GCT.replace("6.5", "many"), "column 'Muscle - Skeletal', line 4: 'many' is not a number"),
        (OWN.replace("12,5", "-12,5"), "below 0"),
        ("accession\tliver\tmuscle\nP08887\thigh\t1\nO14793\t2\t1\nP40189\t3\t1\n", "'high' is not a number"),
        (ATLAS.replace("liver: 12.3", "liver 12.3"), "line 2: 'liver 12.3' is no tissue with its value"),
        ("Gene\tEnsembl\tUniprot\nIL6R\tENSG00000160712\tP08887\n", "without tissues and without blood"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_atlas_is_refused(tmp_path, text, said):
    path = written(tmp_path, text)
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        read_atlas(path)
    assert str(path) in str(refused.value)


def test_the_real_consensus_of_hpa_is_read_whole(shared_data):
    path = shared_data / "knowledge" / "hpa_tissue_consensus" / "RNAtableTissue.tsv.gz"
    if not path.is_file():
        pytest.skip(f"real data not found at {path}")
    atlas = read_atlas(path)
    # 19,670 genes x 61 tissues by the file's own provenance
    assert atlas.expression.shape == (19670, 61)
    assert (atlas.kind, atlas.unit, atlas.complete) == ("HPA tissue consensus", "NX", True)
    plain = pd.read_csv(path, sep="\t", index_col=0)  # another reader
    np.testing.assert_array_equal(atlas.expression.to_numpy(), plain.to_numpy(dtype=float))
    assert atlas.keys["ensembl"].tolist() == plain.index.tolist()
    mstn = atlas.expression[atlas.keys["ensembl"] == "ENSG00000138379"].iloc[0]
    assert mstn.idxmax() == "skeletal_muscle"  # myostatin, as textbooks have it
