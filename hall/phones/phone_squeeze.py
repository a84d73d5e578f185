"""Our own style and script made short for weak Wi-Fi, without a build step: read, squeezed and kept by the process.

Not a general minifier: it knows the way our scripts are written. Strings stand in single quotes, notes on lines of
their own, every statement ends in a semicolon, what is compared is of one type, and nothing is named in lower case
with three letters or more that the browser also knows.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

_NOTE = re.compile(r"^[ \t]*//.*$|^/\*.*\*/$", re.MULTILINE)
_CODE = re.compile(r"'(?:\\.|[^'\\\n])*'"                      # a string stays
                   r"|(?:(?<=[(,=!])|(?<=[(,=!] ))/(?:\\.|[^/\n\\])+/[a-z]*"  # so does a regular expression
                   r"|[ \t]*([{}()=+\-*/%<>?:;,&|!\[\]])[ \t]*"
                   r"|\b(?<!\.)(true|false)\b(?! ?:)")

_TRUTH = {"true": "!0", "false": "!1"}


def squeeze(source: str, *, script: bool) -> str:
    """Without notes, line ends, indentation and (in the script) blanks around signs, two signs of equality for three,
    `!0` for true and `!1` for false."""
    bare = re.sub(r"(?m)^[ \t]+|[ \t]+$", "", _NOTE.sub("", source))
    kept = _CODE.sub(lambda m: m[1] or _TRUTH.get(m[0], m[0]), bare).replace("===", "==").replace("!==", "!=") if script else bare
    return re.sub(r"\n*([;{}(,\n])\n*", r"\1", kept).replace(";}", "}").strip()


_TEXT = r"'(?:\\.|[^'\\\n])*'|(?<=[(,=!])/(?:\\.|[^/\n\\])+/[a-z]*"
_DECLARED = re.compile(r"(?:\b(?:const|let|function) |,)([a-z_]{3,})(?==(?![=>])|[(;])")
_NAME = re.compile(r"(?<![\w.$])([a-z_]{3,})(?!\w)")
_GIVEN = re.compile(r"\(([\w$,]*)\)(?:=>|\{)|(?<![\w.$])(\w+)=>")
_WORD = re.compile(r"(?<![\w$])[A-Za-z_$][\w$]*")


def abridge(squeezed: str) -> str:
    """The squeezed script with one or two signs for every name that it declares or is given, and `let` for `const`.

    A name that stands outside all functions, or is a function's, has one short form throughout; the most used get a
    capital letter. A name that stands in functions only has in each of them a small letter that is not used there.
    Strings, regular expressions, properties (`.name`, `{name:`) and the browser's own names stay.
    """
    bare = re.sub(_TEXT, lambda found: "'" + "0" * (len(found[0]) - 2) + "'", squeezed)
    spans = list(_functions(bare))
    places = [(found, _home(bare, spans, found.start())) for found in _NAME.finditer(bare)]
    times, times_at_home = Counter(found[1] for found, _ in places), Counter((home, found[1]) for found, home in places)
    given = [name for several, one in _GIVEN.findall(bare) for name in (one or several).split(",") if len(name) > 2]
    declared = {*_DECLARED.findall(bare), *given} - {"const", "let", "function", "return"}
    words = [set(_WORD.findall(bare[span.start:span.stop])) for span in spans]
    free = _unused({word for of_all in (*words, _WORD.findall(bare)) for word in of_all},
                   (*string.ascii_uppercase, *(a + n for n in string.digits for a in string.ascii_lowercase)))
    letters = [_unused(one, string.ascii_lowercase) for one in words]
    short: dict[tuple[int, str], str] = {}
    everywhere = {name for home, name in times_at_home if home < 0}
    for name in sorted(declared & everywhere, key=lambda name: (-times[name], name)):
        short |= dict.fromkeys([(home, name) for home in range(-1, len(spans))], next(free))
    for home, name in sorted(times_at_home, key=lambda one: (-times_at_home[one], one)):
        if name in declared - everywhere:
            short[(home, name)] = next(letters[home], "") or next(free)

    out, end = [], 0
    for found, home in places:
        is_key = bare[found.start() - 1] in "{," and bare[found.end():found.end() + 1] == ":"
        new = "let" if found[1] == "const" else found[1] if is_key else short.get((home, found[1]), found[1])
        out += [squeezed[end:found.start()], new]
        end = found.end()
    return "".join(out) + squeezed[end:]


def _unused(taken: Collection[str], signs: Iterable[str]) -> Iterator[str]:
    return (one for one in signs if one not in taken)


def _home(bare: str, spans: Sequence[range], place: int) -> int:
    """Which function this place is in; -1 outside of all, and for a function's own name."""
    if bare.startswith("function ", place - len("function ")):
        return -1
    return next((n for n, span in enumerate(spans) if place in span), -1)


def _functions(bare: str) -> Iterator[range]:
    """Where the functions stand that are declared in no other; strings must hold no brace."""
    depth, began = 0, -1
    for place, sign in enumerate(bare):
        if sign == "f" and depth == 0 and began < 0 and bare.startswith("function ", place):
            began = place
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
            if depth == 0 and sign == "}" and began >= 0:
                yield range(began, place + 1)
                began = -1
