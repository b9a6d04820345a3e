"""Millrace's options as Beam knows them."""

from typing import Any

from apache_beam.options.pipeline_options import PipelineOptions

from options.option import Option
from options.table import OPTIONS


class MillraceOptions(PipelineOptions):
    """The options of the table, as text: Settings turns them into values, so that no parser ever exits."""

    @classmethod
    def _add_argparse_args(cls, parser: Any) -> None:
        for option in OPTIONS:
            parser.add_argument(f"--{option.name}", help=option.help.replace("%", "%%"), **_form(option))


def _form(option: Option) -> dict[str, Any]:
    if option.is_flag:
        return {"action": "store_true", "default": False}
    if option.repeatable:
        return {"action": "append", "default": []}
    return {"default": option.default}
