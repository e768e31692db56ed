"""About what a project costs."""

from dataclasses import replace

import pytest
from tests.unit.deploying.samples import wanted

from praktika.infrastructure.cost import prices
from praktika.infrastructure.cost.estimate import estimate
from praktika.infrastructure.deploying.wanted import owned


def of(resources, region="us-east-1"):
    """The estimate of a runtime stack of these resources."""
    base = wanted()
    template = owned({"Resources": resources}, dict.fromkeys(resources, "RunnerPool:small"))
    place = type(base.installation)(
        project="lab", region=region, account="1", bucket="lab-artifacts", version="0.2.0"
    )
    return estimate(
        replace(
            base,
            templates={"stateful": {}, "runtime": template},
            installation=place,
            app_secret="",
        )
    )


def group(kinds, *, size=0, spot=False, disk=30):
    shares = {"OnDemandPercentageAboveBaseCapacity": 0 if spot else 100}
    place = {"LaunchTemplateSpecification": {"LaunchTemplateId": {"Ref": "Launch"}}}
    overrides = [{"InstanceType": kind} for kind in kinds]
    return {
        "Launch": {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {
                "LaunchTemplateData": {"BlockDeviceMappings": [{"Ebs": {"VolumeSize": disk}}]}
            },
        },
        "Group": {
            "Type": "AWS::AutoScaling::AutoScalingGroup",
            "Properties": {
                "MinSize": str(size),
                "MixedInstancesPolicy": {
                    "InstancesDistribution": shares,
                    "LaunchTemplate": {**place, "Overrides": overrides},
                },
            },
        },
    }


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        ("t4g.small", 0.0168),
        ("t3.nano", 0.0052),
        ("c7g.4xlarge", 0.58),
        ("m7i.xlarge", 0.2016),
        ("m7i.metal-24xl", None),
        ("x9.large", None),
        ("c7g", None),
        ("c7g.xxlarge", None),
    ],
)
def test_the_price_of_a_size_follows_from_that_of_its_family(kind, price):
    assert prices.machine(kind) == (None if price is None else pytest.approx(price))


def test_a_pool_from_zero_costs_nothing_while_idle_and_its_machines_by_the_hour():
    (line,) = of(group(["t4g.small"])).lines
    assert line.idle == 0
    assert line.hour == pytest.approx(0.0168 + 0.005 + 30 * 0.08 / 730)
    assert line.component == "RunnerPool:small"


def test_machines_that_are_always_there_cost_all_month():
    (line,) = of(group(["t4g.small"], size=2)).lines
    assert line.idle == pytest.approx(2 * 730 * line.hour)
    assert "2 always on" in line.what


def test_the_dearest_of_several_types_counts_and_spot_is_said_to_be_a_guess():
    (line,) = of(group(["c7g.large", "c8g.large"], spot=True)).lines
    assert line.hour == pytest.approx(0.07976 * 0.4 + 0.005 + 30 * 0.08 / 730)
    assert "guess" in line.what


def test_what_is_not_known_is_said_and_not_taken_for_nothing():
    found = of(group(["x9.large"], size=1), region="mars-north-1")
    assert found.lines[0].idle is None
    assert found.unknown == ["RunnerPool:small"]
    assert found.idle == 0
    assert "mars-north-1 costs is not known" in found.basis


def test_prices_of_another_region_are_those_of_us_east_1_times_a_factor():
    here, there = of(group(["t4g.small"])), of(group(["t4g.small"]), region="eu-central-1")
    assert there.lines[0].hour == pytest.approx(here.lines[0].hour * 1.2)
    assert "times 1.20 for eu-central-1" in there.basis


def test_what_is_alike_is_one_line():
    rule = {"Type": "AWS::CloudWatch::Alarm"}
    (line,) = of({"A": rule, "B": rule, "C": rule}).lines
    assert line.what == "3 x alarm"
    assert line.idle == pytest.approx(0.3)


def test_a_tick_a_minute_costs_cents_and_no_less_than_it_takes():
    """`bench/lambdas.py` counts a second of each, in which it waits for alarms: $0.16."""
    resources = {
        "Every": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(1 minute)"},
        },
        "Tick": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 256}},
    }
    assert of(resources).idle == pytest.approx(0.16, abs=0.02)
