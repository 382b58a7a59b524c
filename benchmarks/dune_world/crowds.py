"""Innocent crowds: what the customers of the provider do, the quiet ones and those that look like a harvest."""

from . import developers, firms, private, schools
from .crowd import Crowd

# Draws go through them in this order: another one would make other worlds of the same seed.
CROWDS: dict[str, Crowd] = private.CROWDS | schools.CROWDS | developers.CROWDS | firms.CROWDS
