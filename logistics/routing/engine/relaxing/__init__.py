"""What would have to be allowed, at least, for a stop that a plan leaves out to be served."""

from logistics.routing.engine.relaxing.finding import relaxations
from logistics.routing.engine.relaxing.lever import apply
from logistics.routing.engine.relaxing.relaxation import Relaxation, RelaxationKind

__all__ = ["Relaxation", "RelaxationKind", "apply", "relaxations"]
