from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.web.settings.typed import MOST_ROWS, Typed

STEPS = Typed.of(
    {"name": "Standard", "steps.0.at": "75", "steps.0.do": ["remind_owner", "notify_lead"], "steps.1.at": "100"}
)
names = st.text(st.sampled_from("ab.01:"), max_size=6)
forms = st.lists(st.tuples(names, st.text(max_size=3)), max_size=12).map(lambda fields: Typed(tuple(fields)))


def moved(order: str) -> list[str]:
    changed = STEPS.obeyed(order, Typed.of({"at": ""}))
    assert changed is not None
    return [row.get("at") for row in changed.rows("steps")]


def test_rows_are_added_removed_and_moved_and_nothing_else_changes() -> None:
    assert moved("add:steps") == ["75", "100", ""]
    assert moved("remove:steps:0") == ["100"]
    assert moved("up:steps:1") == ["100", "75"]
    assert moved("down:steps:0") == ["100", "75"]
    assert moved("up:steps:0") == moved("down:steps:1") == ["75", "100"]
    assert moved("remove:steps:9") == ["75", "100"]

    changed = STEPS.obeyed("up:steps:1", Typed())
    assert changed is not None
    assert changed.get("name") == "Standard"
    assert changed.all("steps.1.do") == ("remind_owner", "notify_lead")


def test_rows_can_have_rows() -> None:
    form = Typed.of({"all.0.any.0.is": "a", "all.0.any.1.is": "b", "all.1.any.0.is": "c"})

    changed = form.obeyed("remove:all.0.any:0", Typed())

    assert changed is not None
    assert [row.get("is") for row in changed.rows("all.0.any")] == ["b"]
    assert [row.get("is") for row in changed.rows("all.1.any")] == ["c"]


def test_what_is_no_order_changes_nothing() -> None:
    for order in ("save", "look", "add", "drop:steps:1", "up:steps:1000000000", "remove:steps:x"):
        assert STEPS.obeyed(order, Typed()) is None


@given(forms, st.sampled_from(["a", "b", "a.0.b"]))
def test_a_list_put_back_as_it_was_read_says_the_same(form: Typed, prefix: str) -> None:
    rows = form.rows(prefix)

    assert form.with_rows(prefix, rows).rows(prefix) == rows


@given(forms)
def test_adding_a_row_and_removing_it_changes_no_content(form: Typed) -> None:
    count = len(form.rows("a"))
    added = form.obeyed("add:a", Typed.of({"x": "new"}))
    assert added is not None
    assert len(added.rows("a")) == min(count + 1, MOST_ROWS)

    back = added.obeyed(f"remove:a:{count}", Typed())

    assert back is not None
    assert back.rows("a") == form.rows("a")


def test_a_flood_of_rows_is_cut() -> None:
    many = Typed(tuple((f"a.{nth}", "x") for nth in range(MOST_ROWS + 5)))
    assert len(many.rows("a")) == MOST_ROWS


@given(forms, st.randoms())
def test_the_digest_is_of_what_is_said_not_of_its_order(form: Typed, dice: object) -> None:
    shuffled = list(form.fields)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert Typed(tuple(shuffled)).digest == form.digest
    assert form.replaced("more", "x").digest != form.digest
