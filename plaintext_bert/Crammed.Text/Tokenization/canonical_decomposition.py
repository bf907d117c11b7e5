#!/usr/bin/env python3
"""Writes CanonicalDecomposition.txt, the table behind CanonicalDecomposition.cs, from Python's own Unicode data.

usage: python3 canonical_decomposition.py > CanonicalDecomposition.txt

Lines: "D character its full canonical decomposition" and "C first last class" (runs of equal, non-zero combining class), all
code points in hexadecimal, the class in decimal. Hangul syllables are left out: their decomposition is arithmetic.
"""
import unicodedata

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)

print(f"# Unicode {unicodedata.unidata_version}, written by canonical_decomposition.py")
for code in SCALARS:
    decomposed = unicodedata.normalize("NFD", chr(code))
    if decomposed != chr(code) and code not in HANGUL:
        print("D", f"{code:04X}", *(f"{ord(c):04X}" for c in decomposed))

runs = []
for code in SCALARS:
    combining_class = unicodedata.combining(chr(code))
    if combining_class == 0:
        continue
    if runs and runs[-1][1] == code - 1 and runs[-1][2] == combining_class:
        runs[-1][1] = code
    else:
        runs.append([code, code, combining_class])
for first, last, combining_class in runs:
    print("C", f"{first:04X}", f"{last:04X}", combining_class)
