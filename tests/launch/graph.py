"""A pipeline as the runner gets it: what it asks of the runner, and what must stay the same for an update in place."""

import base64
import bz2
from collections.abc import Iterator
from typing import Any

from apache_beam.portability.api import beam_runner_api_pb2 as beam_proto
from google.protobuf.wrappers_pb2 import BytesValue  # type: ignore[import-untyped]

PARDO = "beam:transform:pardo:v1"
GROUP = "beam:transform:group_by_key:v1"
PICKLED_CODER = "beam:coder:pickled_python:v1"

TRANSFORMS = {
    PARDO,
    GROUP,
    "beam:transform:flatten:v1",
    "beam:transform:impulse:v1",
    "beam:transform:pubsub_read:v1",
    "beam:transform:pubsub_write:v1",
    "beam:transform:window_into:v1",
}
"""What Dataflow runs. Composites may be called anything: they are run as what they are made of."""
KEY_CODERS = {"beam:coder:bytes:v1", "beam:coder:string_utf8:v1", "beam:coder:varint:v1"}
"""Equal keys have equal bytes, on every worker. Pickled ones do not."""
CODERS = KEY_CODERS | {
    "beam:coder:bool:v1",
    "beam:coder:double:v1",
    "beam:coder:global_window:v1",
    "beam:coder:iterable:v1",
    "beam:coder:kv:v1",
    "beam:coder:nullable:v1",
    "beam:coder:timer:v1",
    "beam:coder:tuple:v1",
}
PICKLED_CODERS = {"FastPrimitivesCoder", "BatchCoder"}
"""Coders of Python that travel pickled; of elements and states only."""
STATES = {"bag_spec", "read_modify_write_spec"}
WINDOWS = {"beam:window_fn:global_windows:v1"}
EVENT_TIME, PROCESSING_TIME = 1, 2


class Graph:
    """A pipeline's proto."""

    def __init__(self, proto: Any) -> None:
        self._proto = proto
        self._parts = proto.components

    @classmethod
    def of(cls, data: bytes) -> "Graph":
        return cls(beam_proto.Pipeline.FromString(data))

    def steps(self) -> Iterator[Any]:
        """Every transform that is run: those that hold no others, and those that the service replaces as a whole."""
        for transform in self._parts.transforms.values():
            if transform.spec.urn in TRANSFORMS or not transform.subtransforms:
                yield transform

    def names(self) -> list[str]:
        return [step.unique_name for step in self.steps()]

    def urns(self) -> dict[str, str]:
        return {step.unique_name: step.spec.urn for step in self.steps()}

    def source(self) -> Any:
        """Give the payload of the one step that reads Pub/Sub."""
        (step,) = [one for one in self.steps() if one.spec.urn == "beam:transform:pubsub_read:v1"]
        return beam_proto.PubSubReadPayload.FromString(step.spec.payload)

    def payload(self, step: Any) -> Any:
        return beam_proto.ParDoPayload.FromString(step.spec.payload)

    def pardos(self) -> Iterator[tuple[str, Any, Any]]:
        """Name, transform and payload of every ParDo."""
        for step in self.steps():
            if step.spec.urn == PARDO:
                yield step.unique_name, step, self.payload(step)

    def coder(self, number: str) -> str:
        """Write a coder with its components, as ``kv(varint, bytes)``."""
        coder = self._parts.coders[number]
        inner = ", ".join(self.coder(one) for one in coder.component_coder_ids)
        return f"{self._coder_name(coder)}({inner})" if inner else self._coder_name(coder)

    def _coder_name(self, coder: Any) -> str:
        if coder.spec.urn == PICKLED_CODER:
            name: bytes = BytesValue.FromString(coder.spec.payload).value.partition(b"$")[0]
            return name.decode()
        return str(coder.spec.urn.removeprefix("beam:coder:").removesuffix(":v1"))

    def input_coder(self, step: Any) -> Any:
        """Give the coder of the main input; those of side inputs have tags of their own."""
        return self._parts.coders[self._parts.pcollections[next(iter(step.inputs.values()))].coder_id]

    def states(self, payload: Any) -> dict[str, str]:
        """Describe every state by its kind and coder, and every timer by its domain."""
        found = {}
        for name, spec in sorted(payload.state_specs.items()):
            kind = spec.WhichOneof("spec")
            inner = getattr(spec, kind)
            number = inner.element_coder_id if hasattr(inner, "element_coder_id") else inner.coder_id
            found[name] = f"{kind} of {self.coder(number)}"
        domains = {EVENT_TIME: "event time", PROCESSING_TIME: "processing time"}
        for name, timer in sorted(payload.timer_family_specs.items()):
            found[name] = f"timer in {domains.get(timer.time_domain, 'no time')}"
        return found

    def described(self) -> dict[str, dict[str, str]]:
        """Say of each step what an update in place needs to find again: coders of groups, states and timers."""
        found: dict[str, dict[str, str]] = {}
        for step in self.steps():
            kept = self.states(self.payload(step)) if step.spec.urn == PARDO else {}
            if step.spec.urn == GROUP or kept:
                key = self._parts.pcollections[next(iter(step.inputs.values()))].coder_id
                kept["input"] = self.coder(key)
            found[step.unique_name] = kept
        return dict(sorted(found.items()))

    def refusals(self) -> Iterator[str]:
        """Say what Dataflow would refuse, or accept and then do wrongly."""
        for step in self.steps():
            if step.spec.urn not in TRANSFORMS and list(step.outputs.values()) != list(step.inputs.values()):
                yield f"{step.unique_name}: transform {step.spec.urn or 'of no kind'}"
            if step.spec.urn == GROUP:
                yield from self._key_refusals(step)
        for name, step, payload in self.pardos():
            if payload.state_specs or payload.timer_family_specs:
                yield from self._key_refusals(step)
            for state, spec in payload.state_specs.items():
                if spec.WhichOneof("spec") not in STATES:
                    yield f"{name}: state {state} of kind {spec.WhichOneof('spec')}"
            if b"__main__" in unpacked(payload.do_fn.payload):
                yield f"{name}: something of the main module, which workers do not have"
        yield from self._kind_refusals()

    def _key_refusals(self, step: Any) -> Iterator[str]:
        coder = self.input_coder(step)
        keys = coder.component_coder_ids[:1] if coder.spec.urn == "beam:coder:kv:v1" else []
        for number in keys:
            if wrong := sorted({*self._leaves(number)} - KEY_CODERS):
                yield f"{step.unique_name}: a key of {self.coder(number)}: {', '.join(wrong)} is not deterministic"
        if not keys:
            yield f"{step.unique_name}: no key"

    def _leaves(self, number: str) -> Iterator[str]:
        coder = self._parts.coders[number]
        if coder.spec.urn in ("beam:coder:kv:v1", "beam:coder:tuple:v1"):
            for inner in coder.component_coder_ids:
                yield from self._leaves(inner)
        else:
            yield coder.spec.urn

    def _kind_refusals(self) -> Iterator[str]:
        for coder in self._parts.coders.values():
            if coder.spec.urn not in CODERS and self._coder_name(coder) not in PICKLED_CODERS:
                yield f"coder {self._coder_name(coder)}"
        for strategy in self._parts.windowing_strategies.values():
            if strategy.window_fn.urn not in WINDOWS:
                yield f"windows {strategy.window_fn.urn}"
        for requirement in self._proto.requirements:
            if requirement not in ("beam:requirement:pardo:stateful:v1", "beam:requirement:pardo:finalization:v1"):
                yield f"requirement {requirement}"


def unpacked(payload: bytes) -> bytes:
    """Give the pickle within a payload of Beam's."""
    return bz2.decompress(base64.b64decode(payload))
