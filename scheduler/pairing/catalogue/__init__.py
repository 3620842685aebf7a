"""All partnerships that a plan may hold, as arrays: hundreds of cities have millions of triangles.

``score.candidates`` says what a candidate is, one at a time; this says the same of all at once, and tests hold the two
against each other. What is left out costs no optimum (``MODEL.md``, Sets).
"""

from scheduler.pairing.catalogue.arrays import Catalogue, Flags, Numbers, Places
from scheduler.pairing.catalogue.building import catalogue_of

__all__ = ["Catalogue", "Flags", "Numbers", "Places", "catalogue_of"]
