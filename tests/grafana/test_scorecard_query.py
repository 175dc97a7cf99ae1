"""The scorecard as it stands, asked as a panel does."""


def test_a_row_for_each_measure(grafana):
    frame = grafana.one("scorecard", scorecard="engineering", team="payments")
    assert frame.size == 8
