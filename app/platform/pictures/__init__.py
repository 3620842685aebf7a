"""Pictures made on the server from values; each is an SVG with its text alternative, or None when too little is there."""

from app.platform.pictures.picture import Picture
from app.platform.pictures.solver_line import solver_line

__all__ = ["Picture", "solver_line"]
