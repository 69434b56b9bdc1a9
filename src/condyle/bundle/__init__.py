"""The shipped model: its manifest, hashes, model card and local store."""

from condyle.bundle.calibration import (
    calibrate_logits,
    calibrate_probabilities,
    logit,
    sigmoid,
    softmax,
)
from condyle.bundle.card import model_card
from condyle.bundle.contract import ConceptCode, InputContract, Output, Requirement, Task
from condyle.bundle.figures import (
    Calibration,
    CurvePoint,
    EstimateRecord,
    Metric,
    OperatingCurve,
    Validation,
)
from condyle.bundle.hashing import bundle_hash, image_hash
from condyle.bundle.install import install_bundle
from condyle.bundle.manifest import SCHEMA, FileRecord, Manifest
from condyle.bundle.parse import parse_manifest
from condyle.bundle.provenance import Dataset, Licence, Training
from condyle.bundle.sample import read_sample, split_sample
from condyle.bundle.schema import manifest_schema, shipped_manifest_schema
from condyle.bundle.store import (
    Bundle,
    broken_bundles,
    find_bundle,
    find_required,
    installed_bundles,
    open_bundle,
    store_folders,
)
from condyle.bundle.write import write_bundle

__all__ = [
    "SCHEMA",
    "Bundle",
    "Calibration",
    "ConceptCode",
    "CurvePoint",
    "Dataset",
    "EstimateRecord",
    "FileRecord",
    "InputContract",
    "Licence",
    "Manifest",
    "Metric",
    "OperatingCurve",
    "Output",
    "Requirement",
    "Task",
    "Training",
    "Validation",
    "broken_bundles",
    "bundle_hash",
    "calibrate_logits",
    "calibrate_probabilities",
    "find_bundle",
    "find_required",
    "image_hash",
    "install_bundle",
    "installed_bundles",
    "logit",
    "manifest_schema",
    "model_card",
    "open_bundle",
    "parse_manifest",
    "read_sample",
    "shipped_manifest_schema",
    "sigmoid",
    "softmax",
    "split_sample",
    "store_folders",
    "write_bundle",
]
