import logging

import numpy as np
import pytest

from logistics.routing.engine.travel import RoadTravel
from logistics.routing.engine.travel.cache import Cache, digest

from .towns import SQUARE, TEN_M_S, a_town, at

POINTS = [at(100, 20, id="a"), at(1000, 700, id="b"), at(300, 90_000, id="far")]


@pytest.fixture
def town(tmp_path):
    return a_town(tmp_path, nodes=SQUARE, ways=[("A B C D A", TEN_M_S)])


def spoil_costs(path):
    """Doubles every stored second of a matrix: whoever reads the file shows it."""
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["seconds"] = arrays["seconds"] // 2
    np.savez(path, **arrays)


def same(one, other):
    return (
        one.ids == other.ids
        and (one.seconds == other.seconds).all()
        and (one.metres == other.metres).all()
        and one.unplaced == other.unplaced
        and one.metric == other.metric
    )


def test_second_opening_gives_the_same_matrix_from_the_cache(town, tmp_path):
    cache = tmp_path / "cache"
    first = RoadTravel.open(town, cache_dir=cache).matrix(POINTS)
    (matrix_file,) = cache.glob("matrix-*.npz")

    assert same(RoadTravel.open(town, cache_dir=cache).matrix(POINTS), first)

    spoil_costs(matrix_file)
    assert RoadTravel.open(town, cache_dir=cache).matrix(POINTS).seconds[0, 1] == first.seconds[0, 1] // 2


def test_roads_are_not_read_again_once_cached(town, tmp_path):
    cache = tmp_path / "cache"
    RoadTravel.open(town, cache_dir=cache)
    before = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}

    RoadTravel.open(town, cache_dir=cache)

    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == before
    assert len(before) == 1


def test_renamed_points_share_a_matrix_and_keep_their_own_ids(town, tmp_path):
    travel = RoadTravel.open(town, cache_dir=tmp_path / "cache")
    travel.matrix([at(100, 20, id="a"), at(0, 90_000, id="far")])

    renamed = travel.matrix([at(100, 20, id="x"), at(0, 90_000, id="y")])

    assert renamed.ids == ("x", "y")
    assert [one.point_id for one in renamed.unplaced] == ["y"]
    assert len(list((tmp_path / "cache").glob("matrix-*"))) == 1


def test_another_access_limit_is_another_matrix(town, tmp_path):
    cache = tmp_path / "cache"
    point = [at(100, -400, id="a")]

    assert RoadTravel.open(town, cache_dir=cache, max_access_m=500).matrix(point).unplaced == ()
    assert len(RoadTravel.open(town, cache_dir=cache, max_access_m=300).matrix(point).unplaced) == 1


def test_changed_road_file_is_another_network(town, tmp_path):
    cache = tmp_path / "cache"
    ends = [at(0, 0, id="a"), at(1000, 0, id="b")]
    assert RoadTravel.open(town, cache_dir=cache).matrix(ends).metres[0, 1] == 1000

    changed = a_town(tmp_path, nodes=SQUARE, ways=[("A D C B", TEN_M_S)])

    assert RoadTravel.open(changed, cache_dir=cache).matrix(ends).metres[0, 1] == 3000


def damage_nothing(raw):
    return b""


def damage_tail(raw):
    return raw[: len(raw) // 2]


def damage_one_byte(raw):
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 0xFF]) + raw[middle + 1 :]


def damage_all(raw):
    return b"\x00" * len(raw)


@pytest.mark.parametrize("damage", [damage_nothing, damage_tail, damage_one_byte, damage_all])
def test_damaged_cache_file_is_rebuilt(town, tmp_path, damage, caplog):
    cache = tmp_path / "cache"
    whole = RoadTravel.open(town, cache_dir=cache).matrix(POINTS)
    files = sorted(cache.iterdir())
    sizes = [path.stat().st_size for path in files]
    for path in files:
        path.write_bytes(damage(path.read_bytes()))

    with caplog.at_level(logging.WARNING):
        assert same(RoadTravel.open(town, cache_dir=cache).matrix(POINTS), whole)

    assert [path.stat().st_size for path in sorted(cache.iterdir())] == sizes
    # the flipped byte of one of the files may fall on padding that nobody reads
    assert any("damaged" in record.message for record in caplog.records)


def test_matrix_of_another_shape_in_the_cache_is_rebuilt(town, tmp_path):
    cache = tmp_path / "cache"
    whole = RoadTravel.open(town, cache_dir=cache).matrix(POINTS)
    (path,) = cache.glob("matrix-*.npz")
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **(arrays | {"seconds": np.zeros((1, 1), dtype=np.int32)}))

    assert same(RoadTravel.open(town, cache_dir=cache).matrix(POINTS), whole)


def test_pickled_array_in_the_cache_is_never_loaded(town, tmp_path):
    cache = tmp_path / "cache"
    whole = RoadTravel.open(town, cache_dir=cache).matrix(POINTS)
    (path,) = cache.glob("matrix-*.npz")
    with np.load(path) as stored:
        arrays = dict(stored)
    np.savez(path, **(arrays | {"seconds": np.array([{"any": "object"}], dtype=object)}))

    assert same(RoadTravel.open(town, cache_dir=cache).matrix(POINTS), whole)


def test_folder_that_cannot_be_written_costs_time_only(town, tmp_path, caplog):
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")

    with caplog.at_level(logging.WARNING):
        travel = RoadTravel.open(town, cache_dir=blocked)

    assert travel.matrix([at(0, 0)]).seconds.tolist() == [[0]]
    assert any("could not be written" in record.message for record in caplog.records)


def test_nothing_half_written_stays_behind(town, tmp_path):
    RoadTravel.open(town, cache_dir=tmp_path / "cache").matrix(POINTS)

    assert {path.suffix for path in (tmp_path / "cache").iterdir()} == {".npz"}


def test_only_the_newest_matrices_are_kept(tmp_path):
    cache = Cache(tmp_path)
    for number in range(4):
        cache.save("matrix", f"{number}", {"a": np.arange(3)})
        (tmp_path / f"matrix-{number}.npz").touch()

    cache.trim("matrix", kept=2)

    assert len(list(tmp_path.iterdir())) == 2


def test_digest_tells_where_one_part_ends():
    assert digest("ab", "c") != digest("a", "bc")


def test_file_of_another_key_is_not_taken(tmp_path):
    cache = Cache(tmp_path)
    # file names carry the first 32 characters of a key only
    cache.save("matrix", "a" * 32 + "b", {"seconds": np.arange(3)})

    assert cache.load("matrix", "a" * 32 + "c", ("seconds",)) is None
    assert cache.load("matrix", "a" * 32 + "b", ("seconds",)) is not None


def test_file_that_lacks_an_array_is_not_taken(tmp_path):
    cache = Cache(tmp_path)
    cache.save("matrix", "a", {"seconds": np.arange(3)})

    assert cache.load("matrix", "a", ("seconds", "metres")) is None
