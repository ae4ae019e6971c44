"""A placeholder for pre-commit's `language: python`: installing this repository installs the wheel of the same version.

The project itself is built by python/pyproject.toml.
"""

from setuptools import setup

VERSION = "0.1.0"

setup(
    name="hublint-hook",
    version=VERSION,
    install_requires=[f"hublint=={VERSION}"],
    packages=[],
    py_modules=[],
)
