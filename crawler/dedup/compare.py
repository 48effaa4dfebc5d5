"""Two documents that share text: is one a copy of the other, or do they only share a template?

Similarity alone cannot tell: two tender notices of one agency agree in 95 % of their shingles, a republished
report with its year moved and its masking filled in less. So what differs is looked at. Their pieces are
aligned, and each difference speaks:

- a figure replaced in the same sentence frame (an amount, a day, a project's number, never a year or a masked
  place) speaks for another document; a figure that agrees speaks for a copy;
- a name replaced wherever it stands speaks for another document: an editor's rewording hits some places of a
  word and leaves others;
- a difference at a masked place says nothing.

Each kind of difference is weighed by how much likelier it is under "another document" than under "a copy".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.align import align
from crawler.dedup.codes import decode
from crawler.dedup.parameters import PARAMETERS
from crawler.dedup.sketch import FIGURES, HASH, MASKED, Bools, Pieces, Places, Sketch, Words, mix

_HAN = np.uint32(0x4E00)
_TELLING = 0.1  # probability by which all other places of a word differ by chance, up to which it tells something
_PASSAGE = 6  # pieces (about 50 characters) that differ at one place: no wording, another passage
_SEAM = 3  # pieces that a passage left out breaks: those on both sides and what their cut moves
_PHRASE = 2  # pieces that two places share: a sentence that stands twice, and not a name in it
_REACH = 4  # pieces that one masked place breaks at most: its own and those that share a cut with it


@dataclass(slots=True, frozen=True)
class Comparison:
    """`similarity` is the Jaccard similarity of the pieces, `covered` the share of the new text's pieces that the
    old one has, `covers` the reverse. `foreign`: the share of passages that differ. `added`: the share of the new
    text in passages that the old one has nothing in place of, `missing` the reverse. `seams`: the share of the new
    text's pieces that only a passage left out between them broke. `evidence` is the
    log-likelihood ratio (nats) of "another document" over "a copy" from what differs."""

    similarity: float
    covered: float
    covers: float
    foreign: float
    added: float
    missing: float
    seams: float
    evidence: float


@dataclass(slots=True)
class _Difference:
    """Pieces of the old text (`old`) that stand as `new` in the new one."""

    old: list[int]
    new: list[int]


def compare(new: Sketch, old: Pieces) -> Comparison:
    """What the new text and the pieces of an old one have in common, and what their differences mean."""
    level = max(new.pieces.level, old.level)
    theirs, ours = old.at_level(level), new.pieces.at_level(level)
    a, b = (theirs.codes & HASH).tolist(), (ours.codes & HASH).tolist()
    if not a or not b:
        return Comparison(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    pairs = align(a, b)
    moved_a, moved_b = _moved(a, b, pairs)
    differences = _differences(pairs, moved_a, moved_b)
    replaced: list[_Difference] = []
    excused = foreign = added = missing = seams = 0
    for each in differences:
        surplus = len(each.new) - len(each.old)
        added += surplus if surplus >= _PASSAGE else 0
        if -surplus >= _PASSAGE:
            missing -= surplus
            seams += len(each.new) if len(each.new) <= _SEAM else 0
        masked = _masked(each, theirs, ours)
        if masked and max(len(each.old), len(each.new)) <= _REACH * masked:
            excused += min(len(each.old), len(each.new))
        elif each.old and each.new and not masked:
            if not _seam(each):
                replaced.append(each)
            length = min(len(each.old), len(each.new))
            foreign += length if length >= _PASSAGE else 0
    shared_a, shared_b = (len(pairs) + excused + sum(moved) for moved in (moved_a, moved_b))
    shared = min(shared_a, shared_b)
    evidence = _figures(pairs, replaced, theirs, ours)
    if len(replaced) > 1:
        matched = np.array(moved_b)
        matched[[j for _, j in pairs]] = True
        evidence += _names(new, level, matched, replaced)
    return Comparison(
        shared / (len(a) + len(b) - shared),
        shared_b / len(b),
        shared_a / len(a),
        foreign / min(len(a), len(b)),
        added / len(b),
        missing / len(a),
        seams / len(b),
        evidence,
    )


def _moved(a: list[int], b: list[int], pairs: list[tuple[int, int]]) -> tuple[list[bool], list[bool]]:
    """Which pieces of `a` and of `b` correspond to none, but stand in both texts beside the same neighbour: a
    paragraph in another place. (A single piece may be a common phrase.)"""
    rest_a, rest_b = [True] * len(a), [True] * len(b)
    for i, j in pairs:
        rest_a[i] = rest_b[j] = False
    steps_a, steps_b = (
        {(codes[k], codes[k + 1]) for k in range(len(codes) - 1) if rest[k] and rest[k + 1]}
        for codes, rest in ((a, rest_a), (b, rest_b))
    )
    both = steps_a & steps_b
    if not both:
        return [False] * len(a), [False] * len(b)
    return _in_steps(a, rest_a, both), _in_steps(b, rest_b, both)


def _in_steps(codes: list[int], rest: list[bool], steps: set[tuple[int, int]]) -> list[bool]:
    moved = [False] * len(codes)
    for k in range(len(codes) - 1):
        if rest[k] and rest[k + 1] and (codes[k], codes[k + 1]) in steps:
            moved[k] = moved[k + 1] = True
    return moved


def _differences(pairs: list[tuple[int, int]], moved_a: list[bool], moved_b: list[bool]) -> list[_Difference]:
    """What stands between corresponding places, without what only moved."""
    found = []
    i0 = j0 = -1
    for i1, j1 in [*pairs, (len(moved_a), len(moved_b))]:
        if i1 - i0 > 1 or j1 - j0 > 1:
            old = [i for i in range(i0 + 1, i1) if not moved_a[i]]
            new = [j for j in range(j0 + 1, j1) if not moved_b[j]]
            if old or new:
                found.append(_Difference(old, new))
        i0, j0 = i1, j1
    return found


def _seam(difference: _Difference) -> bool:
    """Whether a passage was put in or left out at this place, which broke the pieces beside it: nothing is replaced."""
    few, many = sorted((len(difference.old), len(difference.new)))
    return few <= _SEAM <= many - few


def _masked(difference: _Difference, theirs: Pieces, ours: Pieces) -> int:
    """How many of the pieces that differ are masked, on the side that has more of them."""
    old, new = theirs.codes[difference.old] & MASKED, ours.codes[difference.new] & MASKED
    return int(max(np.count_nonzero(old), np.count_nonzero(new)))


def _figures(pairs: list[tuple[int, int]], replaced: list[_Difference], theirs: Pieces, ours: Pieces) -> float:
    """What the figures say: those in the same sentence frame, and those in frames that differ themselves."""
    corresponding = np.array(pairs, np.int64).reshape(-1, 2)
    old, new = theirs.figures[corresponding[:, 0]], ours.figures[corresponding[:, 1]]
    both, other = (old != 0) & (new != 0), old != new
    naming = both & _identifies(old) & _identifies(new)
    changed, renamed = int(np.count_nonzero(both & other)), int(np.count_nonzero(naming & other))
    agreeing, same = int(np.count_nonzero(both)) - changed, int(np.count_nonzero(naming)) - renamed
    loose = 0
    for each in replaced:
        gone, come = _residue(theirs.figures[each.old].tolist(), ours.figures[each.new].tolist())
        loose += bool(gone and come)
        renamed += _names_one(gone) and _names_one(come)
    wording = len(replaced) - loose
    # Another document changes its figures everywhere, or keeps those of its template and changes the few beside
    # its names, or those that name something: one as likely as the other.
    ways = [
        _odds(changed + loose, agreeing + wording / 2, PARAMETERS.figure_slip),
        _odds(loose, wording, PARAMETERS.loose_slip),
    ]
    if renamed:
        ways.append(_odds(renamed, same, PARAMETERS.identifier_slip))
    return log(sum(map(exp, ways)) / len(ways))


def _identifies(figures: NDArray[np.uint16]) -> Bools:
    """Which of the (present) figures hold an identifier."""
    identifies: Bools = (figures & 1) == 0
    return identifies


def _names_one(figures: list[int]) -> bool:
    return any(figure & 1 == 0 for figure in figures)


def _residue(old: list[int], new: list[int]) -> tuple[list[int], list[int]]:
    """The figures of the pieces at both sides of a difference that the other side has not, wherever the cuts between
    them fall."""
    before, after = Counter(filter(None, old)), Counter(filter(None, new))
    gone, come = list((before - after).elements()), list((after - before).elements())
    sums = [sum(figure - 1 >> 1 for figure in figures) % FIGURES for figures in (gone, come)]
    return (gone, come) if sums[0] != sums[1] else ([], [])


def _odds(another: float, copy: float, slip: float) -> float:
    """The log-likelihood ratio of so many differences that speak for another document and so many that speak for a
    copy: in another document any share of them is as likely as any other, in a copy they occur with rate `slip`."""
    flat = lgamma(another + 1) + lgamma(copy + 1) - lgamma(another + copy + 2)
    return flat - another * log(slip) - copy * log(1 - slip)


def _names(new: Sketch, level: int, matched: Bools, replaced: list[_Difference]) -> float:
    """What the words at the replaced places say that the new text repeats. An editor's changes hit some places of
    a word and leave others; where another name was put in, every place of it differs. The word that is hardest to
    explain by chance counts, less what so many words may show by chance, and less when most places hold no name."""
    where, site, count = _sites(new, level, matched, replaced)
    words, at = _words(new, where)
    differing = float(np.count_nonzero(where > 0)) / max(int(np.count_nonzero(where >= 0)), 1)
    # Every word of a replaced place, once for each site where it stands; in order, so that a word is a run.
    concerned = np.zeros(1 << 16, np.bool_)
    concerned[words[where[at] > 1]] = True
    at = at[concerned[words]]
    words = words[concerned[words]]
    entries = np.unique(words.astype(np.int64) << 32 | site[at])
    if not len(entries):
        return 0.0
    begins = np.flatnonzero(np.diff(entries >> 32, prepend=-1))
    sites = entries & 0xFFFFFFFF
    spread = np.diff(begins, append=len(entries))
    always = np.logical_and.reduceat(sites < _MATCHED, begins)
    rate = min(max(differing, 0.01), 0.99)
    return _weigh(sites, spread, always, rate, count) if (spread > 1).any() else 0.0


def _weigh(sites: Places, spread: Places, always: Bools, rate: float, count: int) -> float:
    """The evidence of words that stand at `spread` `sites` each, `always` only at some of the `count` replaced
    places and others that differ, when a share (`rate`) of the text differs."""
    chance = rate ** (spread - 1.0)  # that all other sites of a word differ by chance
    telling = np.repeat((spread > 1) & (chance <= _TELLING), spread) & (sites < count)
    asked, named = np.unique(sites[telling]), np.unique(sites[telling & np.repeat(always, spread)])
    strongest = int(spread[always].max(initial=1))
    surprise = (strongest - 1) * -log(rate) * min(1.0, 2.0 * len(named) / count)
    one = surprise - log(np.count_nonzero(spread > 1))
    if one <= 0.0:
        return max(one, PARAMETERS.no_name)
    # Where one name is replaced, others are: telling words at most of the places.
    unlikely = np.bincount(sites[telling], np.log1p(-np.repeat(chance, spread)[telling]), count)
    slip = min(max(float(np.mean(-np.expm1(unlikely[asked]))), PARAMETERS.name_slip), 0.9)
    return one + max(_odds(len(named), len(asked) - len(named), slip), 0.0) / 2


_MATCHED = 1 << 20  # sites from here on are places that agree


def _sites(new: Sketch, level: int, matched: Bools, replaced: list[_Difference]) -> tuple[Places, Places, int]:
    """For each character of the skeleton: -1 when its piece says nothing, 0 when it agrees, 1 when it differs, 2 when
    it is replaced; its site: the number of the replaced place, or else the hash of its piece (a phrase that is
    repeated as a whole is one site); and the number of replaced places."""
    kept = new.kept
    if level > new.pieces.level:
        kept = kept.copy()
        kept[kept] = (new.pieces.codes & ((1 << level) - 1)) == 0
    codes = (new.pieces.at_level(level).codes & HASH).astype(np.int64)
    state = np.where(matched, 0, 1)
    site = codes + np.where(matched, _MATCHED, _MATCHED // 2)
    known: dict[int, int] = {}
    count = 0
    for each in replaced:
        own = codes[each.new].tolist()
        again = Counter(known[code] for code in set(own) if code in known).most_common(1)
        number = again[0][0] if again and again[0][1] >= _PHRASE else count
        known.update(dict.fromkeys(own, number))
        count = max(count, number + 1)
        state[each.new] = 2
        site[each.new] = number
    states, sites = np.full(len(kept), -1), np.zeros(len(kept), np.int64)
    states[kept], sites[kept] = state, site
    lengths = np.diff(new.starts, append=len(new.skeleton))
    return np.repeat(states, lengths), np.repeat(sites, lengths), count


def _words(new: Sketch, where: Places) -> tuple[Words, Places]:
    """Pairs of Han characters (a hash of 16 bits each) without those of an editor's and a genre's words, and where
    each stands: its character that differs more."""
    skeleton = new.skeleton
    use = (where >= 0) & (skeleton >= _HAN)
    for match in PARAMETERS.wording.finditer(decode(skeleton)):
        use[max(match.start() - 1, 0) : match.end() + 1] = False
    first = np.flatnonzero(use[:-1] & use[1:])
    words = mix(skeleton[first] * np.uint32(0x9E3779B1) + skeleton[first + 1]) >> np.uint32(16)
    return words, first + (where[first + 1] > where[first])
