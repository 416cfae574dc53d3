"""Pictures of a network: drawn by matplotlib, which is imported when a picture is made.

Every function returns a :class:`Picture`, which shows itself in a notebook and saves itself as SVG or
PNG. ``pip install taut[viz]`` brings what they need. See docs/pictures.md.
"""

from taut.viz._distribution import distribution
from taut.viz._flow import flow
from taut.viz._graph import graph
from taut.viz._network import network
from taut.viz._neuron import neuron
from taut.viz._picture import DotPicture, Picture
from taut.viz._ties import ties

__all__ = [
    "DotPicture",
    "Picture",
    "distribution",
    "flow",
    "graph",
    "network",
    "neuron",
    "ties",
]
