"""Writes patterns.json: what Python's own `re` takes and matches. Run it with Python 3.12 or 3.13:

    python3.13 Fixtures/patterns.py > Fixtures/patterns.json

A row is [pattern, texts that it matches as a whole, texts that it does not]; one that Python refuses is [pattern].
"""

import json
import random
import re
import sys
import warnings

warnings.simplefilter("ignore")

WRITTEN = r"""
https://grafana\.example\.net/login/generic_oauth
https://[^/]+\.example\.net/(a|b)/cb
https://.*\.example\.org/cb
https?://(?:[a-z0-9-]+\.)+example\.(com|net)(:\d{2,5})?/.*
(?i)https://APP\.example\.net/cb
^https://x\.net/cb$
http://localhost:\d+/callback(/)?
.*
*
.+
a**
a*+
a*+*
a*?
a*??
a++
a??
a{2}
a{2}{3}
a{2}+
a{2}?
a{2}??
a{2}+{3}
a?{2}
a{,2}
a{2,}
a{,}
a{}
a{
a{1
a{1,
a{x}
a{3,1}
a{4294967294}
a{4294967295}
a{99999999999999999999}
{
{1}
}
a|*
|*
(*)
(|a)+
(a|b|)
()*
(?:)*
(?:^)*
^*
$+
\b?
\A*
\Z{2}
(?=a)*
(?!a)+
(?<=a)*
(?#a)*
a(?#c)*
(?#a
(?#a\)
[
[]
[]]
[^]
[^]]
[a
[a-]
[-a]
[a-c-e]
[z-a]
[a-\d]
[\d-a]
[\d-]
[\w.-]+
[\b]
[\B]
[\A]
[\Z]
[[]
[[a]]
[a&&b]
[a--b]
[a||b]
[\]]
[\\]
[\x41-\x43]+
[\101]
[\8]
[\08]
[\400]
[é-ü]
[[:alpha:]]
\
a\
\\
\d\D\s\S\w\W
\p{L}
\P{L}
\q
\z
\Z
\G
\K
\R
\h
\H
\X
\Q
\E
\g<1>
\k<n>
\c
\e
\N
\N{
\o{101}
\x4
\x41
\x{41}
\u00e9
\u00e
\U0001F600
\U00110000
\0
\00
\000
\0001
\07
\08
\1
\8
(a)\1
(a)\2
(a)\10
(a)\01
(a)\101
(a)\400
(a)\377
(a\1)
(?P<n>a)(?P=n)
(?P<n>a)(?P<n>b)
(?P=n)
(?P<n>a(?P=n))
(?P<é>a)(?P=é)
(?P<1a>x)
(?P<a-b>x)
(?P<>x)
(?P<a
(?P
(?P<
(?P>n)
(?P"n")
(?<n>a)
(?'n'a)
(?<=ab)c
.(?<=a)b
(?<=a|b)c
(?<=a|bc)d
(?<=a+)b
(?<=a?)b
(?<=a{2})b
(?<=a{1,2})b
(?<!ab)c
(?<!a*)c
(?<=(a))b
(?<=(a)\1)b
(a)(?<=\1)b
(?<=^)a
(?<=\b)a
(?<=(?=a))a
(?<=(?:a|b))c
(?<=)a
(?<!)a
(?<
(?<a
(?=
(?!)
(?=a
(?>a*)a
(?>a|ab)c
(?>
(?|a|b)
(?&n)
(?R)
(?0)
(?1)
(?+1)
(?-1)
(?C)
(?(1)a|b)
(a)?(?(1)b|c)
(a)(?(1)a|b|c)
(?(1)a|b)(c)
(?(2)a|b)(c)
(?(0)a)
(?(n)a)
(?P<n>a)?(?(n)b|c)
(?(n)a)(?P<n>b)
(?()a)
(?(1a)b)
(a)(?(1)b
(a)(?(1))
(?(?=a)a|b)
(
)
(a
a)
((a)
(a))
(?
(?a
(?i
(?i)
(?i)a
(?i)a|B
a(?i)
 (?i)a
(a(?i))
(?:(?i)a)
(?#c)(?i)a
a|(?i)b
(?i)(?s)a.
(?ims)a
(?ia)a
(?au)a
(?a)(?u)a
(?a:\w)\w
(?u:\w)
(?L)a
(?L:a)
(?t)a
(?i:a)b
(?i-s:a)
(?-i:a)
(?i)(?-i:a)b
(?i-i:a)
(?-a:a)
(?-x)a
(?--i:a)
(?i-:a)
(?i-
(?s-)
(?z)
(?^:a)
(?x) a b # c
(?x) a # c
(?x)a #)
(?x)(a #)
(?x) a\ b
(?x) [a b]
(?x) a *
(?x) a{2 }
(?x: a b ) c
(?x)(?-x: a)
(?s).
(?s:.).
(?m)^a$
(?m:^a$)
a$
a\Z
\ba\b
\Ba
a\B
~
a&b
a-b
a#b
a b
a\ b
a\-b
a\/b
a\.b
a\@b
a\éb
日本語
[日本]+
👩
""".strip("\n").split("\n")

WRITTEN += ["", "(?x) a # c\n b", "a\nb", "a\\\nb", "(?x)a\\\nb", "(?x)a#\\\nb", "[\n]", "(?m)a$\nb", "a$\n", "a\t", "\\\t"]

PIECES = r"""a b c A B é ß 1 _ - . / : \d \D \w \W \s \S \b \B \A \Z ^ $ [ab] [^a] [a-c] [\d-] []a] [^]a] [b-a] [a [ ]
( ) (?: (?P<n> (?P<m> (?P=n) (?P=m) (?= (?! (?<= (?<! (?> (?i) (?i: (?-i: (?x) (?x: (?s: (?m: (?a: (?u) (?#c) (?(1) (?(2) (?(n)
| | * + ? {2} {1,2} {1,} {,2} {2,1} { } ?? *? +? ++ \1 \2 \0 \07 \101 \x41 \x4 \u00e9 \n \t \p \z \\ \. # \#""".split() + [" ", "\n"]

TEXTS = ["", "a", "b", "A", "é", "É", "aa", "ab", "ba", "abc", "aab", "abab", "a1", "1", "a\n", "a b", "a_b", "AbC", "bb", "cba", "\n", " "]
LONGER = [
    "https://grafana.example.net/login/generic_oauth", "https://x.example.net/a/cb", "https://X.EXAMPLE.NET/A/CB",
    "https://a.b.example.com:8443/x", "https://x.net/cb", "https://x.net/cb\n", "http://localhost:8000/callback",
    "https://app.example.net/cb", "https://.example.org/cb", "日本語", "👩", "a\nb", "a.b", "a-b", "a&b", "a#b", "a@b", "a/b",
]


def structured(random, depth=0):
    """A pattern that is mostly right."""
    parts = []
    for _ in range(random.randint(1, 3)):
        kind = random.random()
        if depth < 3 and kind < 0.35:
            opening = random.choice(
                ["(", "(", "(?:", "(?P<g%d>" % random.randint(0, 2), "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?s:", "(?m:", "(?a:", "(?-i:"]
            )
            part = opening + "|".join(structured(random, depth + 1) for _ in range(random.randint(1, 2))) + ")"
        elif kind < 0.42:
            part = random.choice([r"\1", r"\2", "(?P=g0)", "(?(1)a|b)", "(?(1)a)"])
        else:
            part = random.choice(
                ["a", "b", "c", "A", "é", ".", r"\d", r"\w", r"\s", r"\W", r"\b", r"\B", "^", "$", "[ab]", "[^a]", "[a-c]", "[A-C]", r"[\w-]", r"\n", "ab"]
            )
        if random.random() < 0.35:
            part += random.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}"]) + random.choice(["", "", "?", "+"])
        parts.append(part)
    return "".join(parts)


def verdict(pattern):
    try:
        compiled = re.compile(pattern)
    except (re.error, ValueError, OverflowError):
        return [pattern]
    texts = TEXTS + (LONGER if pattern in WRITTEN else [])
    return [pattern, [t for t in texts if compiled.fullmatch(t)], [t for t in texts if not compiled.fullmatch(t)]]


def main():
    source = random.Random(20260101)
    patterns = dict.fromkeys(p for p in WRITTEN if "\\N{" not in p)
    while len(patterns) < 1600:
        patterns["".join(source.choice(PIECES) for _ in range(source.randint(1, 7)))] = None
    while len(patterns) < 3400:
        flags = source.choice(["", "", "", "(?i)", "(?s)", "(?m)", "(?x)", "(?a)", "(?ims)"])
        patterns[flags + structured(source)] = None
    rows = [verdict(p) for p in patterns]
    print("[" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]")
    print(sum(len(r) > 1 for r in rows), "of", len(rows), "accepted", file=sys.stderr)


main()
