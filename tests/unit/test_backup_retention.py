"""Which backups are removed: properties that hold for every repository, policy and clock."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deploys.backup.retention import DAY_SECONDS, Made, Policy, to_remove

NOW = 1_800_000_000
POLICIES = st.one_of(
    st.builds(Policy, days=st.integers(1, 60)),
    st.builds(Policy, st.none(), st.integers(1, 9), st.integers(0, 5), st.integers(0, 4)),
)


@st.composite
def repositories(draw: st.DrawFn) -> list[Made]:
    """Chains of a full backup and what depends on it; some undated or from the future."""
    made: list[Made] = []
    for chain in range(draw(st.integers(0, 8))):
        labels: tuple[str, ...] = ()
        for link in range(draw(st.integers(1, 4))):
            at = draw(st.one_of(st.just(0), st.integers(NOW - 90 * DAY_SECONDS, NOW + 9 * DAY_SECONDS)))
            made.append(Made(f"{chain}-{link}", at, labels))
            labels = (*labels, f"{chain}-{link}")
    return draw(st.permutations(made))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Made], Policy, set[str]]:
    backups = draw(repositories())
    verified = {one.label for one in backups if draw(st.booleans())}
    return backups, draw(POLICIES), verified


@given(cases())
def test_the_newest_proved_one_and_what_it_needs_are_never_removed(
    case: tuple[list[Made], Policy, set[str]],
) -> None:
    backups, policy, verified = case
    gone = to_remove(backups, policy, verified, NOW)
    proved = [one for one in backups if one.label in verified and 0 < one.at <= NOW]
    if proved:
        newest = max(proved, key=lambda one: (one.at, one.label))
        assert not gone & {newest.label, *newest.needs}
    else:
        assert gone == set()


@given(cases())
def test_nothing_undated_or_from_the_future_is_removed(case: tuple[list[Made], Policy, set[str]]) -> None:
    backups, policy, verified = case
    gone = to_remove(backups, policy, verified, NOW)
    assert not [one for one in backups if one.label in gone and not 0 < one.at <= NOW]


@given(cases())
def test_what_stays_can_be_restored(case: tuple[list[Made], Policy, set[str]]) -> None:
    backups, policy, verified = case
    gone = to_remove(backups, policy, verified, NOW)
    assert not [one for one in backups if one.label not in gone and gone & {*one.needs}]


@given(cases(), st.integers(NOW, NOW + 10**9))
def test_a_clock_that_jumps_ahead_removes_nothing(
    case: tuple[list[Made], Policy, set[str]], now: int
) -> None:
    """Trap 16, up to 2058: and neither does the backup that is made then."""
    backups, policy, verified = case
    known = [one for one in backups if one.at <= NOW]
    before = to_remove(known, policy, verified, NOW)
    assert to_remove(known, policy, verified, now) == before
    assert to_remove([*known, Made("ahead", now)], policy, verified, now) == before


@given(cases(), st.integers(0, NOW - 90 * DAY_SECONDS - 1))
def test_a_clock_that_jumps_back_behind_every_backup_removes_nothing(
    case: tuple[list[Made], Policy, set[str]], now: int
) -> None:
    """1970, and up to the day of the oldest."""
    backups, policy, verified = case
    assert to_remove(backups, policy, verified, now) == set()


def days(*ages: int) -> list[Made]:
    return [Made(str(age), NOW - age * DAY_SECONDS) for age in ages]


def test_by_age_the_young_stay_and_the_one_before_them() -> None:
    """Counted back from the proved one, which is a day old."""
    assert to_remove(days(1, 5, 29, 31, 32, 40), Policy(days=30), {"1"}, NOW) == {"40"}


def test_forty_days_of_failed_backups_remove_nothing() -> None:
    """The one before the time that is kept brings back its first moment."""
    old = days(41, 42, 43)
    assert to_remove(old, Policy(days=30), {"42"}, NOW) == set()
    assert to_remove(old, Policy(None, 1, 0, 0), {"42"}, NOW) == {"43"}
    assert to_remove(old, Policy(days=30), set(), NOW) == set()


def test_by_counts_the_newest_of_each_day_week_and_month_stay() -> None:
    backups = days(*range(100))
    gone = to_remove(backups, Policy(None, 7, 4, 3), {"0"}, NOW)
    kept = sorted(int(one.label) for one in backups if one.label not in gone)
    assert kept[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert 9 <= len(kept) <= 7 + 4 + 3
    assert kept[-1] >= 31


def test_by_counts_what_depends_on_a_kept_one_stays() -> None:
    full, later = Made("f", NOW - 100), Made("i", NOW - 50, ("f",))
    assert to_remove([full, later], Policy(None, 1, 0, 0), {"f"}, NOW) == set()
