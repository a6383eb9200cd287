"""Profiles of the ranking: other defaults under one name, over which what the config sets itself wins."""

import jsonschema
import pytest

from myosieve import settings
from myosieve.errors import InputError

STUDY = {"table": "t.txt", "samples": "s.tsv", "contrasts": {"c": {"treatment": "b", "control": "a"}}}
OWN = {"mine": {"experiment_share": 0.5, "direction": "up", "weights": {"receptor": 2}, "knots": {"effect": [0, 1]}}}


def config(ranking, defaults=None):
    return {"defaults": {"ranking": defaults or {}}, "studies": {"one": STUDY | {"ranking": ranking}}}


def resolved(ranking, defaults=None):
    chosen = config(ranking, defaults)
    settings.check(chosen, "my.yaml")
    return settings.study_settings(chosen, "one")["ranking"]


PLAIN = resolved({})


def test_each_shipped_profile_is_one_that_a_config_could_hold():
    ranking = settings.study_properties()["ranking"]
    shape = ranking["properties"]["profiles"]["additionalProperties"] | {"$defs": settings.schema()["$defs"]}
    for name, profile in ranking["x-profiles"].items():
        jsonschema.Draft202012Validator(shape).validate(profile)
        assert resolved({"profile": name})["profile"] == name
    assert ranking["x-profiles"]["default"] == {}


def test_strict_is_the_class_that_it_keeps_and_nothing_else():
    assert resolved({"profile": "strict"}) == PLAIN | {"profile": "strict", "classes": ["classical"]}


def test_discovery_counts_the_experiment_more_and_the_class_less():
    found = resolved({"profile": "discovery"})
    changed = {"profile": "discovery", "experiment_share": 0.9, "min_peptides": 1}
    assert found == PLAIN | changed | {"weights": PLAIN["weights"] | {"secretion": 1}}


def test_what_the_config_sets_itself_wins_over_the_profile():
    found = resolved({"profile": "discovery", "weights": {"secretion": 5}}, {"min_peptides": 3})
    assert (found["weights"]["secretion"], found["min_peptides"], found["experiment_share"]) == (5, 3, 0.9)


def test_a_profile_of_ones_own_is_taken_by_name_and_leaves_only_what_it_sets():
    found = resolved({"profile": "mine", "profiles": OWN})
    assert (found["experiment_share"], found["direction"]) == (0.5, "up")
    assert found["weights"] == PLAIN["weights"] | {"receptor": 2}
    assert found["knots"] == PLAIN["knots"] | {"effect": [0, 1]}
    assert found.keys() == PLAIN.keys()


def test_profiles_of_the_defaults_serve_every_study_and_one_that_is_not_chosen_changes_nothing():
    assert resolved({"profile": "mine"}, {"profiles": OWN})["experiment_share"] == 0.5
    assert resolved({}, {"profile": "mine", "profiles": OWN})["experiment_share"] == 0.5
    assert resolved({"profiles": OWN}) == PLAIN
    whole = settings.study_settings(config({"profiles": OWN}), "one")
    assert settings.stage_slice(whole, "ranking")["ranking"] == PLAIN


@pytest.mark.parametrize(
    ("ranking", "said"),
    [
        ({"profile": "stict"}, "ranking.profile of study 'one' is 'stict'; did you mean 'strict'?"),
        ({"profile": "mime", "profiles": OWN}, "did you mean 'mine'?"),
        ({"profile": "qqq"}, "profiles: default, strict, discovery"),
        ({"profiles": {"mine": {"experimentshare": 1}}}, "did you mean 'experiment_share'?"),
        ({"profiles": {"mine": {"classes": ["clasical"]}}}, "use one of classical, shed"),
        (
            {"profiles": {"mine": {"weights": {"fame": 1}}}},
            "unknown key 'studies.one.ranking.profiles.mine.weights.fame'",
        ),
        (
            {"profiles": {"strict": {}}},
            "ranking.profiles of study 'one' names 'strict', which ships; give it another name",
        ),
        ({"profile": 3}, "it must be of type string"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_line_with_the_nearest_name(ranking, said):
    with pytest.raises(InputError) as error:
        settings.check(config(ranking), "my.yaml")
    assert str(error.value).startswith("my.yaml: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
