"""Numbers: whole, and within what AWS takes."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.infrastructure.check.saying import Judged, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.parts import parts
from praktika.pipeline.check.sound import said
from praktika.pipeline.finding import Finding

_MOST = 5000
"""Machines of one pool."""

_DAY = 86_400

_ROOT = (0, 16_384, "GB")
_POOL = {
    "size": (0, _MOST, "machines"),
    "max_size": (0, _MOST, "machines"),
    "capacity_reserve": (0, _MOST, "machines"),
    "volume_size_gb": (8, 16_384, "GB"),
    "idle_seconds": (0, _DAY, "seconds"),
}
_AMOUNTS: dict[str, dict[str, tuple[int, int, str]]] = {
    "RunnerPool": _POOL,
    "OrchestratorPool": _POOL,
    "Storage": {"retention_days": (1, 36_500, "days")},
    "SQSQueue": {
        "visibility_timeout": (0, _DAY // 2, "seconds"),
        "message_retention": (60, 14 * _DAY, "seconds"),
        "max_receive_count": (1, 1000, "times"),
    },
    "Lambda": {
        "timeout_ms": (1000, 900_000, "milliseconds"),
        "memory_size_mb": (128, 10_240, "MB"),
    },
    "CIDBCluster": {
        "size": (1, 1, "machine"),
        "root_volume_size_gb": (8, 16_384, "GB"),
        "data_volume_size_gb": (10, 16_384, "GB"),
    },
    "EC2Instance": {"quantity": (0, 100, "machines"), "root_volume_size_gb": _ROOT},
    "DedicatedHost": {"quantity_per_az": (1, 100, "hosts")},
    "LaunchTemplate": {"root_volume_size_gb": _ROOT},
    "AutoScalingGroup": {
        "min_size": (0, _MOST, "machines"),
        "max_size": (0, _MOST, "machines"),
        "health_check_grace_period_sec": (0, _DAY, "seconds"),
    },
    "ImageBuilder": {"image_tests_timeout_minutes": (60, 1440, "minutes")},
    "PoolAutoscaler": {"interval_seconds": (60, _DAY, "seconds")},
    "CloudInfrastructure": {"pool_autoscaler_interval_seconds": (60, _DAY, "seconds")},
}


def check_amounts(judged: Judged) -> Iterator[Finding]:
    """Numbers that are no whole ones, too small or too large."""
    for part in (judged.project, *parts(judged.project)):
        for field, (low, high, unit) in _AMOUNTS.get(part.KIND, {}).items():
            yield from _check(part, field, (low, high), unit)


def _check(part: Component, field: str, limits: tuple[int, int], unit: str) -> Iterator[Finding]:
    value = getattr(part, field)
    low, high = limits
    if value is None or (isinstance(value, int) and low <= value <= high):
        return
    span = f"from {low:,} to {high:,} {unit}" if low != high else f"{low} {unit}"
    yield wrong(part, field, f"is {said(value)}, not {span}")
