"""The config: its schema is closed, its errors help, its documentation is complete."""

import json
from pathlib import Path

import pytest
import yaml

from myosieve import settings
from myosieve.errors import InputError

STUDY = {"table": "t.txt", "samples": "s.tsv", "contrasts": {"c": {"treatment": "b", "control": "a"}}}


def config(**study: object) -> dict:
    return {"studies": {"one": STUDY | study}}


def test_every_object_of_the_schema_is_closed() -> None:
    def objects(node: object, path: str = "") -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert "additionalProperties" in node, f"{path} lets unknown keys through"
                assert node["additionalProperties"] is not True, path
            for key, value in node.items():
                objects(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                objects(value, path)

    objects(settings.schema())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (config(normalisation="median"), "unknown key 'studies.one.normalisation'; did you mean 'normalization'"),
        (config(filter={"min_valids": 3}), "unknown key 'studies.one.filter.min_valids'; did you mean 'min_valid'"),
        ({**config(), "study": {}}, "unknown key 'study'; did you mean 'studies'"),
        ({}, "the config lacks 'studies'"),
        (config(fdr=5), "key 'studies.one.fdr' is 5; it must be below 1"),
        (config(method="limma_trends"), "key 'studies.one.method' is 'limma_trends'; use one of limma, limma_trend"),
        (config(fasta="human.fasta"), "key 'studies.one.fasta' is 'human.fasta'; it must be of type array"),
        (config(contrasts={"c": {"treatment": "b"}}), "key 'studies.one.contrasts.c' lacks 'control'"),
        ({"defaults": {"fdrs": 0.1}, **config()}, "unknown key 'defaults.fdrs'"),
    ],
)
def test_a_wrong_config_is_refused_in_one_line_that_names_key_value_and_remedy(wrong: dict, said: str) -> None:
    with pytest.raises(InputError) as error:
        settings.check(wrong, "my.yaml")
    assert str(error.value).startswith("my.yaml: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_study_overrides_the_configs_defaults_which_override_the_schemas() -> None:
    merged = settings.study_settings(
        {"defaults": {"fdr": 0.1, "filter": {"min_valid": 3}}, **config(filter={"min_peptides": 2})}, "one"
    )
    assert merged["fdr"] == 0.1
    assert merged["filter"] == {"min_valid": 3, "min_peptides": 2, "contaminants": "drop", "only_by_site": "drop"}
    assert merged["normalization"] == "median"  # the schema's default


def test_contrasts_of_a_study_replace_those_of_the_defaults() -> None:
    both = {"defaults": {"contrasts": {"other": {"treatment": "x", "control": "y"}}}, **config()}
    assert list(settings.study_settings(both, "one")["contrasts"]) == ["c"]


def test_defaults_of_the_schema_satisfy_the_schema() -> None:
    settings.check(config(), "defaults")
    settings.check_study(settings.study_settings(config(), "one"), "defaults")


def test_each_setting_is_read_by_at_least_one_stage_or_by_the_plan() -> None:
    planned = {
        "table",
        "samples",
        "fasta",
        "serum_fasta",
        "evidence",
        "immunoassay",
        "knowledge",
        "rollup_parts",
    }  # they decide the jobs themselves
    unread = {key for key, value in settings.study_properties().items() if not value.get("x-stages")}
    assert unread == planned


def test_a_slice_holds_what_its_stage_reads_and_nothing_else() -> None:
    whole = settings.study_settings(config(), "one")
    assert set(settings.stage_slice(whole, "differential")) == {
        *("design", "design_matrix", "contrasts", "quantity", "method", "robust", "legacy", "min_log2fc", "detection"),
        *("block", "sample_weights", "imputation", "imputation_seed"),
    }
    assert set(settings.stage_slice(whole, "rollup")) == {"rollup"}
    assert set(settings.stage_slice(whole, "quant")) == {
        "filter",
        "normalization",
        "plex_correction",
        "reference_proteins",
        "rollup",
    }


def test_a_slice_does_not_depend_on_key_order() -> None:
    turned = {"studies": {"one": dict(reversed(STUDY.items()))}}
    one, two = (settings.stage_slice(settings.study_settings(c, "one"), "differential") for c in (config(), turned))
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def documentation() -> str:
    """Return the table of config/README.md as the schema has it."""
    lines = ["| key | default | meaning |", "|---|---|---|"]
    for key, value in settings.documented_keys():
        choices = value.get("enum") or ["{treatment, control} or an expression"] * (key == "contrasts")
        default = "" if value.get("type") == "object" or "default" not in value else json.dumps(value["default"])
        text = value["description"] + (" (" + " \\| ".join(choices) + ")" if choices else "")
        lines.append(f"| `{key}` | {default} | {text} |")
    return "\n".join(lines).replace("|log2fc|", "\\|log2fc\\|")


def test_the_documentation_of_the_config_lists_every_key_with_its_default_and_meaning(root: Path) -> None:
    text = (root / "config" / "README.md").read_text(encoding="utf-8")
    assert documentation() in text, f"config/README.md should hold:\n{documentation()}"


@pytest.mark.parametrize("name", ["config.yaml", "demo.yaml"])
def test_the_configs_that_ship_are_valid(root: Path, name: str) -> None:
    assert settings.load(root / "config" / name)["studies"]


def test_a_config_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("studies: [", encoding="utf-8")
    with pytest.raises(InputError, match="not readable as YAML"):
        settings.load(path)
    path.write_text(yaml.safe_dump(["a"]), encoding="utf-8")
    with pytest.raises(InputError, match="not a YAML mapping"):
        settings.load(path)
