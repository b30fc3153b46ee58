"""The curve of SM2 (sm2p256v1, GB/T 32918.5): points, and the two multiplications that signatures need.

Python's integers take a time that depends on their values, so nothing here is constant-time.  What is done against that
is said in :mod:`xbridge.crypto.sm2`.  Points are affine pairs; inside, Jacobian triples ``x/z², y/z³`` with ``z = 0`` for
the point at infinity.  Tables are made at first use, so importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

# Parameters: guangdong.md section 10.1 (VERIFIED).
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Affine = tuple[int, int]
Jacobian = tuple[int, int, int]

BLINDING_BITS: Final = 64
_WINDOWS: Final = (256 + BLINDING_BITS) // 8
_OFFSET: Final = sum(1 << (8 * window) for window in range(_WINDOWS)) % N
_KEY_WINDOW: Final = 5
_BASE_WINDOW: Final = 8
_INFINITY: Final = (1, 1, 0)


def on_curve(x: int, y: int) -> bool:
    """Return whether both are coordinates and the point lies on the curve; infinity has none and never does."""
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def base_multiple(scalar: int, *, blinding: int) -> Affine:
    """Return ``scalar``·G for a secret ``scalar`` in [1, n − 1], the same steps for every value.

    ``blinding`` is a fresh random number below 2^64: ``scalar + blinding·n`` names the same point by other digits.
    Every one of its 40 digits costs one addition, zero included: the table starts at one, and what that adds is taken
    off beforehand.
    """
    digits = ((scalar - _OFFSET) % N + blinding * N).to_bytes(_WINDOWS, "little")
    comb = _comb()
    first = comb[0][digits[0]]
    total: Jacobian = (*first, 1)
    for window in range(1, _WINDOWS):
        total = _add(total, comb[window][digits[window]])
    return _affine(total)


def public_sum(base_scalar: int, scalar: int, odd_multiples: Sequence[Affine]) -> Affine | None:
    """Return ``base_scalar``·G + ``scalar``·Q, and None for infinity.  For public values only: the time tells them.

    ``odd_multiples`` are Q, 3Q, 5Q, …, as :func:`key_table` makes them.
    """
    base_table = _base_table()
    base_digits = _signed_digits(base_scalar, _BASE_WINDOW)
    key_digits = _signed_digits(scalar, _KEY_WINDOW)
    total: Jacobian = _INFINITY
    for at in range(max(len(base_digits), len(key_digits)) - 1, -1, -1):
        total = _double(total)
        for digits, table in ((base_digits, base_table), (key_digits, odd_multiples)):
            digit = digits[at] if at < len(digits) else 0
            if digit > 0:
                total = _add(total, table[digit >> 1])
            elif digit:
                x, y = table[-digit >> 1]
                total = _add(total, (x, P - y))
    return _affine(total) if total[2] else None


def key_table(point: Affine) -> tuple[Affine, ...]:
    """Return the odd multiples of ``point`` that :func:`public_sum` wants."""
    return _odd_multiples(point, _KEY_WINDOW)


def _double(point: Jacobian) -> Jacobian:
    """Return 2·``point`` (a = −3); twice infinity is infinity."""
    x, y, z = point
    zz, yy = z * z % P, y * y % P
    beta = x * yy % P
    alpha = 3 * (x - zz) * (x + zz) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(left: Jacobian, right: Affine) -> Jacobian:
    """Return ``left + right``, also where they are equal, opposite, or ``left`` is infinity."""
    x1, y1, z1 = left
    x2, y2 = right
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % P
    h, r = (x2 * zz - x1) % P, (y2 * z1 * zz - y1) % P
    if not h:
        return _INFINITY if r else _double(left)
    hh = h * h % P
    hhh, v = h * hh % P, x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _affine(point: Jacobian) -> Affine:
    """Return the pair of a point that is not infinity."""
    x, y, z = point
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P


def _all_affine(points: Sequence[Jacobian]) -> tuple[Affine, ...]:
    """Return the pairs of many finite points for the price of one inversion."""
    products, product = [], 1
    for _, _, z in points:
        products.append(product)
        product = product * z % P
    inverse, pairs = pow(product, -1, P), []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        one, inverse = inverse * before % P, inverse * z % P
        square = one * one % P
        pairs.append((x * square % P, y * square * one % P))
    return tuple(reversed(pairs))


def _odd_multiples(point: Affine, window: int) -> tuple[Affine, ...]:
    """Return 1, 3, 5, … 2^(window − 1) − 1 times ``point``."""
    twice = _affine(_double((*point, 1)))
    multiples: list[Jacobian] = [(*point, 1)]
    for _ in range((1 << (window - 2)) - 1):
        multiples.append(_add(multiples[-1], twice))
    return _all_affine(multiples)


def _signed_digits(scalar: int, window: int) -> list[int]:
    """Return ``scalar`` in non-adjacent form: each digit zero or odd, below 2^(window − 1) in size, lowest first."""
    digits, full = [], 1 << window
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= full >> 1:
                digit -= full
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


@cache
def _base_table() -> tuple[Affine, ...]:
    return _odd_multiples(G, _BASE_WINDOW)


@cache
def _comb() -> tuple[tuple[Affine, ...], ...]:
    """Return, for each byte of a blinded scalar, 1 to 256 times its unit: about 10,000 points."""
    unit, comb = G, []
    for _ in range(_WINDOWS):
        multiples: list[Jacobian] = [(*unit, 1)]
        for _ in range(255):
            multiples.append(_add(multiples[-1], unit))
        row = _all_affine(multiples)
        comb.append(row)
        unit = row[-1]
    return tuple(comb)
