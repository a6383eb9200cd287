"""Settings: the config's schema, its defaults, and the slice of it that each stage reads.

`workflow/schemas/config.schema.yaml` is the one place where a key, its default and the stages that read it are written.
"""

from __future__ import annotations

import copy
import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from myosieve import files
from myosieve.errors import InputError


@functools.cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of a config file."""
    import yaml

    return yaml.safe_load(files.shipped("schemas/config.schema.yaml").read_text(encoding="utf-8"))


def study_properties() -> dict[str, Any]:
    """Return the schema's properties of a study, by key."""
    return schema()["$defs"]["study"]["properties"]


def check(config: Mapping[str, Any], where: object) -> None:
    """Raise InputError on the first thing in the config that the schema does not allow.

    Parameters
    ----------
    config
        The merged content of the config files.
    where
        What to call it in the message: the file name, or several.
    """
    import jsonschema

    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema()).iter_errors(config))
    if error is not None:
        raise _explained(error, where)
    for study in config["studies"]:
        _check_profile(_layers(config, study), study, where)


def _check_profile(layers: Sequence[Mapping[str, Any]], study: str, where: object) -> None:
    shipped = study_properties()["ranking"]["x-profiles"]
    for own in [own for layer in layers for own in (layer.get("ranking") or {}).get("profiles") or {}]:
        if own in shipped:
            what = f"ranking.profiles of study {study!r} names {own!r}, which ships"
            raise InputError(what, where, "give it another name: a shipped one means the same everywhere")
    name, known = _profile(layers)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"profiles: {', '.join(known)}"
        raise InputError(f"ranking.profile of study {study!r} is {name!r}", where, hint)


def check_study(settings: Mapping[str, Any], where: object) -> None:
    """Raise InputError on the first setting of one study that the schema does not allow, as `check`."""
    import jsonschema

    whole = schema()
    rules = {**whole["$defs"]["study"], "$defs": whole["$defs"]}
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(rules).iter_errors(settings))
    if error is not None:
        raise _explained(error, where)


def study_settings(config: Mapping[str, Any], study: str) -> dict[str, Any]:
    """Return all settings of a study: the schema's defaults, under the config's `defaults`, under the study's own keys.

    Nested objects (`filter`, `ranking`, ...) merge key by key; lists and what the schema marks `x-whole` (contrasts, files)
    are taken whole. Defaults below what it marks `x-when-given` (predictors to run) are filled in where that is given. The
    profile of the ranking stands between the schema's defaults and the config; of the profiles only its name is left.
    """
    merged = _defaults(study_properties())
    layers = _layers(config, study)
    name, profiles = _profile(layers)
    for layer in ({"ranking": profiles[name]}, *layers):
        for key, value in layer.items():
            whole = study_properties()[key].get("x-whole") or not isinstance(value, Mapping)
            merged[key] = copy.deepcopy(value) if whole else _merged(merged.get(key, {}), value)
    del merged["ranking"]["profiles"]
    return _filled_in(merged, study_properties())


def _layers(config: Mapping[str, Any], study: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return config.get("defaults") or {}, config["studies"][study] or {}


def _profile(layers: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, Any]]:
    """Return the name of a study's ranking profile, and all profiles by name: those that ship and the config's own."""
    ranking = study_properties()["ranking"]
    name, profiles = ranking["properties"]["profile"]["default"], dict(ranking["x-profiles"])
    for layer in layers:
        given = layer.get("ranking") or {}
        name, profiles = given.get("profile", name), _merged(profiles, given.get("profiles") or {})
    return name, profiles


def stage_slice(settings: Mapping[str, Any], stage: str, properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the part of a study's settings that a stage reads, by the schema's `x-stages`; of an object, the keys it reads."""
    read: dict[str, Any] = {}
    for key, value in sorted((study_properties() if properties is None else properties).items()):
        if key not in settings:
            continue
        if stage in value.get("x-stages", ()):
            read[key] = settings[key]
        elif isinstance(settings[key], Mapping) and (
            inner := stage_slice(settings[key], stage, value.get("properties", {}))
        ):
            read[key] = inner
    return read


def stage_defaults(stage: str) -> dict[str, Any]:
    """Return a stage's settings where nobody set anything, as the commands use without `--settings`."""
    return stage_slice(_defaults(study_properties()), stage)


def documented_keys(node: Mapping[str, Any] | None = None, prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every study key as a dotted path with its schema, for the documentation and its test."""
    for key, value in (study_properties() if node is None else node).items():
        yield prefix + key, value
        yield from documented_keys(value.get("properties", {}), f"{prefix}{key}.")


def _defaults(properties: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in properties.items():
        if value.get("x-when-given"):
            continue
        if "properties" in value:
            found[key] = _defaults(value["properties"])
        elif "default" in value:
            found[key] = copy.deepcopy(value["default"])
    return found


def _filled_in(settings: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the defaults below `x-when-given` filled in where that key is given."""
    filled = dict(settings)
    for key, value in properties.items():
        if isinstance(settings.get(key), Mapping) and "properties" in value:
            below = _defaults(value["properties"]) if value.get("x-when-given") else {}
            filled[key] = _filled_in(_merged(below, settings[key]), value["properties"])
    return filled


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        inner = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if inner else copy.deepcopy(value)
    return merged


def _explained(error: Any, where: object) -> InputError:
    """Turn jsonschema's error into one line that names the key, its value and what would be right."""
    key = ".".join(str(part) for part in error.absolute_path)
    at = f"key {key!r}" if key else "the config"
    if error.validator == "additionalProperties":
        allowed = list(error.schema.get("properties", {}))
        unknown = sorted(set(error.instance) - set(allowed))[0]
        former = error.schema.get("x-former", {})
        near = difflib.get_close_matches(str(unknown), allowed, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known keys here: {', '.join(sorted(allowed))}"
        full = f"{key}.{unknown}" if key else str(unknown)
        if unknown in former:
            return InputError(f"key {full!r} is no more", where, former[unknown])
        return InputError(f"unknown key {full!r}", where, hint)
    if error.validator == "enum":
        return InputError(
            f"{at} is {error.instance!r}", where, f"use one of {', '.join(map(str, error.validator_value))}"
        )
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return InputError(f"{at} lacks {missing!r}", where, f"add {missing!r}; config/README.md describes every key")
    if error.validator == "oneOf":
        remedy = "give {treatment: ..., control: ...} or a linear expression over conditions"
        return InputError(f"{at} is {error.instance!r}", where, remedy)
    if error.validator in ("type", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        words = {
            "type": "of type",
            "pattern": "text matching",
            "minimum": "at least",
            "maximum": "at most",
            "exclusiveMinimum": "above",
            "exclusiveMaximum": "below",
        }
        wanted = error.validator_value
        wanted = " or ".join(wanted) if isinstance(wanted, list) else wanted
        return InputError(f"{at} is {error.instance!r}", where, f"it must be {words[error.validator]} {wanted}")
    return InputError(f"{at}: {error.message}", where, "config/README.md describes every key")


def load(path: Path | str) -> dict[str, Any]:
    """Read one YAML config file and check it against the schema."""
    import yaml

    try:
        config = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("the file does not exist", path, "check the path") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"not readable as YAML ({error})", path, "give a YAML file in UTF-8") from None
    if not isinstance(config, dict):
        raise InputError("not a YAML mapping", path, "start from config/config.yaml")
    check(config, path)
    return config
