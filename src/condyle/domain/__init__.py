"""What a reader talks about: plain types that know no file format."""

from condyle.domain.case import Case, Reference
from condyle.domain.estimate import Estimate
from condyle.domain.findings import Evidence, Finding, Measurement, OperatingPoint, Site
from condyle.domain.geometry import Reorientation
from condyle.domain.messages import Message
from condyle.domain.report import BundleRef, Report, SeriesSummary, SliceView, StudySummary
from condyle.domain.study import Attribute, Instance, LeftOut, Series, Study
from condyle.domain.volume import Volume

__all__ = [
    "Attribute",
    "BundleRef",
    "Case",
    "Estimate",
    "Evidence",
    "Finding",
    "Instance",
    "LeftOut",
    "Measurement",
    "Message",
    "OperatingPoint",
    "Reference",
    "Reorientation",
    "Report",
    "Series",
    "SeriesSummary",
    "Site",
    "SliceView",
    "Study",
    "StudySummary",
    "Volume",
]
