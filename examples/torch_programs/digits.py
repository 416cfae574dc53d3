"""Drawn digits of 8x8 pixels: a small classification problem that needs no download."""

import torch

FONT = """
.###. ..#.. .###. .###. ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# #...# ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ....# .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..
"""


def load_digits(count, seed=0):
    """`count` noisy digits at shifted places: images of shape (count, 1, 8, 8), and labels."""
    generator = torch.Generator().manual_seed(seed)
    rows = [line.split() for line in FONT.split("\n") if line]
    glyphs = torch.tensor([[[c == "#" for c in row[d]] for row in rows] for d in range(10)])
    labels = torch.randint(10, (count,), generator=generator)
    shifts = torch.randint(0, 4, (count,), generator=generator)
    images = torch.randn(count, 1, 8, 8, generator=generator) * 0.2
    for image, label, shift in zip(images, labels, shifts):
        left = int(shift)
        image[0, :7, left : left + 5] += glyphs[label].float()
    return images, labels
