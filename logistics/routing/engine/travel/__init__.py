"""How long a delivery journey takes and where it runs: by road, or straight where no road file is at hand.

Whole seconds, whole metres, WGS-84 degrees. Imports nothing of the platform.
"""

from .great_circle import GreatCircleTravel
from .model import (
    UNREACHABLE,
    BadRoadFile,
    Metric,
    Point,
    TravelMatrix,
    TravelSource,
    Unplaced,
    UnplacedPoints,
)
from .modes import FOOT, TROLLEY, VAN, Mode
from .roads import RoadTravel, kept_matrix

__all__ = [
    "FOOT",
    "TROLLEY",
    "UNREACHABLE",
    "VAN",
    "BadRoadFile",
    "GreatCircleTravel",
    "Metric",
    "Mode",
    "Point",
    "RoadTravel",
    "TravelMatrix",
    "TravelSource",
    "Unplaced",
    "UnplacedPoints",
    "kept_matrix",
]
