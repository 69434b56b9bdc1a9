"""NIfTI, NRRD, MHA, NPY, PNG, JPEG and TIFF into the same series that DICOM gives."""

from condyle.images.read import read_image, recognises

__all__ = ["read_image", "recognises"]
