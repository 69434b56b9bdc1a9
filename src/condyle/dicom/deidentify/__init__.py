"""Taking the identity out of an instance (PS3.15 Annex E), and searching for what was left."""

from condyle.dicom.deidentify.header import Deidentified, deidentified
from condyle.dicom.deidentify.profile import BASIC, Option, Profile, profile_of
from condyle.dicom.deidentify.project import Project

__all__ = ["BASIC", "Deidentified", "Option", "Profile", "Project", "deidentified", "profile_of"]
