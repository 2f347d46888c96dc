"""File formats and widths of pictures."""

from enum import StrEnum

PHONE_WIDTH, PAGE_WIDTH = 390, 900
"""Pixels."""


class PictureFormat(StrEnum):
    PNG = "png"
    SVG = "svg"
