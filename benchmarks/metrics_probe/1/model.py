"""Publishes so many values and says how long each took, microseconds. For benchmarks/metrics_cost.py only."""

from __future__ import annotations

import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """One counter, as the steps make theirs."""

    def initialize(self, _args: object) -> None:
        family = pb_utils.MetricFamily(
            name="sideline_probe_total", description="a probe", kind=pb_utils.MetricFamily.COUNTER
        )
        self._family, self._counter = family, family.Metric(labels={"arena": "probe"})

    def execute(self, requests: list[pb_utils.InferenceRequest]) -> list[pb_utils.InferenceResponse]:
        return [self._publish(request) for request in requests]

    def _publish(self, request: pb_utils.InferenceRequest) -> pb_utils.InferenceResponse:
        taken_us = []
        for _ in range(int(pb_utils.get_input_tensor_by_name(request, "values").as_numpy()[0])):
            began_ns = time.perf_counter_ns()
            self._counter.increment(1)
            taken_us.append((time.perf_counter_ns() - began_ns) / 1e3)
        return pb_utils.InferenceResponse([pb_utils.Tensor("publish_us", np.array(taken_us))])
