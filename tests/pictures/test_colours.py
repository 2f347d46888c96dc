"""Colours of bars, as people with and without a colour vision deficiency see them."""

from itertools import combinations

import pytest

from bot.chat.picture import BarKind
from bot.pictures.palette import BAR_STYLES, HEAT, INK, PAPER, SHADE, heat_ink, heat_step

_DEFICIENCIES = {
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""Matrices for linear RGB by Machado, Oliveira and Fernandes (2009), at full severity."""
Colour = tuple[float, float, float]
_LEAST_DIFFERENCE = 9.0
"""CIE76 in L*a*b*; 2.3 is the least that people notice."""


def _linear(colour: str) -> Colour:
    parts = [each / 255 for each in bytes.fromhex(colour[1:])]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return red, green, blue


def _seen(colour: str, deficiency: str) -> Colour:
    linear = _linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(factor * part for factor, part in zip(row, linear, strict=True))))
        for row in _DEFICIENCIES[deficiency]
    )
    return red, green, blue


def _luminance(linear: Colour) -> float:
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2: 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _lab(linear: Colour) -> Colour:
    red, green, blue = linear
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Colour, other: Colour) -> float:
    pairs = zip(_lab(one), _lab(other), strict=True)
    return float(sum((first - second) ** 2 for first, second in pairs) ** 0.5)


@pytest.mark.parametrize("deficiency", _DEFICIENCIES)
def test_colours_set_kinds_of_bars_apart(deficiency: str):
    for one, other in combinations(BarKind, 2):
        first, second = (_seen(BAR_STYLES[each].fill, deficiency) for each in (one, other))
        if {one, other} != {BarKind.OWN, BarKind.FREE}:  # one's own time, booked or to be booked
            assert difference(first, second) >= _LEAST_DIFFERENCE, (one, other)


@pytest.mark.parametrize("deficiency", _DEFICIENCIES)
@pytest.mark.parametrize("kind", BarKind)
def test_text_on_bars_has_contrast(kind: BarKind, deficiency: str):
    style = BAR_STYLES[kind]
    for ground in filter(None, (style.fill, style.pattern_colour)):
        assert contrast(_seen(style.ink, deficiency), _seen(ground, deficiency)) >= 4.5


@pytest.mark.parametrize("deficiency", _DEFICIENCIES)
def test_outlines_set_bars_off_from_their_ground(deficiency: str):
    for ground in (PAPER, SHADE):
        assert contrast(_seen(INK, deficiency), _seen(ground, deficiency)) >= 3


def test_colour_is_never_the_only_sign():
    """Kinds differ in pattern or outline as well, or else one is a class, whose bars bear its name."""
    looks = [
        (style.pattern, style.outline, style.fill)
        for kind, style in BAR_STYLES.items()
        if kind is not BarKind.FREE
    ]
    assert len(set(looks)) == len(looks)
    plain = [kind for kind, style in BAR_STYLES.items() if (style.pattern, style.outline) == ("none", 1.0)]
    assert plain == [BarKind.CLASS]


@pytest.mark.parametrize("deficiency", _DEFICIENCIES)
def test_steps_of_heat_grow_darker(deficiency: str):
    luminances = [_luminance(_seen(each, deficiency)) for each in HEAT]
    assert luminances == sorted(luminances, reverse=True)
    for step, ground in enumerate(HEAT):
        assert contrast(_seen(heat_ink(step), deficiency), _seen(ground, deficiency)) >= 4.5


def test_nothing_at_all_has_a_step_of_its_own():
    assert [heat_step(share) for share in (0, 0.001, 0.5, 1)] == [0, 1, 3, len(HEAT) - 1]
