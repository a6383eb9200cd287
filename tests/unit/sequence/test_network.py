"""The layers in numpy: each equals its formula written as a plain loop, and whole nets equal what PyTorch makes of them."""

import base64
import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest

from myosieve.errors import InputError
from myosieve.sequence import network, regions, residues, signal_peptide, topology_field, transmembrane

CHANNELS, FEATURES = 3, 2


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(20261)


def embedding(draw: np.random.Generator, width: int = 5, features: int = FEATURES) -> network.Weights:
    return {
        "embed.codes": draw.normal(size=(width, residues.ABSENT + 1, CHANNELS)).astype(np.float32),
        "embed.features": draw.normal(size=(width, features, CHANNELS)).astype(np.float32),
        "embed.bias": draw.normal(size=CHANNELS).astype(np.float32),
    }


def stack(draw: np.random.Generator, count: int, width: int = 5) -> network.Weights:
    weights = {}
    for number in range(count):
        weights[f"block{number}.kernel"] = draw.normal(size=(width, CHANNELS, CHANNELS)).astype(np.float32) / 3
        weights[f"block{number}.bias"] = draw.normal(size=CHANNELS).astype(np.float32)
    return weights


def some_proteins(draw: np.random.Generator, *lengths: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    codes = [draw.integers(0, residues.ABSENT, length).astype(np.uint8) for length in lengths]
    return codes, [draw.normal(size=(length, FEATURES)).astype(np.float32) for length in lengths]


def rows_of(packed: network.Packed, number: int, length: int) -> slice:
    return slice(packed.starts[number], packed.starts[number] + length)


# ---- packing ---------------------------------------------------------------------------------------------------------


def test_a_gap_stands_before_between_and_behind_the_sequences(draw: np.random.Generator) -> None:
    codes, features = some_proteins(draw, 4, 0, 7)
    packed = network.pack(codes, features)
    gap = network.GAP
    assert packed.mask.ravel().tolist() == [0] * gap + [1] * 4 + [0] * 2 * gap + [1] * 7 + [0] * gap
    assert packed.starts.tolist() == [gap, 2 * gap + 4, 3 * gap + 4]
    assert (packed.codes[packed.mask.ravel() == 0] == residues.ABSENT).all()
    assert not packed.features[packed.mask.ravel() == 0].any()
    np.testing.assert_array_equal(packed.codes[rows_of(packed, 2, 7)], codes[2])
    np.testing.assert_array_equal(packed.features[rows_of(packed, 2, 7)], features[2])


def test_no_sequence_packs_into_one_gap() -> None:
    packed = network.pack([], [])
    assert packed.mask.shape == (network.GAP, 1)
    assert packed.starts.shape == (0,)


def test_the_gap_is_as_long_as_the_farthest_convolution_reaches() -> None:
    # width 5 of every block, 9 of the helix net's embedding and 7 of the other's (resources/models/training/*_net.py)
    widths = [(5 // 2) * dilation for dilation in (*transmembrane.DILATIONS, *signal_peptide.DILATIONS)]
    assert max(*widths, 9 // 2, 7 // 2) <= network.GAP


# ---- layers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [False, True])
def test_the_embedding_is_its_formula(draw: np.random.Generator, offset: bool) -> None:
    packed, weights = network.pack(*some_proteins(draw, 6, 1)), embedding(draw)
    size = len(packed.codes)
    place = draw.normal(size=(size, CHANNELS)).astype(np.float32) if offset else None
    expected = np.zeros((size, CHANNELS))
    for t in np.flatnonzero(packed.mask[:, 0]):
        total = weights["embed.bias"].astype(float) + (place[t] if offset else 0)
        for k in range(-2, 3):
            # Within reach of a residue the row never ends: a gap of ABSENT stands around it.
            total = total + weights["embed.codes"][k + 2, packed.codes[t + k]]
            total = total + packed.features[t + k] @ weights["embed.features"][k + 2]
        expected[t] = np.maximum(total, 0)
    np.testing.assert_allclose(network.embed(packed, weights, place), expected, atol=1e-5)
    assert (expected > 0).any()


def test_an_embedding_without_features_looks_up_codes_alone(draw: np.random.Generator) -> None:
    codes, _ = some_proteins(draw, 5)
    packed = network.pack(codes, [np.zeros((5, 0), dtype=np.float32)])
    weights = embedding(draw, width=1, features=0)
    expected = np.maximum(weights["embed.codes"][0, codes[0]] + weights["embed.bias"], 0)
    np.testing.assert_allclose(network.embed(packed, weights)[rows_of(packed, 0, 5)], expected, atol=1e-6)


@pytest.mark.parametrize("dilations", [(1,), (1, 2), (8,), (1, 2, 4, 8)])
def test_the_blocks_are_their_formula(draw: np.random.Generator, dilations: tuple[int, ...]) -> None:
    packed, weights = network.pack(*some_proteins(draw, 23, 9)), stack(draw, len(dilations))
    x = (draw.normal(size=(len(packed.mask), CHANNELS)) * packed.mask).astype(np.float32)
    expected = x.astype(float)
    for number, dilation in enumerate(dilations):
        before, expected = expected, np.zeros_like(expected)
        for t in np.flatnonzero(packed.mask[:, 0]):
            total = weights[f"block{number}.bias"].astype(float)
            for k in range(-2, 3):
                # The gaps are long enough that t + k d stays inside the row.
                total = total + before[t + k * dilation] @ weights[f"block{number}.kernel"][k + 2]
            expected[t] = before[t] + np.maximum(total, 0)
    np.testing.assert_allclose(network.blocks(x, packed.mask, weights, dilations), expected, rtol=1e-4, atol=1e-4)


def test_the_lstm_is_its_formula_in_both_directions(draw: np.random.Generator) -> None:
    size, inner, steps = 4, CHANNELS, 6
    x = draw.normal(size=(2, steps, inner)).astype(np.float32)
    weights = {}
    for way in ("forward", "backward"):
        weights |= {
            f"{way}.input": draw.normal(size=(inner, 4 * size)).astype(np.float32),
            f"{way}.state": draw.normal(size=(size, 4 * size)).astype(np.float32),
            f"{way}.bias": draw.normal(size=4 * size).astype(np.float32),
        }
    expected = np.zeros((2, steps, 2 * size))
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    # The stored weights of the three sigmoid gates are halved (sigmoid(z) = (1 + tanh(z / 2)) / 2); the formula's are not.
    whole = np.repeat([2.0, 2.0, 1.0, 2.0], size)
    for row in range(2):
        for way, times, columns in (
            ("forward", range(steps), slice(0, size)),
            ("backward", range(steps)[::-1], slice(size, None)),
        ):
            hidden, cell = np.zeros(size), np.zeros(size)
            for t in times:
                z = x[row, t] @ weights[f"{way}.input"] + hidden @ weights[f"{way}.state"] + weights[f"{way}.bias"]
                i, f, g, o = np.split(z * whole, 4)
                cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
                hidden = sigmoid(o) * np.tanh(cell)
                expected[row, t, columns] = hidden
    np.testing.assert_allclose(network.lstm(x, weights), expected, atol=1e-5)


# ---- what stands beside a sequence does not matter -------------------------------------------------------------------


def test_sequences_packed_together_give_what_each_gives_alone(draw: np.random.Generator) -> None:
    lengths = (17, 1, 40, 3)
    codes, features = some_proteins(draw, *lengths)
    dilations = (1, 2, 4, 8)
    weights = {**embedding(draw, width=9), **stack(draw, 4)}

    def run(packed: network.Packed) -> np.ndarray:
        return network.blocks(network.embed(packed, weights), packed.mask, weights, dilations)

    packed = network.pack(codes, features)
    together = run(packed)
    assert not together[packed.mask.ravel() == 0].any()  # gaps stay 0 through every layer
    for number, length in enumerate(lengths):
        single = network.pack(codes[number : number + 1], features[number : number + 1])
        alone = run(single)[rows_of(single, 0, length)]
        np.testing.assert_allclose(together[rows_of(packed, number, length)], alone, rtol=1e-4, atol=1e-5)


def test_a_neighbor_changes_nothing_whatever_it_is(draw: np.random.Generator) -> None:
    weights = {**embedding(draw, width=9), **stack(draw, 4)}
    codes, features = some_proteins(draw, 30, 30)
    results = []
    for neighbor in (codes[1], residues.encode("W" * 30)):
        packed = network.pack([codes[0], neighbor], features)
        x = network.blocks(network.embed(packed, weights), packed.mask, weights, (1, 2, 4, 8))
        results.append(x[rows_of(packed, 0, 30)])
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_a_row_longer_than_a_chunk_gives_the_same_as_in_pieces(
    draw: np.random.Generator, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    packed, weights = network.pack(*some_proteins(draw, 90, 50)), {**embedding(draw, width=9), **stack(draw, 2)}
    offset = draw.normal(size=(len(packed.mask), CHANNELS)).astype(np.float32)
    whole = network.blocks(network.embed(packed, weights, offset), packed.mask, weights, (1, 8))
    monkeypatch.setattr(network, "_CHUNK", chunk)
    pieces = network.blocks(network.embed(packed, weights, offset), packed.mask, weights, (1, 8))
    np.testing.assert_allclose(pieces, whole, rtol=1e-4, atol=1e-5)


def test_no_layer_changes_what_it_is_given(draw: np.random.Generator) -> None:
    packed, weights = network.pack(*some_proteins(draw, 12)), {**embedding(draw), **stack(draw, 2)}
    x = network.embed(packed, weights)
    before = x.copy()
    network.blocks(x, packed.mask, weights, (1, 2))
    np.testing.assert_array_equal(x, before)


# ---- files -----------------------------------------------------------------------------------------------------------


def archived(**arrays: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def test_weights_are_read_with_32_bits_and_parts_by_their_name(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    arrays = {
        "net0.a": np.float16([0.5, -2]),
        "net0.b.c": np.zeros((2, 2), dtype=np.float16),
        "net01.a": np.float16([1]),
    }
    path.write_bytes(archived(**arrays, slope=np.array(0.25)))
    weights = network.read_weights(path)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}
    assert sorted(network.part(weights, "net0")) == ["a", "b.c"]
    assert network.part(weights, "net0")["a"].tolist() == [0.5, -2]
    assert network.part(weights, "net1") == {}


def damaged() -> dict[str, bytes]:
    whole = archived(first=np.arange(2000.0), second=np.arange(2000.0))
    array = io.BytesIO()
    np.save(array, np.arange(3.0))
    flipped = bytearray(whole)
    flipped[200:240] = bytes(40)
    objects = io.BytesIO()
    np.savez(objects, first=np.array([{}], dtype=object))
    return {
        "empty": b"",
        "text": b"nonsense",
        "cut off": whole[: len(whole) // 2],
        "bytes lost inside": bytes(flipped),
        "a single array": array.getvalue(),
        "objects": objects.getvalue(),
        "words": archived(first=np.array(["a"])),
    }


@pytest.mark.parametrize("kind", damaged())
def test_a_damaged_file_of_weights_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(damaged()[kind])
    with pytest.raises(InputError, match=r"model\.npz: not readable as a model .*restore the file") as caught:
        network.read_weights(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_of_weights_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="restore the file"):
        network.read_weights(tmp_path / "none.npz")


# ---- PyTorch ---------------------------------------------------------------------------------------------------------
# tests/oracles/sequence_nets.json holds tiny random nets and what PyTorch and a compiled sum over all topologies make of some
# made sequences; resources/models/training/oracle.py wrote it. Weights of 32 bits are held to 1e-5, of 16, as shipped, to 1e-3.

BITS = pytest.mark.parametrize(("bits", "tolerance"), [(np.float32, 1e-5), (np.float16, 1e-3)])


@pytest.fixture(scope="module")
def oracle(root: Path) -> dict:
    return json.loads((root / "tests" / "oracles" / "sequence_nets.json").read_text(encoding="utf-8"))


def arrays_of(oracle: dict, net: str) -> tuple[network.Weights, network.Weights]:
    """Return the weights of a net and what is expected of it."""
    arrays = {
        name: np.frombuffer(base64.b64decode(one["float32"]), dtype="<f4").reshape(one["shape"])
        for name, one in oracle[net].items()
    }
    expected = network.part(arrays, "expected")
    return {name: array for name, array in arrays.items() if not name.startswith("expected.")}, expected


def read_back(path: Path, weights: network.Weights, bits: type, **numbers: float) -> Path:
    """Write the weights as a file of a model with one net."""
    path.write_bytes(archived(**{f"net0.{name}": array.astype(bits) for name, array in weights.items()}, **numbers))
    return path


@BITS
def test_the_signal_peptide_net_equals_pytorch(oracle: dict, tmp_path: Path, bits: type, tolerance: float) -> None:
    weights, expected = arrays_of(oracle, "signal")
    path = read_back(tmp_path / "signal.npz", weights, bits, slope=1.0, intercept=0.0, threshold=0.5, polar=0.0)
    nets = signal_peptide.read_model(path).nets
    codes = residues.n_termini(oracle["sequences"], signal_peptide.LENGTH)
    found = signal_peptide.probabilities(codes, nets)
    np.testing.assert_allclose(found, np.exp(expected["log_probability"]), atol=tolerance)
    possible = expected["log_probability"] > -10  # behind the end of a sequence nothing is left to compare
    np.testing.assert_allclose(np.log(found)[possible], expected["log_probability"][possible], atol=30 * tolerance)


@BITS
def test_the_helix_net_and_its_field_equal_pytorch(oracle: dict, tmp_path: Path, bits: type, tolerance: float) -> None:
    weights, expected = arrays_of(oracle, "helix")
    path = read_back(tmp_path / "helix.npz", weights, bits, slope=1.0, intercept=0.0, threshold=0.5, bonus=0.0)
    model = transmembrane.read_model(path)
    field = dataclasses.replace(model.field, shortest=oracle["shortest"])
    assert len(field.duration) == oracle["longest"] - oracle["shortest"] + 1
    signal = np.array(oracle["signal_end"])
    seen, e = transmembrane.scores([residues.encode(sequence) for sequence in oracle["sequences"]], signal, model)
    inner = ~seen.edge
    np.testing.assert_allclose(e[inner], expected["e"][inner], atol=tolerance)
    np.testing.assert_allclose(e[:, :2], expected["e"][:, :2], atol=tolerance)
    assert np.unique(seen.protein).tolist() == expected["protein"].tolist()

    # The field alone, on the very scores that PyTorch's sum was given.
    given = expected["e"].astype(float)
    given[seen.edge, 2:] = topology_field.FORBIDDEN
    parts = [given[seen.protein == number] for number in expected["protein"]]
    odds = topology_field.log_odds(field, parts, signal[expected["protein"].astype(int)] > 0)
    excess = (expected["log_sum"] - expected["without_helix"]).astype(float)
    possible = excess > 1e-3  # the oracle's difference of two sums of 32 bits; some have no helix to speak of
    np.testing.assert_allclose(odds[possible], np.log(np.expm1(excess[possible])), atol=50 * tolerance)
    assert possible.sum() >= 3
    # Impossible, but for the rounding of the difference of two sums.
    assert (odds[[len(part) < oracle["shortest"] for part in parts]] < -14).all()


def test_the_oracle_covers_proteins_with_and_without_a_signal_peptide_and_regions_with_edges(oracle: dict) -> None:
    codes = [residues.encode(sequence) for sequence in oracle["sequences"]]
    seen = regions.view(codes, regions.find(codes), np.array(oracle["signal_end"]))
    assert seen.edge.any()
    assert {end > 0 for end in oracle["signal_end"]} == {True, False}
