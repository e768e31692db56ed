"""The estimate for a project, from its templates. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from praktika.infrastructure.cost import prices
from praktika.infrastructure.deploying.wanted import PARTS, Template, Wanted, owner_of

BUCKET_GB = 10.0
LOGS_GB = 1.0
CALLS = 43_800.0
"""A month, of a function that is called once a minute."""

SECONDS = 1.0
"""Of such a call: a tick waits that long for alarms."""

_ROOT_GB = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one thing costs.

    Attributes:
        component: `Kind:name`.
        what: it is, in words, with what was guessed.
        idle: dollars a month while nothing is done; None if the price is not known.
        hour: dollars of an hour in which a machine of it works; None where there are none, or the
            price is not known.
    """

    component: str
    what: str
    idle: float | None = 0.0
    hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a project costs.

    Attributes:
        lines: by component.
        region: of it.
        factor: by which prices of us-east-1 were multiplied; None if it is not known.
    """

    lines: tuple[Line, ...]
    region: str
    factor: float | None

    @property
    def idle(self) -> float:
        """Dollars a month while nothing is done, of all that is known."""
        return sum(line.idle or 0.0 for line in self.lines)

    @property
    def unknown(self) -> list[str]:
        """The components of which something is not known."""
        return [line.component for line in self.lines if line.idle is None]

    @property
    def basis(self) -> str:
        """What prices these are, in words."""
        text = f"list prices of us-east-1, {prices.DATE}, without free tiers"
        if self.factor is None:
            return f"{text}; what {self.region} costs is not known here"
        return text if self.factor == 1 else f"{text}, times {self.factor:.2f} for {self.region}"


def estimate(wanted: Wanted) -> Estimate:
    """What a project costs."""
    region = wanted.installation.region
    factor = prices.REGIONS.get(region)
    lines = [_scaled(line, factor or 1.0) for line in _lines(wanted)]
    if wanted.app_secret:
        text = "secret with the GitHub App"
        lines.append(Line(component="GitHub App", what=text, idle=prices.SECRET))
    return Estimate(lines=tuple(_together(lines)), region=region, factor=factor)


def _together(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines in order, those that are alike as one."""
    counts = Counter(lines)
    for line in sorted(counts, key=lambda line: (line.component, line.what)):
        number = counts[line]
        idle = None if line.idle is None else line.idle * number
        yield replace(line, what=f"{number} x {line.what}", idle=idle) if number > 1 else line


def _scaled(line: Line, factor: float) -> Line:
    return replace(
        line,
        idle=None if line.idle is None else line.idle * factor,
        hour=None if line.hour is None else line.hour * factor,
    )


def _lines(wanted: Wanted) -> Iterator[Line]:
    for part in PARTS:
        template = wanted.templates[part]
        for name, resource in template.get("Resources", {}).items():
            price = _PRICES.get(resource["Type"])
            if price is not None:
                properties = resource.get("Properties", {})
                yield replace(price(properties, template), component=owner_of(template, name))


def _group(group: Mapping[str, Any], template: Template) -> Line:
    launch = _launch(group, template)
    kinds = [it for it in _kinds(group, launch) if it]
    is_spot = _is_spot(group)
    gigabytes = _gigabytes(launch)
    known = [price for kind in kinds if (price := prices.machine(kind)) is not None]
    name = "/".join(kinds) or "machines of a type that is not known"
    what = f"{name}, {gigabytes:.0f} GB disk{', spot at a guess of 40 %' if is_spot else ''}"
    always = _number(group.get("MinSize", 0))
    if not known:
        return Line(component="", what=what, idle=None if always else 0.0)
    disk = gigabytes * prices.VOLUME / prices.HOURS
    hour = max(known) * (prices.SPOT if is_spot else 1.0) + prices.ADDRESS + disk
    what += f", {always:.0f} always on" if always else ""
    return Line(component="", what=what, idle=always * hour * prices.HOURS, hour=hour)


def _instance(instance: Mapping[str, Any], template: Template) -> Line:
    launch = _launch(instance, template)
    kind = str(instance.get("InstanceType") or launch.get("InstanceType", ""))
    is_on_host = instance.get("Tenancy") == "host"  # the host is paid for
    price = 0.0 if is_on_host else prices.machine(kind)
    gigabytes = _gigabytes(instance if "BlockDeviceMappings" in instance else launch)
    where = "on a host of one's own" if is_on_host else "always on"
    what = f"{kind or 'a machine'}, {gigabytes:.0f} GB disk, {where}"
    if price is None:
        return Line(component="", what=what, idle=None)
    monthly = (price + prices.ADDRESS) * prices.HOURS + gigabytes * prices.VOLUME
    return Line(component="", what=what, idle=monthly)


def _volume(volume: Mapping[str, Any], _template: Template) -> Line:
    size = _number(volume.get("Size", 0))
    return Line(component="", what=f"disk of {size:.0f} GB", idle=size * prices.VOLUME)


def _host(host: Mapping[str, Any], _template: Template) -> Line:
    kind = str(host.get("InstanceType") or host.get("InstanceFamily", ""))
    price = prices.HOSTS.get(kind.partition(".")[0])
    idle = None if price is None else price * prices.HOURS
    return Line(component="", what=f"dedicated host for {kind}", idle=idle)


def _bucket(_bucket: Mapping[str, Any], _template: Template) -> Line:
    what = f"bucket, {BUCKET_GB:.0f} GB at a guess"
    return Line(component="", what=what, idle=BUCKET_GB * prices.OBJECTS)


def _logs(_group: Mapping[str, Any], _template: Template) -> Line:
    what = f"logs, {LOGS_GB:.0f} GB a month at a guess, while there is work"
    return Line(component="", what=what)


def _alarm(_alarm: Mapping[str, Any], _template: Template) -> Line:
    return Line(component="", what="alarm", idle=prices.ALARM)


def _secret(_secret: Mapping[str, Any], _template: Template) -> Line:
    return Line(component="", what="secret", idle=prices.SECRET)


def _rule(rule: Mapping[str, Any], template: Template) -> Line:
    """A schedule: what its function costs, and the queues that it looks at."""
    queues = sum(one["Type"] == "AWS::SQS::Queue" for one in template.get("Resources", {}).values())
    schedule = str(rule.get("ScheduleExpression", ""))
    calls = CALLS if schedule == "rate(1 minute)" else CALLS / 60
    memory = max(
        (
            _number(one.get("Properties", {}).get("MemorySize", 128))
            for one in template.get("Resources", {}).values()
            if one["Type"] == "AWS::Lambda::Function"
        ),
        default=128.0,
    )
    asked = queues * prices.REQUESTS if schedule == "rate(1 minute)" else 0.0
    idle = calls * (prices.CALL + SECONDS * memory / 1024 * prices.COMPUTING + asked)
    what = f"function on schedule {schedule or 'of its own'}, {SECONDS} s a call at a guess"
    return Line(component="", what=what, idle=idle)


_PRICES: dict[str, Callable[[Mapping[str, Any], Template], Line]] = {
    "AWS::AutoScaling::AutoScalingGroup": _group,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::Volume": _volume,
    "AWS::EC2::Host": _host,
    "AWS::S3::Bucket": _bucket,
    "AWS::Logs::LogGroup": _logs,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::Events::Rule": _rule,
}
"""By type; all other types cost nothing while nothing is done."""


def _launch(thing: Mapping[str, Any], template: Template) -> Mapping[str, Any]:
    """The data of the launch template that a group or machine refers to."""
    policy = thing.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    place = policy.get("LaunchTemplateSpecification") or thing.get("LaunchTemplate", {})
    name = place.get("LaunchTemplateId", {})
    logical = name.get("Ref", "") if isinstance(name, dict) else ""
    resource = template.get("Resources", {}).get(logical, {})
    data: Mapping[str, Any] = resource.get("Properties", {}).get("LaunchTemplateData", {})
    return data


def _kinds(group: Mapping[str, Any], launch: Mapping[str, Any]) -> list[str]:
    overrides = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("Overrides", [])
    return [str(one.get("InstanceType", "")) for one in overrides] or [
        str(launch.get("InstanceType", ""))
    ]


def _is_spot(group: Mapping[str, Any]) -> bool:
    shares = group.get("MixedInstancesPolicy", {}).get("InstancesDistribution", {})
    return str(shares.get("OnDemandPercentageAboveBaseCapacity", "100")) == "0"


def _gigabytes(thing: Mapping[str, Any]) -> float:
    sizes = [_number(one.get("Ebs", {}).get("VolumeSize", 0)) for one in _disks(thing)]
    return sum(sizes) or _ROOT_GB


def _disks(thing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = thing.get("BlockDeviceMappings", [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0
