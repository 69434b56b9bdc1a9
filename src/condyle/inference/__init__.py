"""ONNX Runtime: from prepared arrays to what a bundle's models say of them."""

from condyle.inference.runner import Runner
from condyle.inference.session import open_session
from condyle.inference.verify import Check, Verification, verify_bundle

__all__ = ["Check", "Runner", "Verification", "open_session", "verify_bundle"]
