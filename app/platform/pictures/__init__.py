"""Pictures made on the server from values: each an SVG with its text alternative, or None when too little is there."""

from app.platform.pictures.heat import Cell, HeatTable, heat_step
from app.platform.pictures.network import network
from app.platform.pictures.partnerships import Member, Tie
from app.platform.pictures.picture import Picture
from app.platform.pictures.shortfall import Share, shortfall, worst_of
from app.platform.pictures.solver_line import solver_line
from app.platform.pictures.strips import Day, Line, Span, person_strip, plan_strip, room_strip
from app.platform.pictures.world_map import world_map

__all__ = [
    "Cell",
    "Day",
    "HeatTable",
    "Line",
    "Member",
    "Picture",
    "Share",
    "Span",
    "Tie",
    "heat_step",
    "network",
    "person_strip",
    "plan_strip",
    "room_strip",
    "shortfall",
    "solver_line",
    "world_map",
    "worst_of",
]
