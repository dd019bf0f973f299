import numpy as np
import pytest

from toolkit.inspection.ranking import halves, rank

TRIALS, LEVEL = 200, 0.05
MOST = 20  # a binomial of 200 trials at 0.05 is above in one case of a thousand


def slow(rng, rows, steps, keep):
    """Returns sequences that change as slowly as `keep` says, `[rows, steps]`."""
    values = rng.normal(size=[rows, steps]).astype("float32")
    for step in range(1, steps):
        values[:, step] += keep * values[:, step - 1]
    return values


def test_it_is_the_correlation_and_the_share_of_the_turns_that_are_as_good():
    rng = np.random.default_rng(0)
    units, prop = slow(rng, 5, 80, np.linspace(0, 0.9, 5)), slow(rng, 1, 80, 0.5)
    units[3] += prop[0] / 3
    found = {each.unit: each for each in rank([units[:2], units[2:]], prop, best=5)[0]}
    turns = [[np.corrcoef(unit[40:], np.roll(prop[0, 40:], turn))[0, 1] for unit in units] for turn in range(40)]
    largest = np.abs(turns).max(1)
    for unit in range(5):
        assert found[unit].chosen == pytest.approx(np.corrcoef(units[unit, :40], prop[0, :40])[0, 1], abs=1e-5)
        assert found[unit].held_out == pytest.approx(turns[0][unit], abs=1e-5)
        assert found[unit].p == pytest.approx(np.mean(largest >= abs(turns[0][unit]) - 1e-5))


def test_a_planted_unit_is_found_first():
    rng = np.random.default_rng(1)
    units = slow(rng, 40, 2000, 0.9)
    prop = (slow(rng, 1, 2000, 0.9) > 0).astype("float32")
    units[23] -= 3 * prop[0]
    best = rank([units], prop)[0]
    assert best[0].unit == 23
    assert best[0].held_out < -0.4
    assert best[0].p < 0.01
    assert all(each.p > LEVEL for each in best[1:])


def test_labels_by_chance_give_findings_as_rarely_as_said():
    rng = np.random.default_rng(2)
    count = 0
    for _ in range(TRIALS):
        units = slow(rng, 16, 600, rng.uniform(0, 0.97, 16))
        labels = (slow(rng, 2, 600, np.array([0.0, 0.95])) > 0).astype("float32")
        count += any(each.p < LEVEL for best in rank([units], labels, best=16) for each in best)
    assert 0 < count <= MOST  # all units are listed, so that the test is as strict as it says, and no stricter


def test_units_and_halves_without_change():
    prop = np.tile([0.0, 1.0, 0.0], [1, 100])
    units = np.stack([np.full(300, 7.0), prop[0], np.arange(300)])
    assert [each.unit for each in rank([units], prop)[0]] == [1, 2]
    assert halves(301) == (150, 150)
    assert halves(14) == (7, 6)
    assert halves(1) == (0, 1)
