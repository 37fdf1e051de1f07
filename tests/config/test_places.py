import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.config.places import places


def test_every_kind_of_key_is_found_on_its_line():
    text = '''\
# a comment with = and [brackets]
top = "a # that is no comment"
"quoted key" = 1
a.b.c = 1.5
long = """
[not.a.table]
x = 1
"""
many = [ # comment ]
  "one",
  { in = 1, "side" = [2] },
]
[plain]
  indented = 2026-12-24 10:00:00
[[rows]]
id = 1
[rows.sub]
deep = true
[[rows]]
id = 2
[ x . y ]
z = \'\'\'it''s\'\'\'
'''
    tomllib.loads(text)

    assert places(text) == {
        ("top",): 2,
        ("quoted key",): 3,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c"): 4,
        ("long",): 5,
        ("many",): 9,
        ("many", 0): 10,
        ("many", 1): 11,
        ("many", 1, "in"): 11,
        ("many", 1, "side"): 11,
        ("many", 1, "side", 0): 11,
        ("plain",): 13,
        ("plain", "indented"): 14,
        ("rows",): 15,
        ("rows", 0): 15,
        ("rows", 0, "id"): 16,
        ("rows", 0, "sub"): 17,
        ("rows", 0, "sub", "deep"): 18,
        ("rows", 1): 19,
        ("rows", 1, "id"): 20,
        ("x",): 21,
        ("x", "y"): 21,
        ("x", "y", "z"): 22,
    }


def paths(value: Any, above: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every path to a value that is written as a key or an item."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {above} | {path for key, inner in items for path in paths(inner, (*above, key))}


scraps = st.sampled_from(
    [
        "[a]\n",
        "[[b]]\n",
        "[b.c]\n",
        "k{n} = 1\n",
        "k{n}.x = 'y'\n",
        "k{n} = [1, [2], {{z = '}}', w = \"]\"}}]\n",
        "# [q]\n",
        "\n",
    ]
    + ['k{n} = """\nm = 1\n"quote" """\n', "k{n} = [\n  1, # ]\n  2,\n]\n", '"k {n}" = {{}}\n', "k{n} = 12:30:00\n"]
)


@given(st.lists(scraps, max_size=12))
def test_every_value_of_a_readable_text_has_a_line(parts: list[str]):
    text = "".join(part.format(n=n) for n, part in enumerate(parts))
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = places(text)

    assert paths(tree) - {()} <= set(found)
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())
