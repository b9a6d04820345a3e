"""The image's Dockerfile, parted into its instructions."""

import re
from string import Template

from templates.generate import FOLDER

DOCKERFILE = FOLDER / "Dockerfile"
INSTRUCTIONS = [
    line
    for line in re.sub(r"\\\n\s*", "", DOCKERFILE.read_text(encoding="utf-8")).splitlines()
    if line.strip() and not line.startswith("#")
]


def of_kind(word: str) -> list[str]:
    """Give what follows a word, for each instruction of that kind."""
    return [line.removeprefix(word).strip() for line in INSTRUCTIONS if line.startswith(f"{word} ")]


ARGUMENTS = dict(line.split("=", 1) for line in of_kind("ARG"))


def variables() -> dict[str, str]:
    """Give the variables of the environment that the image sets."""
    return dict(line.split("=", 1) for line in of_kind("ENV"))


def base_images() -> dict[str, str]:
    """Give the images from registries, each by the name of the stage that begins with it."""
    stages: dict[str, str] = {}
    for line in of_kind("FROM"):
        image, _, stage = Template(line).substitute(ARGUMENTS).partition(" AS ")
        if image not in stages:
            stages[stage] = image
    return {stage: image for stage, image in stages.items() if stage}
