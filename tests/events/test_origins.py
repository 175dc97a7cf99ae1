"""Which origins a series of observations is from."""

import pytest

from scorecard_exporter.events.model import is_from


@pytest.mark.parametrize(
    ("origin", "wanted", "expected"),
    [
        pytest.param("shop:cost", "shop:cost", True, id="the very one"),
        pytest.param("shop:cost-2026", "shop:cost", False, id="a name that only begins alike is another"),
        pytest.param("shop:cost", "shop:", True, id="whatever the source has"),
        pytest.param("shops:cost", "shop:", False, id="another source whose name begins alike"),
        pytest.param("shop:cost", None, True, id="any"),
    ],
)
def test_an_origin_is_told_from_others(origin, wanted, expected):
    assert is_from(origin, wanted) is expected
