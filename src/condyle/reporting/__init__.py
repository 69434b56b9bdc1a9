"""Reports as pages, pictures and files: JSON, HTML, PDF, overlays, labelmaps."""

from condyle.reporting.report_json import read_report_json, report_to_dict, report_to_json
from condyle.reporting.wording import word
from condyle.reporting.write import WrittenReport, write_report

__all__ = [
    "WrittenReport",
    "read_report_json",
    "report_to_dict",
    "report_to_json",
    "word",
    "write_report",
]
