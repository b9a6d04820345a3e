"""Millrace as a distribution. In setup.py, since Dataflow's --setup_file stages the code from here."""

import ast
from pathlib import Path

from setuptools import find_packages, setup

ROOMS = ("pipeline", "transforms", "options", "dashboard")


def read_version() -> str:
    """Read ``__version__`` without importing: at build time Beam need not be there."""
    source = Path(__file__).with_name("pipeline").joinpath("__init__.py").read_text(encoding="utf-8")
    return next(
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__"
    )


setup(
    name="millrace",
    version=read_version(),
    description="Live page views from a stream of business events, on Apache Beam",
    license_expression="Apache-2.0",
    license_files=["LICENSE", "NOTICE"],
    python_requires=">=3.11,<3.14",
    packages=find_packages(include=[f"{room}{below}" for room in ROOMS for below in ("", ".*")]),
    package_data={
        "": ["py.typed"],
        "transforms.contracts": ["*.json", "*.yaml"],
        "pipeline.local_cloud": ["requirements.in", "requirements.lock"],
        "pipeline.sample": ["README.md", "data/*"],
        "dashboard": ["static/*", "static/*/*"],
    },
    entry_points={
        "console_scripts": ["millrace = pipeline.__main__:main", "millrace-dashboard = dashboard.__main__:main"]
    },
    install_requires=[
        "apache-beam[gcp]>=2.77,<2.78",
        "crawler-user-agents>=1.40,<2",
        "google-cloud-bigquery>=3.30,<4",
        "google-cloud-bigtable>=2.30,<3",
        "google-cloud-pubsub>=2.28,<3",
        "google-cloud-storage>=3,<4",
        "google-re2>=1.1.20251105,<2",
        "jsonschema-rs>=0.60,<0.61",
        "msgspec>=0.20,<0.23",
        "numpy>=2.1,<2.5",
        "pyarrow>=20,<26",
        "PyYAML>=6.0.2,<7",
        "xxhash>=3.5,<5",
    ],
    extras_require={
        "dashboard": [
            "fastapi>=0.165,<0.166",
            "uvicorn>=0.54,<0.55",
        ],
        "dev": [
            "axe-playwright-python>=0.1.8,<0.2",
            "httpx>=0.28,<1",
            "hypothesis>=6.130",
            "mypy>=2,<3",
            "playwright>=1.65,<1.66",
            "pytest>=9,<10",
            "pytest-timeout>=2.4",
            "pytest-xdist>=3.8",
            "python-hcl2>=8,<9",
            "ruff>=0.17,<0.18",
            "setuptools>=77",
            "types-PyYAML>=6.0.12",
        ],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Console",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Typing :: Typed",
    ],
)
