"""The sample district: invented names, invented streets, and figures like those of the winter of 2020."""

from __future__ import annotations

from .making import SAMPLE_SEED, DemoLogin, SampleDay, make_sample
from .whole_day import sample_day

__all__ = ["SAMPLE_SEED", "DemoLogin", "SampleDay", "make_sample", "sample_day"]
